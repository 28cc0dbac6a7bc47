"""The looks of our sheet's cells and the colours over wrong ones, added to the styles that a workbook has."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from xlnet.audit.annotate.markup import Element, Markup, text

# As in the workbooks that xlnet builds: text and fill of what is wrong, right, or stands out.
WRONG, RIGHT, ODD = ("991B1B", "FECACA"), ("14532D", "BBF7D0"), ("92400E", "FDE68A")
INK, QUIET_INK, LINK_INK, HEADER_FILL, LINE, INPUT_FILL = "334155", "64748B", "1D4ED8", "475569", "D6DCE5", "FEF9C3"

_ORDER = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles"),
    *("colors", "extLst"),
)
_FIRST_OWN_FORMAT = 164


@dataclass(frozen=True)
class Look:
    """What a cell of our sheet looks like; colours are RGB in hexadecimal."""

    colour: str = "000000"
    fill: str | None = None
    bold: bool = False
    italic: bool = False
    underline: bool = False
    size: int = 11
    font: str = "Calibri"
    number_format: str | None = None
    horizontal: str = "left"
    is_wrapped: bool = False
    has_line: bool = False
    is_quoted: bool = False


TITLE = Look(colour=INK, bold=True, size=16)
SECTION = Look(colour=INK, bold=True, size=13)
HEADER = Look(colour="FFFFFF", fill=HEADER_FILL, bold=True)
QUIET = Look(colour=QUIET_INK, italic=True)
PLAIN = Look(is_wrapped=True, is_quoted=True)
CELL = Look(is_wrapped=True, is_quoted=True, has_line=True)
LABEL = Look(bold=True, is_wrapped=True, is_quoted=True, has_line=True)
LINKED = Look(colour=LINK_INK, underline=True, is_quoted=True, has_line=True)
CODE = Look(font="Consolas", size=10, is_wrapped=True, is_quoted=True, has_line=True)
NUMBER_HEADER = replace(HEADER, horizontal="right")
NUMBER = Look(horizontal="right", has_line=True)
POWER = replace(NUMBER, number_format="0.00E+00")
INPUT = Look(colour=LINK_INK, fill=INPUT_FILL, bold=True, horizontal="right", has_line=True)
ALL_RIGHT = Look(colour=RIGHT[0], fill=RIGHT[1], bold=True)
SOME_WRONG = Look(colour=WRONG[0], fill=WRONG[1], bold=True)
VERDICT = Look(bold=True, size=13, horizontal="center", has_line=True)


def number_look(like: float, digits: int = 10, *, is_bold: bool = False) -> Look:
    """Return the look of a number about as large as another one, of which that many digits are shown."""
    size = math.floor(math.log10(abs(like))) if like and math.isfinite(like) else 0
    power = "E+00" if not -6 <= size <= 6 else ""
    # What does not fit into the column would show as ###.
    places = min(digits - 1, 11) if power else min(digits - 1 - size, 15)
    return replace(NUMBER, number_format="0." + "0" * places + power, bold=is_bold)


class Styles:
    """The styles of a workbook, to which looks and colours are added as they are asked for."""

    def __init__(self, markup: Markup) -> None:
        self._markup = markup
        self._new: dict[str, list[str]] = {name: [] for name in _ORDER}
        self._numbers: dict[tuple[str, str], int] = {}
        formats = markup.root.all("numFmts", "numFmt")
        used = [int(each.attributes["numFmtId"]) for each in formats if each.attributes.get("numFmtId", "").isdecimal()]
        self._next_format = max([_FIRST_OWN_FORMAT - 1, *used]) + 1

    def number(self, look: Look) -> int:
        """Return the number by which a cell cites a look."""
        font = self._add(
            "fonts",
            f"<font>{'<b/>' * look.bold}{'<i/>' * look.italic}{'<u/>' * look.underline}"
            f'<sz val="{look.size}"/><color rgb="FF{look.colour}"/><name val="{look.font}"/><family val="2"/></font>',
        )
        fill = self._add("fills", _fill(look.fill)) if look.fill else 0
        line = f'<bottom style="thin"><color rgb="FF{LINE}"/></bottom>' if look.has_line else "<bottom/>"
        border = self._add("borders", f"<border><left/><right/><top/>{line}<diagonal/></border>")
        number_format = self._format(look.number_format) if look.number_format else 0
        wrapped = ' wrapText="1"' if look.is_wrapped else ""
        quoted = ' quotePrefix="1"' if look.is_quoted else ""
        indent = ' indent="1"' if look.horizontal == "right" else ""
        # A column's width counts digits of the workbook's own font: where that is small, numbers would show as ###.
        shrunk = ' shrinkToFit="1"' if look.number_format and not look.is_wrapped else ""
        return self._add(
            "cellXfs",
            f'<xf numFmtId="{number_format}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"{quoted} '
            f'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<alignment horizontal="{look.horizontal}" vertical="top"{wrapped}{indent}{shrunk}/></xf>',
        )

    def over(self, colours: tuple[str, str], *, has_border: bool = True) -> int:
        """Return the number by which a conditional format cites a colour over a cell, and around it."""
        ink, fill = colours
        sides = "".join(
            f'<{side} style="thin"><color rgb="FF{ink}"/></{side}>' for side in ("left", "right", "top", "bottom")
        )
        border = f"<border>{sides}</border>" if has_border else ""
        return self._add("dxfs", f'<dxf><font><color rgb="FF{ink}"/></font>{_fill(fill)}{border}</dxf>')

    def changed(self) -> bytes:
        """Return the part with what was added."""
        for position, name in enumerate(_ORDER):
            if not (new := self._new[name]):
                continue
            items = "".join(new)
            container = self._markup.root.child(name)
            if container is None:
                xml = f'<{name} count="{len(new)}">{items}</{name}>'
                self._markup.insert(xml, _ORDER[:position])
            else:
                self._markup.set(container, "count", str(len(container.children) + len(new)))
                self._markup.append(container, items)
        return self._markup.changed()

    def _add(self, container: str, xml: str) -> int:
        if (container, xml) not in self._numbers:
            old = self._markup.root.child(container) or _NONE
            self._numbers[container, xml] = len(old.children) + len(self._new[container])
            self._new[container].append(xml)
        return self._numbers[container, xml]

    def _format(self, code: str) -> int:
        key = ("numFmts", code)
        if key not in self._numbers:
            self._numbers[key] = self._next_format
            self._new["numFmts"].append(f'<numFmt numFmtId="{self._next_format}" formatCode="{text(code)}"/>')
            self._next_format += 1
        return self._numbers[key]


_NONE = Element("", "", "", {}, 0, 0)


def _fill(colour: str) -> str:
    # Excel takes the background of a conditional format for its colour, other programs the foreground.
    colours = f'<fgColor rgb="FF{colour}"/><bgColor rgb="FF{colour}"/>'
    return f'<fill><patternFill patternType="solid">{colours}</patternFill></fill>'
