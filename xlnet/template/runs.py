"""The runs of a comparison: all combinations of listed settings, or the tables [[compare.runs]] of a template."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from xlnet.comparison import BOUND, Comparison, Run, Setting
from xlnet.errors import UserError
from xlnet.names import spelled
from xlnet.template.overrides import dotted_name, option_of, override, require_apart, short_name
from xlnet.template.parse import parse
from xlnet.template.questions import documents_of, questions_of
from xlnet.template.seeds import NOTHING_DRAWN, SEED, draws, effective
from xlnet.template.serialize import document_of, sources_of, to_toml
from xlnet.template.sources import TemplateSource, source_of
from xlnet.template.toml_table import TomlTable, unfit

# Beyond this a summary is no longer computed while one waits.
MOST_RUNS = 1_000
_OWN_KEYS = ("name", "note", "settings")
# A sheet's name has at most 31 characters, and a run's data may stand on a sheet "Data NAME".
_LONGEST_NAME = 26
# An engine trips over the "!", too.
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\'!\x00-\x1f]")
_RESERVED = ("compare", "questions", "guide", "data", "formulas", "template", "history")
_EXAMPLE = "give a list, like --lr 0.001,0.01, or add [[compare.runs]] tables to the template"


@dataclass(frozen=True)
class _Entry:
    """A run as it was asked for: overrides, and what messages call each."""

    name: str
    note: str
    overrides: Mapping[str, Any]
    settings: Mapping[str, Setting]
    label: str = ""


def load_comparison(
    template: str | Path | None = None, overrides: Mapping[str, Any] | None = None, bound: float | None = None
) -> Comparison:
    """Return the comparison that a template and `overrides` ask for.

    `overrides` are named as the options of `xlnet build` or by dotted keys of the template. A list of several values
    makes a run of each, several lists all combinations; without one the runs are those of the template. Raises
    UserError.
    """
    source = source_of(template, overrides or {})
    comparison = _comparison(source, overrides or {}, bound)
    _require_different(source.label, comparison.runs, are_all_set=bool(overrides))
    return comparison


def parse_comparison(document: Mapping[str, Any], name: str, label: str) -> Comparison:
    """Return the comparison of a document that holds one, as the Template sheet does. Raises UserError."""
    return _comparison(TemplateSource(name, label, None, "", dict(document)), {}, None)


def serialize_comparison(comparison: Comparison) -> str:
    """Return a template that parses to `comparison` again; what all runs share stands once."""
    depths = {len(run.spec.layers) for run in comparison.runs}
    flat = [_flat(document_of(run.spec), layer_by_layer=len(depths) == 1) for run in comparison.runs]
    shared = {key: value for key, value in flat[0].items() if all(other.get(key) == value for other in flat[1:])}
    # What a layer has belongs to its kind: where this differs, all of it does.
    for kind in {key for every in flat for key in every if key.endswith("].type") and key not in shared}:
        shared = {key: value for key, value in shared.items() if not key.startswith(kind.removesuffix("type"))}
    shared |= {"title": comparison.title, "description": comparison.description}
    runs = []
    for run, every in zip(comparison.runs, flat, strict=True):
        own = {key: value for key, value in every.items() if key not in shared}
        note = {"note": run.note} if run.note else {}
        # Without them all that it has of its own would count as its settings.
        settings = {"settings": dict(run.settings)} if run.settings or own else {}
        runs.append({"name": run.name} | note | own | settings)
    layers = depths.pop() if len(depths) == 1 else 0
    sources = sources_of(run.spec for run in comparison.runs)
    compare: dict[str, Any] = {"bound": comparison.bound, "runs": runs}
    if comparison.questions:
        compare["questions"] = documents_of(comparison.questions, comparison.runs)
    return sources + to_toml(_nested(shared, layers) | {"compare": compare})


def _comparison(source: TemplateSource, overrides: Mapping[str, Any], bound: float | None) -> Comparison:
    compare = TomlTable(source.label, "", source.document, {}).table("compare")
    compare.require_known("runs", "bound", "questions")
    own_bound, tables = compare.number("bound", BOUND), _tables(compare)
    if bound is not None and not math.isfinite(bound):
        raise UserError(f"--bound: must be a finite number, not {bound}")
    lists = _lists(source.label, overrides)
    several = {name: values for name, values in lists.items() if len(values) > 1}
    same = {name: values[0] for name, values in lists.items() if len(values) == 1}
    entries = _combinations(source.label, several) if several else tables
    if len(entries) < 2:
        raise UserError(f"{source.label}: a comparison needs at least two runs: {_EXAMPLE}")
    bare = replace(source, document={key: value for key, value in source.document.items() if key != "compare"})
    every = [_run(bare, entry, same) for entry in entries]
    runs = tuple(run for run, _ in every)
    seed = next((given for given in overrides if dotted_name(given) == SEED), None)
    if seed is not None and not any(is_drawn for _, is_drawn in every):
        raise UserError(f"{source.label}: {option_of(seed)}: {NOTHING_DRAWN}")
    first = runs[0].spec
    # Other runs than those of the template are not asked about.
    questions = () if several else questions_of(compare, runs)
    own_bound = own_bound if bound is None else bound
    return Comparison(source.name, first.title, first.description, runs, own_bound, questions)


def _lists(label: str, overrides: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the values of each override, by its short name. Raises UserError where two of them set the same."""
    require_apart(overrides, label)
    lists: dict[str, list[Any]] = {}
    for given, value in overrides.items():
        name = short_name(given)
        lists[name] = [spelled(name, one) for one in (value if isinstance(value, list) else [value])]
        if not lists[name]:
            raise UserError(f"{label}: {option_of(given)}: has no value: give at least one")
    return lists


