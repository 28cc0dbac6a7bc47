"""The parts of the clean copy around its sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

# `xml.sax.saxutils`, which knows them, imports all of `http`.
_AS_NUMBERS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def frame(titles: Sequence[str], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the parts around the sheets."""
    numbers = range(1, len(titles) + 1)
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [(f"xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    kinds = "".join(f'<Override PartName="/{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in parts)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    yield "[Content_Types].xml", f'<Types xmlns="{_TYPES}">{default}{kinds}</Types>'
    yield "_rels/.rels", _links([("officeDocument", "xl/workbook.xml")])
    sheets = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _links([*sheets, ("styles", "styles.xml")])
    entries = "".join(
        f'<sheet name="{_quoted(title)}" sheetId="{n}" r:id="rId{n}"/>' for n, title in enumerate(titles, 1)
    )
    cells = "".join(
        f'<definedName name="{_quoted(name)}">{escape(text, quote=False)}</definedName>' for name, text in names.items()
    )
    defined = f"<definedNames>{cells}</definedNames>" if cells else ""
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{MAIN}" xmlns:r="{_LINK}"><sheets>{entries}</sheets>{defined}</workbook>',
    )
    yield "xl/styles.xml", _STYLES


def _links(links: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINK}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{_LINKS}">{entries}</Relationships>'


def _quoted(text: str) -> str:
    """Return a text as it stands in an attribute: a reader takes a line's end there for a blank."""
    return "".join(_AS_NUMBERS.get(character, character) for character in escape(text))
