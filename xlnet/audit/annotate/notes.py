"""Notes on cells: a part with their words, and a drawing with their boxes in VML, added to those that a sheet has."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache

from xlnet.audit.annotate.colours import BEFORE_COLOURS
from xlnet.audit.annotate.markup import LINK, MAIN, Element, Markup, text, with_prefix
from xlnet.audit.annotate.package import Parts
from xlnet.audit.formula.addresses import address
from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW

AUTHOR = "xlnet audit"
# A drawing has numbers for 1,023 shapes.
MOST_NOTES = 1_000
_WORDS = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WORDS += f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'
_NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_BEFORE_DRAWING = (
    *(*BEFORE_COLOURS, "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins"),
    *("pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors"),
    *("smartTags", "drawing"),
)
_BLOCK = re.compile(rb"<o:idmap\b[^>]*\bdata=[\"'](\d{1,6})")
_KIND = '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"{spaces}>'
_KIND += '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
_BOX = """<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:2pt;\
width:{width}px;height:{height}px;z-index:{order};visibility:hidden" fillcolor="#fef2f2" o:insetmode="auto"{spaces}>\
<v:fill color2="#fef2f2"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>\
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""
_WIDTH, _LINE_HEIGHT, _LETTERS_PER_LINE = 330, 16, 50
_USUAL_WIDTH, _ROW_HEIGHT = 64, 20


def add_notes(parts: Parts, part: str, sheet: Markup, notes: Mapping[tuple[int, int], str]) -> None:
    """Add notes to cells (row, column) of a sheet; what a note says already stays, before ours.

    A cell with a conversation of Excel's newer kind gets none, as such a cell can have no note.
    """
    talked = _with_conversations(parts, part)
    named = {
        address((0, *place)): (place, words) for place, words in notes.items() if address((0, *place)) not in talked
    }
    if not named:
        return
    without_box = _add_words(parts, part, {cell: words for cell, (_, words) in named.items()})
    boxes = [named[cell] for cell in without_box]
    if boxes:
        _add_boxes(parts, part, sheet, boxes)


def _with_conversations(parts: Parts, part: str) -> set[str]:
    found: set[str] = set()
    for kind, _, target in parts.targets(part):
        if kind == "threadedComment":
            found |= {each.attributes.get("ref", "") for each in parts.markup(target).root.all("threadedComment")}
    return found


def _add_words(parts: Parts, part: str, words: Mapping[str, str]) -> list[str]:
    """Add the words of notes, and return the cells that had no note."""
    target = parts.target(part, "comments")
    if target is None:
        target = parts.free_name("xl/comments", ".xml")
        parts.keep(target, _WORDS.encode())
        parts.declare(target, "spreadsheetml.comments+xml")
        parts.link(part, "comments", target)
    markup = parts.markup(target, 4)
    authors, listed = markup.root.child("authors"), markup.root.child("commentList")
    if authors is None or listed is None:
        raise parts.error("is damaged", target)
    markup.append(authors, f"<author>{AUTHOR}</author>")
    author = len(list(authors.all("author")))
    known = {each.attributes.get("ref", ""): each for each in listed.all("comment")}
    new = []
    for cell, said in words.items():
        if cell in known and (body := known[cell].child("text")):
            _say_more(markup, body, said)
        elif cell not in known:
            markup.append(listed, f'<comment ref="{cell}" authorId="{author}"><text>{_runs(said)}</text></comment>')
            new.append(cell)
    parts.keep(target, markup.changed())
    return new


def _say_more(markup: Markup, body: Element, said: str) -> None:
    before = [child.end for child in body.children if child.name in ("t", "r")]
    if before:
        markup.put(before[-1], with_prefix(f"{_run(chr(10) * 2, is_bold=False)}{_runs(said)}", body.prefix))
    else:
        markup.append(body, _runs(said))


def _runs(said: str) -> str:
    return _run(f"{AUTHOR}:\n", is_bold=True) + _run(said, is_bold=False)


def _run(words: str, *, is_bold: bool) -> str:
    look = f'<rPr>{"<b/>" if is_bold else ""}<sz val="10"/><color rgb="FF000000"/><rFont val="Calibri"/></rPr>'
    return f'<r>{look}<t xml:space="preserve">{text(words)}</t></r>'