def _require_different(label: str, runs: Sequence[Run], *, are_all_set: bool) -> None:
    """Raise UserError where two runs do the same. A workbook that holds such runs can still be checked.

    `are_all_set` says that an option holds for all runs: it may take the place of what set them apart.
    """
    known: dict[str, Run] = {}
    for run in runs:
        other = known.setdefault(repr(effective(run.spec)), run)
        by_seed = other.spec.training.seed != run.spec.training.seed
        if other is not run and (by_seed or not are_all_set):
            why = "their seeds differ, but nothing is drawn at random" if by_seed else "no setting differs"
            raise UserError(
                f"{label}: {other.name} and {run.name} are the same run ({why}): change or remove one of them"
            )


def _run(source: TemplateSource, entry: _Entry, same: Mapping[str, Any]) -> tuple[Run, bool]:
    """Return a run, and whether anything in it is drawn."""

    def origin(name: str) -> str:
        if entry.label and name in entry.overrides and name not in same:
            return f"{entry.label}.{name}"
        return option_of(name)

    document, origins, notes = override(source, {**entry.overrides, **same}, origin)
    spec = parse(document, name=source.name, label=source.label, origins=origins, folder=source.folder, notes=notes)
    settings = {name: _setting(same[name]) if name in same else value for name, value in entry.settings.items()}
    return Run(entry.name, spec, settings, entry.note), draws(document, spec)


def _combinations(label: str, lists: Mapping[str, Sequence[Any]]) -> list[_Entry]:
    count = math.prod(len(values) for values in lists.values())
    if count > MOST_RUNS:
        raise UserError(
            f"{label}: {count:,} combinations, but a comparison takes at most {MOST_RUNS:,} runs: list fewer values"
        )
    for name, values in lists.items():
        # To Python, True is 1.
        kinds = [(isinstance(value, bool), value) for value in values]
        for index, value in enumerate(values):
            if kinds[index] in kinds[:index]:
                raise UserError(f"{label}: {option_of(name)}: {value} is listed twice: remove one")
    entries = []
    for number, values in enumerate(product(*lists.values()), 1):
        overrides = dict(zip(lists, values, strict=True))
        entries.append(_Entry(f"run{number}", "", overrides, {key: _setting(v) for key, v in overrides.items()}))
    return entries


