"""Which samples are held out from training: a share that is drawn, those that a column names, those of another file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import floor

from xlnet.model.initializers import generator
from xlnet.sheet_size import MOST_SAMPLES
from xlnet.spec import Data, Matrix
from xlnet.template.toml_table import TomlTable

# The keys of a template that say it, of which one alone may be given; the last one goes with its targets.
SHARE, COLUMN, FILE, NUMBERS, TARGETS = "validation", "split", "validation_csv", "held_x", "held_t"
KEYS = (SHARE, COLUMN, FILE, NUMBERS, TARGETS)
# A seed of its own, so that it does not depend on how many weights were drawn, nor the order of samples on it.
_HELD_OUT_STREAM = 2
_LEAST_TRAINED = 2
# What a column may say, in any case.
_TRAINING, _VALIDATION = ("train", "training"), ("validation", "valid", "val", "test")


def require_one(table: TomlTable) -> None:
    """Fail where two keys say which samples are held out, or one needs another that is missing."""
    given = [key for key in KEYS[:-1] if key in table.content]
    if len(given) > 1:
        table.fail(given[1], f"cannot be combined with {given[0]}: keep one of the two")
    if TARGETS in table.content and NUMBERS not in table.content:
        table.fail(TARGETS, f"needs {NUMBERS}, the inputs of the samples that are held out: add it")
    for key in (COLUMN, FILE):
        if key in table.content and "csv" not in table.content:
            table.fail(key, "needs a CSV file, but there is no csv: add csv or remove this key")


def held_out(table: TomlTable, data: Data, seed: int) -> Data:
    """Return the samples with those apart that `validation` asks for, or that stand in `held_x` and `held_t`."""
    if NUMBERS in table.content:
        x = table.matrix(NUMBERS, None, len(data.x[0]), "samples × inputs")
        data = replace(data, held_x=x, held_t=table.matrix(TARGETS, len(x), len(data.t[0]), "samples × outputs"))
    elif SHARE in table.content:
        data = apart(data, drawn(table, data.t, seed))
    return data


def require_enough(table: TomlTable, data: Data) -> None:
    """Fail where samples are held out, and too few are left, or all together do not fit a sheet."""
    if not data.held_x:
        return
    key = next(key for key in KEYS if key in table.content)
    if len(data.x) < _LEAST_TRAINED:
        table.fail(key, f"leaves {len(data.x)} to learn from, but at least {_LEAST_TRAINED} samples are needed")
    if len(data.x) + len(data.held_x) > MOST_SAMPLES:
        table.fail(key, f"a sheet has room for {MOST_SAMPLES:,} samples, training and validation together")


def apart(data: Data, is_held: Sequence[bool]) -> Data:
    """Return the samples with those held out that are marked, both in their order."""

    def of(rows: Matrix, *, held: bool) -> Matrix:
        return tuple(row for row, mark in zip(rows, is_held, strict=True) if mark is held)

    numbered = zip(data.lines, is_held, strict=True) if data.lines else ()
    return replace(
        data,
        x=of(data.x, held=False),
        t=of(data.t, held=False),
        held_x=of(data.x, held=True),
        held_t=of(data.t, held=True),
        # Those held out come last.
        lines=tuple(line for line, _ in sorted(numbered, key=lambda entry: entry[1])),
    )


def marks(table: TomlTable, entries: Sequence[str]) -> list[bool]:
    """Return which samples are held out by what a column says of each."""
    said = [entry.strip().casefold() for entry in entries]
    others = [entry for entry, word in zip(entries, said, strict=True) if word not in (*_TRAINING, *_VALIDATION)]
    if others:
        shown = ", ".join(map(repr, list(dict.fromkeys(others))[:5]))
        table.fail(
            COLUMN,
            f"the column has entries that are neither training nor validation: {shown}: write train or validation",
        )
    for missing in (words for words in (_TRAINING, _VALIDATION) if set(words).isdisjoint(said)):
        table.fail(COLUMN, f"the column says {missing[0]} nowhere: mark some samples so, or remove this key")
    return [word in _VALIDATION for word in said]


def require_known_classes(table: TomlTable, column: str, entries: Sequence[str], is_held: Sequence[bool]) -> None:
    """Fail where the file of the samples that are held out has a class that the other file has not."""
    known = {entry for entry, held in zip(entries, is_held, strict=True) if not held}
    for entry in dict.fromkeys(entries):
        if FILE in table.content and entry not in known:
            table.fail(FILE, f"column {column} has {entry!r}, which is no class of the samples to learn from: mend it")


def drawn(table: TomlTable, targets: Matrix, seed: int) -> list[bool]:
    """Return which samples are drawn, none where `validation` is not given: of classes, the same share of each."""
    if SHARE not in table.content:
        return [False] * len(targets)
    members: defaultdict[object, list[int]] = defaultdict(list)
    for number, row in enumerate(targets):
        members[row if _are_classes(targets) else None].append(number)
    # Of every class one sample at least is left to learn from.
    most = min(sum(len(own) - 1 for own in members.values()), len(targets) - _LEAST_TRAINED)
    count = _count(table, len(targets), most)
    random = generator(seed, _HELD_OUT_STREAM)
    chosen = {
        int(number)
        for own, quota in zip(members.values(), _quotas(list(map(len, members.values())), count), strict=True)
        for number in random.permutation(own)[:quota]
    }
    return [number in chosen for number in range(len(targets))]


def _count(table: TomlTable, samples: int, most: int) -> int:
    """Return how many samples are held out, 0 for none."""
    value = table.content[SHARE]
    if isinstance(value, float) and 0 < value < 1:
        count = max(floor(value * samples + 0.5), 1)
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        count = value
    else:
        table.fail(SHARE, f"must be a share above 0 and below 1, or a number of samples, not {value!r}")
    if count > most:
        table.fail(
            SHARE,
            f"holds out {count:,} of {samples:,} samples, but at most {max(most, 0):,} can be spared "
            "(two must be left to learn from, and one of each class): use less",
        )
    return count


def _quotas(sizes: Sequence[int], count: int) -> list[int]:
    """Return how many of each class are held out: its share, the largest remainders rounded up, but never all."""
    total = sum(sizes)
    quotas = [min(size * count // total, size - 1) for size in sizes]
    by_need = sorted(range(len(sizes)), key=lambda index: quotas[index] - sizes[index] * count / total)
    while sum(quotas) < count:
        for index in by_need:
            if sum(quotas) < count and quotas[index] < sizes[index] - 1:
                quotas[index] += 1
    return quotas


def _are_classes(targets: Matrix) -> bool:
    """Return whether targets name classes: 0 or 1 each, and of several one alone 1."""
    if any(value not in (0.0, 1.0) for row in targets for value in row):
        return False
    return len(targets[0]) == 1 or all(sum(row) == 1 for row in targets)
