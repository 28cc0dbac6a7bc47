"""Finds out quickly whether rows are, values aside, what xlnet writes: ten times faster than reading their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from xlnet.render.layout import Layout
from xlnet.xlsx.numbers import number_texts
from xlnet.xlsx.table import RowBlock, Table, TableColumn, block_sizes, frame_of, table_rows

_NO_VALUE = b"<v>%b</v>" % number_texts([0.0])[0]
_VALUE = re.compile(rb"<v>[-+.0-9eE]{1,30}</v>|<v>#[A-Z0-9/!?]{2,7}</v>")
# The value of a formula, which ends in one of these; a typed number is no such value.
_VALUE_OF_FORMULA = re.compile(rb"(?<=</f>)<v>[^<]*</v>|(?<=\"/>)<v>[^<]*</v>")
# A cell beside the table, and the number of its text.
_TEXT = re.compile("<v>[0-9]+</v>")
_BESIDE = re.compile(rb'<c r="[A-Z]+\d+"(?: s="\d+")?(?: t="s">(?:<v>\d+</v>)?</c>|(?: t="n")? ?/>)')
_ROW_END = b"</row>"
# So many blocks in other words tell that another program has saved the sheet.
_MOST_OTHERS = 5


def split_rows(chunks: Iterator[bytes], longest: int) -> Iterator[bytes]:
    """Yield the XML of each row, the first with what precedes it, and at last what follows them all.

    What follows a row of more than `longest` bytes is not split.
    """
    rest = b""
    for chunk in chunks:
        *rows, rest = (rest + chunk).split(_ROW_END)
        yield from (row + _ROW_END for row in rows)
        if len(rest) > longest:
            yield rest
            yield from chunks
            return
    yield rest


@dataclass(frozen=True)
class Rows:
    """Some iterations of a table: their XML, how many they are, and whether they are in `build`'s own words.

    Then they are without styles and texts, and formulas without their values.
    """

    xml: bytes
    count: int
    is_own: bool


def own_rows(pieces: Iterator[bytes], columns: Sequence[TableColumn], layout: Layout, height: int) -> Iterator[Rows]:
    """Yield the rows of a table from its second iteration on, in blocks, as far as it is worth while to look at them.

    Of an iteration's rows, `height` have cells, and are one of the `pieces` each.
    Rows in other words may still hold the same formulas: Excel writes the same cells differently.
    """
    sizes = block_sizes(layout.first_row, layout.iterations, len(columns))
    if len(sizes) < 2:
        return
    second = b"".join(islice(pieces, height))
    blocks = (RowBlock([0.0] * (size * len(columns)), is_finite=True) for size in sizes)
    is_shared = b't="shared"' in second
    table = Table(layout.first_row, layout.iterations, columns, blocks, is_shared, layout.stride)
    try:
        frame = frame_of(second.decode(errors="replace"), layout.row(2), columns, layout.stride)
    except KeyError:
        # A cell of the second iteration is missing, or has no style.
        yield Rows(second, 1, is_own=False)
        return
    attributes = [f' s="{style}"'.encode() for style in set(frame.styles)]
    # Nothing depends on a text beside the table: it is left out, as values are.
    beside = [(offset, column, _TEXT.sub("", behind)) for offset, column, behind in frame.beside]
    frame = replace(frame, beside=beside)
    # Formulas that others are filled from must be read: rows further below may hold what is filled from them.
    is_read = table.is_shared
    has_typed = any(column.formula is None for column in columns)
    others = 0
    for size, block in zip(sizes[1:], islice(table_rows(table, frame, frame), 1, None), strict=True):
        found = second + b"".join(islice(pieces, size * height - height * bool(second)))
        second = b""
        kept = _bare(found, block, has_typed=has_typed)
        if kept is None or is_read:
            yield Rows(found, size, is_own=False)
            is_read = False
            others += kept is None
            # What is filled into further rows may be something else from here on.
            if others > _MOST_OTHERS or (others and table.is_shared):
                return
            continue
        if beside:
            kept = _BESIDE.sub(b"", kept)
        for attribute in attributes:
            kept = kept.replace(attribute, b"")
        yield Rows(kept, size, is_own=True)


def _bare(found: bytes, own: bytes, *, has_typed: bool) -> bytes | None:
    """Return rows without the values of formulas, None where they differ from xlnet's own in more than values."""
    found = found.replace(b' t="e"', b"")
    bare = _VALUE.sub(b"", found)
    if bare != own.replace(_NO_VALUE, b""):
        return None
    return _VALUE_OF_FORMULA.sub(b"", found) if has_typed else bare