def _setting(value: Any) -> Setting:
    """Return a value as a table shows it."""
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_setting(inner)}" for key, inner in value.items())
    return " ".join(to_toml({"v": value}).removeprefix("v = ").split())


def _tables(compare: TomlTable) -> list[_Entry]:
    """Return the runs of a template. Raises UserError."""
    if "runs" not in compare.content:
        return []
    tables = compare.tables("runs")
    if len(tables) > MOST_RUNS:
        compare.fail("runs", f"a comparison takes at most {MOST_RUNS:,} runs, not {len(tables):,}: remove some")
    entries, names = [], set[str]()
    for number, table in enumerate(tables, 1):
        name = table.text("name", f"run{number}")
        _require_sheet_name(table, name, names)
        names.add(name.casefold())
        flat = _dotted({key: value for key, value in table.content.items() if key not in _OWN_KEYS})
        overrides = {short_name(key): spelled(short_name(key), value) for key, value in flat}
        scalars = {key: value for key, value in overrides.items() if isinstance(value, str | bool | int | float)}
        settings = _settings(table.table("settings")) if "settings" in table.content else scalars
        entries.append(_Entry(name, table.text("note", ""), overrides, settings, table.path))
    return entries


def _settings(table: TomlTable) -> dict[str, Setting]:
    """Return settings to show; texts among them must fit a cell."""
    flat = TomlTable(table.label, table.path, dict(_dotted(table.content)), table.origins)
    for key, value in flat.content.items():
        problem = unfit(key)
        if problem:
            table.fail("settings", f"a key {problem}")
        if isinstance(value, int | float) and not isinstance(value, bool):
            flat.number(key)
        elif not isinstance(value, bool):
            flat.text(key, "")
    return dict(flat.content)


def _require_sheet_name(table: TomlTable, name: str, taken: set[str]) -> None:
    # Excel counts the units of UTF-16: an emoji is two.
    if not 1 <= len(name.encode("utf-16-le")) // 2 <= _LONGEST_NAME:
        table.fail("name", f"becomes a sheet name: it must have 1 to {_LONGEST_NAME} characters")
    if _NOT_IN_A_SHEET_NAME.search(name) or name != name.strip():
        table.fail(
            "name", f"becomes a sheet name: [ ] : * ? / \\ ' ! and spaces at either end are not allowed, as in {name!r}"
        )
    if name.casefold() in _RESERVED or name.casefold().startswith("data "):
        table.fail("name", f"{name!r} is already the name of another sheet: choose a different name")
    if name.casefold() in taken:
        table.fail("name", f"{name!r} is already the name of another run: choose a different name")


def _dotted(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what stands in tables inside tables, by dotted key."""
    for key, value in table.items():
        whole = f"{path}.{key}" if path else key
        if isinstance(value, Mapping) and value:
            yield from _dotted(value, whole)
        else:
            yield whole, value


def _flat(document: Mapping[str, Any], *, layer_by_layer: bool) -> dict[str, Any]:
    """Return a template's document by dotted keys, each layer's own or the layers as a whole."""
    found: dict[str, Any] = {}
    for key, value in _dotted(document):
        if key == "network.layers" and layer_by_layer:
            for number, layer in enumerate(value, 1):
                found |= {f"network.layers[{number}].{name}": entry for name, entry in layer.items()}
        else:
            found[key] = value
    return found


def _nested(flat: Mapping[str, Any], layers: int) -> dict[str, Any]:
    """Return the document of a template of so many layers from its dotted keys."""
    document: dict[str, Any] = {}
    tables: list[dict[str, Any]] = [{} for _ in range(layers)]
    for dotted, value in flat.items():
        *path, key = dotted.split(".")
        table = document
        if path and path[-1].startswith("layers["):
            table = tables[int(path[-1][len("layers[") : -1]) - 1]
        else:
            for name in path:
                table = table.setdefault(name, {})
        table[key] = value
    if layers:
        document.setdefault("network", {})["layers"] = tables
    return document
