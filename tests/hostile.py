"""Workbooks as a person who means harm would make them, each from a sound one: name by name, what is done to it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

Parts = dict[str, bytes]
Make = Callable[[Parts, Path], None]

WORKBOOK, STYLES, TEXTS, TYPES = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml"
LINKS, ROOT_LINKS, CORE, THEME = "xl/_rels/workbook.xml.rels", "_rels/.rels", "docProps/core.xml", "xl/theme/theme1.xml"
SHEET = "xl/worksheets/sheet1.xml"
MILLION = 1_000_000
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_LAUGHS = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
DOCTYPES = {
    "billion laughs": f"<!DOCTYPE a [<!ENTITY a0 'ha'>{_LAUGHS}]>",
    "a file": "<!DOCTYPE a [<!ENTITY a9 SYSTEM 'file:///etc/passwd'>]>",
    "the network": "<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'>",
    "a parameter": "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/a.dtd'> %p;]>",
}


def parts_of(path: Path) -> Parts:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def write(parts: Parts, path: Path, compression: int = zipfile.ZIP_DEFLATED) -> None:
    """Write a workbook of these parts."""
    with zipfile.ZipFile(path, "w", compression) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def part(name: str, change: Callable[[bytes], bytes]) -> Make:
    """Change one part."""

    def make(parts: Parts, path: Path) -> None:
        changed = change(parts[name])
        assert changed != parts[name], name
        write(parts | {name: changed}, path)

    return make


def replaced(name: str, old: str, new: str) -> Make:
    """Replace the first text that matches a pattern in a part."""
    return part(
        name, lambda xml: re.sub(old, lambda m: m.expand(new) if "\\" in new else new, xml.decode(), count=1).encode()
    )


def formula(text: str, cell: str = "H6") -> Make:
    """Put a formula into a cell of the Training sheet."""
    from xml.sax.saxutils import escape

    return cell_of(cell, f"><f>{escape(text)}</f><v>1</v></c>")


def filled(text: str) -> Make:
    """Fill a formula down column H of the Training sheet; `{above}` is the number of the row above."""
    return part(
        SHEET,
        lambda xml: re.sub(
            r'(<c r="H(\d+)"[^>]*?>)<f>[^<]*</f>',
            lambda m: f"{m[1]}<f>{text.format(above=max(int(m[2]) - 1, 4), row=m[2])}</f>",
            xml.decode(),
        ).encode(),
    )


def linked_picture(address: str) -> Make:
    """Put a picture that lies elsewhere into a drawing."""

    def make(parts: Parts, path: Path) -> None:
        links = next(n for n, xml in parts.items() if n.startswith("xl/drawings/_rels/") and b"chart" in xml)
        drawing = links.replace("_rels/", "").removesuffix(".rels")
        kind = f"{_OFFICE}/relationships/image"
        link = f'<Relationship Id="picture" Type="{kind}" Target="{address}" TargetMode="External"/>'
        named = f'xmlns:a="{_DRAWING}"'
        picture = (
            "<xdr:oneCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row>"
            '<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="900000" cy="900000"/><xdr:pic><xdr:nvPicPr>'
            '<xdr:cNvPr id="99" name="p"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
            f'<a:blip {named} xmlns:r="{_OFFICE}/relationships" r:link="picture"/></xdr:blipFill><xdr:spPr>'
            f"<a:xfrm {named}>"
            '<a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm>'
            f'<a:prstGeom {named} prst="rect"><a:avLst/>'
            "</a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor>"
        )
        xml = parts[drawing].replace(b"</xdr:wsDr>", picture.encode() + b"</xdr:wsDr>")
        assert xml != parts[drawing]
        linked = parts[links].replace(b"</Relationships>", link.encode() + b"</Relationships>")
        write(parts | {links: linked, drawing: xml}, path)

    return make


def cell_of(cell: str, inside: str) -> Make:
    """Replace the inside of a cell of the Training sheet."""
    return part(
        SHEET,
        lambda xml: re.sub(
            rf'(<c r="{cell}"[^>]*?)( t="\w+")?(?:/>|>.*?</c>)', lambda m: m[1] + inside, xml.decode(), count=1
        ).encode(),
    )


def template(text: str) -> Make:
    """Take this text for the Template sheet."""

    def make(parts: Parts, path: Path) -> None:
        name = next(
            n for n, xml in parts.items() if "worksheets/sheet" in n and b"sheetData" in xml and is_template(n, parts)
        )
        rows = "".join(
            f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t xml:space="preserve">{line}</t></is></c></row>'
            for n, line in enumerate(text.replace("&", "&amp;").replace("<", "&lt;").split("\n"), 1)
        )
        xml = re.sub(
            rb"<sheetData>.*</sheetData>",
            lambda _: f"<sheetData>{rows}</sheetData>".encode(),
            parts[name],
            flags=re.DOTALL,
        )
        write(parts | {name: xml}, path)

    return make


def is_template(name: str, parts: Parts) -> bool:
    """Return whether a part is that of the Template sheet, which is the last one."""
    numbers = [int(found) for n in parts for found in re.findall(r"worksheets/sheet(\d+)\.xml$", n)]
    return name.endswith(f"/sheet{max(numbers)}.xml")


def stretched(name: str, before: str, repeated: str, times: int) -> Make:
    """Write a text many times into a part, in front of the last `before`."""

    def make(parts: Parts, path: Path) -> None:
        head, _, tail = parts[name].rpartition(before.encode())
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for other, content in parts.items():
                if other != name:
                    package.writestr(other, content)
            with package.open(name, "w", force_zip64=True) as stream:
                stream.write(head)
                block = repeated.encode() * (1 + MILLION // len(repeated))
                left = len(repeated.encode()) * times
                while left > 0:
                    stream.write(block[:left])
                    left -= len(block)
                stream.write(before.encode() + tail)

    return make


def raw(change: Callable[[bytes], bytes]) -> Make:
    """Change the bytes of the file."""

    def make(parts: Parts, path: Path) -> None:
        write(parts, path)
        path.write_bytes(change(path.read_bytes()))

    return make


def with_entries(*entries: tuple[zipfile.ZipInfo, bytes]) -> Make:
    """Add entries of odd names and kinds."""

    def make(parts: Parts, path: Path) -> None:
        write(parts, path)
        with zipfile.ZipFile(path, "a") as package:
            for entry, content in entries:
                package.writestr(entry, content)

    return make


def many_entries(count: int) -> Make:
    def make(parts: Parts, path: Path) -> None:
        """Write a directory of many entries that all lead to the first part."""
        write(parts, path)
        content = path.read_bytes()
        end = content.rindex(b"PK\5\6")
        size, offset = struct.unpack("<LL", content[end + 12 : end + 20])
        own = content[offset : offset + size]
        more = b"".join(_directory_entry(f"x{n}".encode()) for n in range(count))
        total = (own.count(b"PK\1\2") + count) & 0xFFFF
        tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, total, total, len(own) + len(more), offset, 0)
        path.write_bytes(content[:offset] + own + more + tail)

    return make


def _directory_entry(name: bytes, offset: int = 0, size: int = 10) -> bytes:
    fields = (b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, size, size, len(name), 0, 0, 0, 0, 0, offset)
    return struct.pack("<4s6H3L5H2L", *fields) + name


def lying(name: str, size: int) -> Make:
    """Say another size of a part in the directory and before it."""

    def make(parts: Parts, path: Path) -> None:
        write(parts, path)
        content = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as package:
            entry = package.getinfo(name)
        struct.pack_into("<L", content, entry.header_offset + 22, size)
        start = 0
        while (start := content.find(b"PK\1\2", start + 1)) > 0:
            if content[start + 46 : start + 46 + len(name)] == name.encode():
                struct.pack_into("<L", content, start + 24, size)
        path.write_bytes(content)

    return make


def flagged(bit: int, method: int | None = None) -> Make:
    """Say that parts are encrypted, or compressed in another way."""

    def make(parts: Parts, path: Path) -> None:
        write(parts, path)
        content = bytearray(path.read_bytes())
        for signature, flags, kind in ((b"PK\1\2", 8, 10), (b"PK\3\4", 6, 8)):
            start = -1
            while (start := content.find(signature, start + 1)) >= 0:
                content[start + flags] |= bit
                if method is not None:
                    struct.pack_into("<H", content, start + kind, method)
        path.write_bytes(content)

    return make


def twice(name: str) -> Make:
    """Write a part twice."""

    def make(parts: Parts, path: Path) -> None:
        import warnings

        write(parts, path)
        with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as package:
            warnings.simplefilter("ignore")
            package.writestr(name, parts[name])

    return make


def without(name: str) -> Make:
    """Leave a part out."""
    return lambda parts, path: write({n: xml for n, xml in parts.items() if n != name}, path)


def declared(name: str, doctype: str) -> Make:
    """Declare a document type, and use what it declares."""

    def change(xml: bytes) -> bytes:
        body = re.sub(r"^<\?xml[^>]*\?>\s*", "", xml.decode())
        return f'<?xml version="1.0"?>{doctype}{body}'.encode()

    return part(name, change)


def rows_of(xml: str) -> Iterator[re.Match[str]]:
    return re.finditer(r'<row r="(\d+)".*?</row>', xml)


def _as_utf16(xml: bytes) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-16"?>' + re.sub(r"^<\?xml[^>]*\?>", "", xml.decode())).encode("utf-16")


NAMED = "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\n[data]\n"
PLAIN = NAMED + "x = [[1]]\nt = [[1]]\n"
RUNS = "[[compare.runs]]\nlr = {}\n"
TEMPLATES = {
    "a password file": NAMED + 'csv = "/etc/passwd"\ninputs = ["a"]\ntargets = ["b"]\n',
    "an endless device": NAMED + 'csv = "/dev/zero"\ninputs = ["a"]\ntargets = ["b"]\n',
    "a terminal": NAMED + 'csv = "/dev/stdin"\ninputs = ["a"]\ntargets = ["b"]\n',
    "a file in a run": PLAIN + "[[compare.runs]]\nlr = 1\n[[compare.runs]]\ndata.csv = '/dev/zero'\n",
    "a file beside numbers": PLAIN + 'csv = "/dev/zero"\n',
    "nested arrays": "x = " + "[" * 30_000,
    "nested tables": "x = " + "{a=" * 10_000,
    "a long dotted key": ".".join("a" * 15_000) + " = 1",
    "many dotted keys": "\n".join(".".join(f"{n}a" * 3_000) + " = 1" for n in range(500)),
    "quoted dotted keys": "\n".join(".".join([f'"a{n}"'] * 4_000) + " = 1" for n in range(200)),
    "dotted headers": "\n".join("[" + ".".join([f"a{n}"] * 8_000) + "]" for n in range(200)),
    "huge number": PLAIN + "[training]\niters = " + "9" * 30_000,
    "huge float": PLAIN + "[training.optimizer]\nlr = " + "9" * 30_000 + ".0",
    "infinite": PLAIN + "[training.optimizer]\nlr = inf",
    "a billion iterations": PLAIN + f"[training]\niters = {10**9}",
    "all iterations": PLAIN + "[training]\niters = 1048573",
    "a billion units": PLAIN.replace("units = 1", f"units = {10**9}"),
    "many units": PLAIN.replace("inputs = 1", "inputs = 16384").replace("units = 1", "units = 16384"),
    "a wide network": PLAIN.replace("units = 1", "units = 16384"),
    "a large batch": PLAIN + f"[training]\nbatch = {10**6}",
    "a huge seed": PLAIN + f"[training]\nseed = {10**18}",
    "many layers": PLAIN.replace("[data]", "[[network.layers]]\nunits = 1\n" * 40_000 + "[data]"),
    "very many layers": PLAIN.replace("[data]", "[[network.layers]]\nunits = 1\n" * 300_000 + "[data]"),
    "many runs": PLAIN + "".join(RUNS.format(n + 1) for n in range(5_000)),
    "a thousand runs": PLAIN + "".join(RUNS.format(n + 1) for n in range(1_000)),
    "large runs": PLAIN + "[training]\niters = 1000000\n" + "".join(RUNS.format(n + 1) for n in range(60)),
    "many keys": PLAIN + "".join(f"k{n} = 1\n" for n in range(300_000)),
    "a large shuffled batch": NAMED
    + f"x = {[[n] for n in range(3000)]}\nt = {[[n] for n in range(3000)]}\n"
    + '[training]\niters = 1000000\nbatch = 2000\norder = "shuffled"\n',
    "an unclosed text": PLAIN + 'title = """' + "a" * 30_000,
    "backslashes": PLAIN.replace("[network]", 'title = "' + "\\\\" * 15_000 + '"\n[network]'),
    "quotes": "\n".join("x = '''" + "\"'" * 10_000 for _ in range(100)),
}
CITING = {
    "WEBSERVICE": 'WEBSERVICE("http://127.0.0.1:9/")',
    "a web service with a prefix": '_xlfn.WEBSERVICE("http://127.0.0.1:9/")',
    "DDE": 'DDE("soffice","/etc/passwd","A1")',
    "a command": "cmd|' /C calc'!A0",
    "another file": "'file:///etc/passwd'#$Sheet1.A1",
    "another workbook": "[1]Sheet1!A1",
    "another workbook by path": "'C:\\[a.xlsx]Sheet1'!A1",
    "INDIRECT": "INDIRECT(\"'file:///etc/passwd'#$Sheet1.A1\")",
    "HYPERLINK": 'HYPERLINK("http://127.0.0.1:9/","a")',
    "IMAGE": '_xlfn.IMAGE("http://127.0.0.1:9/a.png")',
    "CALL": 'CALL("kernel32","WinExec","JCJ","calc",0)',
    "REPT": 'LEN(REPT("x",1000000000))',
    "every cell": "SUM(1:1048576)",
    "every row with every column": "SUMPRODUCT(ROW(1:1048576)*COLUMN(A:XFD))",
    "columns across columns": "SUMPRODUCT($A$1:$A$1048576*TRANSPOSE($B$1:$B$1048576))",
    "OFFSET": "SUM(OFFSET(A1,0,0,1048576,16384))",
    "brackets": "(" * 4000 + "1" + ")" * 4000,
    "signs": "-" * 8000 + "1",
    "powers": "^".join("1" * 4000),
    "sums": "+".join("1" * 4000),
    "too long": "+".join("1" * MILLION),
    "ifs": "IF(1," * 60 + "1" + ",0)" * 60,
    "itself": "H6",
    "a ring": "B6+H6",
    "volatile": "RAND()+NOW()",
    "no formula": "((",
    "empty": "",
    "a column beyond": "SUM(A1:ZZZ9999999)",
    "a table": "Table1[[#All],[a]]",
    "SEQUENCE": "SUM(_xlfn.SEQUENCE(1000000,1000))",
    "FACT": "FACT(170)*COMBIN(1000,500)",
    "text doubled": "A6&A6&A6",
    "long texts for letters": 'LEN(SUBSTITUTE(SUBSTITUTE("aaaaaaaaaa","a","'
    + "b" * 3000
    + '"),"b","'
    + "c" * 3000
    + '"))',
    "tall and wide": "SUM(MMULT(ROW($A$1:$A$2800)*COLUMN($A$1:$DCR$1),ROW($A$1:$A$2800)*COLUMN($A$1:$DCR$1)))",
}
STRANGE_CELLS = {
    "nan": "><v>NaN</v></c>",
    "inf": "><v>1e999</v></c>",
    "a date": ' t="d"><v>2020-01-01</v></c>',
    "a kind that is none": ' t="z"><v>1</v></c>',
    "an unknown error": ' t="e"><v>#WHAT!</v></c>',
    "text number beyond": ' t="s"><v>99999999</v></c>',
    "negative text number": ' t="s"><v>-1</v></c>',
    "shared formula that is not there": '><f t="shared" si="99999999"/><v>1</v></c>',
    "huge shared formula": '><f t="shared" si="1" ref="A1:XFD1048576">H6+1</f><v>1</v></c>',
    "shared formula citing itself": '><f t="shared" si="1" ref="H6:H9">H5</f><v>1</v></c>',
    "huge array formula": '><f t="array" ref="A1:XFD1048576">B6</f><v>1</v></c>',
    "data table": '><f t="dataTable" ref="H6" dt2D="1" dtr="1" r1="A1" r2="A2"/><v>1</v></c>',
    "long value": f"><v>{'9' * 200_000}</v></c>",
    "long text": f' t="inlineStr"><is><t>{"a" * 200_000}</t></is></c>',
    "rich text": ' t="inlineStr"><is>' + "<r><t>a</t></r>" * 20_000 + "</is></c>",
    "deep": "><is>" + "<r>" * 20_000 + "</r>" * 20_000 + "</is></c>",
}
ADDRESSES = {
    "beyond the last row": ('<c r="H6"', '<c r="H99999999999"'),
    "beyond the last column": ('<c r="H6"', '<c r="XFE6"'),
    "the very last": ('<c r="T23"', '<c r="XFD1048576"'),
    "another row": ('<c r="H6"', '<c r="H7"'),
    "twice": ('<c r="H6"', '<c r="G6"'),
    "none": ('<c r="H6"', "<c"),
    "a huge style": ('<c r="H6" s="[0-9]+"', '<c r="H6" s="999999999"'),
    "negative": ('<c r="H6"', '<c r="-1"'),
    "a row twice": ('<row r="7"', '<row r="6"'),
    "a row beyond": ('<row r="23"', '<row r="99999999999"'),
    "a row without end": ('<row r="23"', '<row r="1048577"'),
    "a row of a negative number": ('<row r="7"', '<row r="-7"'),
    "a row far down": ('<row r="23"', '<row r="1048576"'),
}
HOSTILE: dict[str, Make] = {
    **{f"template: {name}": template(text) for name, text in TEMPLATES.items()},
    **{f"formula: {name}": formula(text) for name, text in CITING.items()},
    "formulas: texts that double": filled("H{above}&amp;H{above}&amp;H{above}&amp;H{above}"),
    "formulas: whole columns": filled("SUMPRODUCT(($A$1:$A$1048576)*($A$1:$A$1048576))"),
    "formulas: from the last row up": filled("H{row}0+1"),
    **{f"cell: {name}": cell_of("H6", inside) for name, inside in STRANGE_CELLS.items()},
    **{f"address: {name}": replaced(SHEET, old, new) for name, (old, new) in ADDRESSES.items()},
    **{
        f"doctype: {kind}, in {name}": declared(name, doctype)
        for kind, doctype in DOCTYPES.items()
        for name in (SHEET, TEXTS, STYLES, CORE, LINKS, ROOT_LINKS, TYPES, WORKBOOK)
    },
    **{
        f"bomb: {name}": stretched(name, f"</{root}>", text, times)
        for name, root, text, times in (
            (STYLES, "styleSheet", "<xf/>", 20 * MILLION),
            (STYLES, "styleSheet", " ", 300 * MILLION),
            (TEXTS, "sst", "<si/>", 20 * MILLION),
            (LINKS, "Relationships", "<Relationship/>", 10 * MILLION),
            (TYPES, "Types", '<Default Extension="x" ContentType="y"/>', 5 * MILLION),
            (WORKBOOK, "definedNames", '<definedName name="a">Training!$A$1</definedName>', 2 * MILLION),
            (WORKBOOK, "sheets", '<sheet name="a" sheetId="1"/>', 2 * MILLION),
            (CORE, "cp:coreProperties", "<a/>", 30 * MILLION),
            (THEME, "a:theme", "<a/>", 30 * MILLION),
        )
        if True
    },
    "texts: too many": stretched(TEXTS, "</sst>", "<si/>", 3 * MILLION),
    "texts: one without end": stretched(TEXTS, "</sst>", "a", 60 * MILLION),
    "table: a row of cells": stretched(SHEET, "</row>", "<c/>", 60 * MILLION),
    "table: rows without end": stretched(SHEET, "</sheetData>", "<row/>", 3 * MILLION),
    "table: empty rows": stretched(SHEET, "</sheetData>", "<row><c/></row>", MILLION),
    "table: text": stretched(SHEET, "</sheetData>", " ", 100 * MILLION),
    "table: deep": stretched(SHEET, "</sheetData>", "<a>", 10 * MILLION),
    "table: attributes": stretched(SHEET, "</sheetData>", '<row spans="1:1"/>', MILLION),
    "table: merged": stretched(SHEET, "</worksheet>", '<mergeCell ref="A1:B2"/>', MILLION),
    "another sheet: a row of cells": stretched("xl/worksheets/sheet2.xml", "</row>", "<c/>", 60 * MILLION),
    "another sheet: rows": stretched("xl/worksheets/sheet2.xml", "</sheetData>", "<row/>", 3 * MILLION),
    "zip: many entries": many_entries(MILLION),
    "zip: some entries": many_entries(60_000),
    "zip: a part twice": twice(SHEET),
    "zip: encrypted": flagged(1),
    "zip: lzma": flagged(0, zipfile.ZIP_LZMA),
    "zip: bzip2": flagged(0, zipfile.ZIP_BZIP2),
    "zip: another method": flagged(0, 99),
    "zip: smaller than it is": lying(SHEET, 100),
    "zip: larger than it is": lying(SHEET, 4_000_000_000),
    "zip: a little larger": lying(SHEET, 2_000_000),
    "zip: odd names": with_entries(
        (zipfile.ZipInfo("../../../tmp/x"), b"x"), (zipfile.ZipInfo("/etc/x"), b"x"), (zipfile.ZipInfo("a\0b"), b"x")
    ),
    "zip: a link": with_entries((_link := zipfile.ZipInfo("xl/link.xml"), b"/etc/passwd")),
    "zip: cut off": raw(lambda content: content[: len(content) // 2]),
    "zip: end cut off": raw(lambda content: content[:-5]),
    "zip: doubled": raw(lambda content: content + content),
    "zip: led by a megabyte": raw(lambda content: bytes(MILLION) + content),
    "zip: followed by a megabyte": raw(lambda content: content + bytes(MILLION)),
    "zip: no zip": raw(lambda content: zlib.compress(content)),
    "zip: empty": raw(lambda _: b""),
    "zip: nothing but an end": raw(lambda _: b"PK\5\6" + bytes(18)),
    "parts: no Training": without(SHEET),
    "parts: no workbook": without(WORKBOOK),
    "parts: no links": without(LINKS),
    "parts: no root links": without(ROOT_LINKS),
    "parts: no styles": without(STYLES),
    "parts: no texts": without(TEXTS),
    "parts: no types": without(TYPES),
    "parts: no language": without(CORE),
    "parts: a sheet that is none": part(SHEET, lambda _: b"hello"),
    "parts: an empty sheet": part(SHEET, lambda _: b""),
    "parts: another root": replaced(SHEET, "<worksheet", "<workshop"),
    "parts: UTF-16": part(SHEET, _as_utf16),
    "parts: an unknown encoding": part(SHEET, lambda xml: b'<?xml version="1.0" encoding="klingon"?>' + xml),
    "parts: NUL": part(SHEET, lambda xml: xml[:2000] + b"\0" + xml[2000:]),
    "names: two sheets": replaced(WORKBOOK, 'name="Dashboard"', 'name="TRAINING"'),
    "names: a long one": replaced(WORKBOOK, 'name="Dashboard"', f'name="{"a" * MILLION}"'),
    "names: a sheet that leads nowhere": replaced(LINKS, "worksheets/sheet1.xml", "worksheets/sheet99.xml"),
    "names: a sheet that leads out": replaced(LINKS, "worksheets/sheet1.xml", "../../../../etc/passwd"),
    "names: a sheet that leads to the workbook": replaced(LINKS, "worksheets/sheet1.xml", "workbook.xml"),
    "names: a sheet on the network": replaced(
        LINKS, 'Target="([^"]*worksheets/sheet1.xml)"', 'Target="http://127.0.0.1:9/" TargetMode="External"'
    ),
    "names: all sheets are one": part(LINKS, lambda xml: re.sub(rb"worksheets/sheet\d+", b"worksheets/sheet1", xml)),
    "names: a workbook that links to itself": replaced(ROOT_LINKS, "xl/workbook.xml", "_rels/.rels"),
}