def _add_boxes(parts: Parts, part: str, sheet: Markup, boxes: list[tuple[tuple[int, int], str]]) -> None:
    """Draw the boxes of notes that are new."""
    drawing = sheet.root.child("legacyDrawing")
    identity = drawing.attributes.get(f"{LINK} id", "") if drawing else ""
    target = next((target for _, each, target in parts.targets(part) if each == identity), None)
    if target is None:
        target = parts.free_name("xl/drawings/vmlDrawing", ".vml")
        parts.declare_ending(target, "vmlDrawing")
        link = parts.link(part, "vmlDrawing", target)
        sheet.insert(f'<legacyDrawing xmlns:r="{LINK}" r:id="{link}"/>', _BEFORE_DRAWING)
        old = _empty_drawing(parts)
    else:
        # Excel's own VML is not always XML: it is text to which text is added.
        old = parts.content(target)
    end = max(old.rfind(b"</xml>"), old.rfind(b"</xml >"))
    if end < 0:
        raise parts.error("is damaged", target)
    spaces = "".join(
        f' xmlns:{prefix}="{space}"' for prefix, space in _NAMESPACES.items() if f'xmlns:{prefix}="'.encode() not in old
    )
    used = [int(each) for each in re.findall(rb"_x0000_s(\d{1,9})\b", old)]
    blocks = _BLOCK.findall(old)
    first = max([int(blocks[0]) * 1024 if blocks else 1024, *used]) + 1
    pixels = _columns(sheet)
    xml = "" if b'"_x0000_t202"' in old else _KIND.format(spaces=spaces)
    for order, ((row, column), said) in enumerate(boxes):
        xml += _box(first + order, len(used) + order + 1, row, column, said, pixels, spaces)
    parts.keep(target, old[:end] + xml.encode("ascii", "xmlcharrefreplace") + old[end:])


def _empty_drawing(parts: Parts) -> bytes:
    spaces = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in _NAMESPACES.items())
    drawings = [parts.content(name) for name in parts.names if name.endswith(".vml")]
    block = max((int(each) for drawing in drawings for each in _BLOCK.findall(drawing)), default=0) + 1
    layout = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
    return f"<xml{spaces}>{layout}</xml>".encode()


def _box(number: int, order: int, row: int, column: int, said: str, pixels: Callable[[int], float], spaces: str) -> str:
    lines = 2 + sum(math.ceil(max(len(line), 1) / _LETTERS_PER_LINE) for line in said.split("\n"))
    height = lines * _LINE_HEIGHT + 10
    last, left = column, float(_WIDTH)
    # The note begins in the next column, and ends where it is as wide as it should be.
    while left > pixels(last + 1) and last < LAST_SHEET_COLUMN - 1:
        left -= pixels(last + 1)
        last += 1
    rows, rest = divmod(height, _ROW_HEIGHT)
    top = max(row - 2, 0)
    anchor = [
        min(column, LAST_SHEET_COLUMN - 1),
        12,
        top,
        6,
        last,
        int(left),
        min(top + rows, LAST_SHEET_ROW - 1),
        rest,
    ]
    return _BOX.format(
        number=number,
        order=order,
        width=_WIDTH,
        height=height,
        spaces=spaces,
        anchor=", ".join(map(str, anchor)),
        row=row - 1,
        column=column - 1,
    )


def _columns(sheet: Markup) -> Callable[[int], float]:
    """Return a function that gives a column's width in pixels, about."""
    usual = _USUAL_WIDTH
    if (form := sheet.root.child("sheetFormatPr")) is not None:
        usual = _pixels(form.attributes.get("defaultColWidth"), usual)
    spans = [
        (int(col.attributes["min"]), int(col.attributes["max"]), col.attributes)
        for col in sheet.root.all("cols", "col")
        if col.attributes.get("min", "").isdecimal() and col.attributes.get("max", "").isdecimal()
    ]

    @cache
    def pixels(column: int) -> float:
        for first, last, attributes in spans:
            if first <= column <= last:
                return 0 if attributes.get("hidden") in ("1", "true") else _pixels(attributes.get("width"), usual)
        return usual

    return pixels


def _pixels(width: str | None, usual: int) -> int:
    try:
        return max(round(float(width) * 7 + 5), 0) if width else usual
    except (ValueError, OverflowError):
        return usual
