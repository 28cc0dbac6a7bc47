"""A workbook's package, copied part by part, of which a few parts are changed and a few are new."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from xlnet.audit.annotate.markup import LINK, Markup, MarkupError, text
from xlnet.audit.reading.file import LARGEST_SHEET
from xlnet.errors import UserError
from xlnet.xlsx.package import FAST
from xlnet.xlsx.unpack import Package

_SMALL_PART = 16_000_000
_TYPES, _TYPES_OF = "[Content_Types].xml", "http://schemas.openxmlformats.org/package/2006/content-types"
_LINKS_OF = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINKS_START = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="%s"/>' % _LINKS_OF.encode()
)
_OFFICE = "application/vnd.openxmlformats-officedocument"


class Parts:
    """The parts of a workbook that are changed."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names = {name.casefold() for name in package.names}
        self._links: dict[str, Markup] = {}
        self._changed: dict[str, bytes] = {}
        self._types = self.markup(_TYPES)

    @property
    def names(self) -> list[str]:
        """The names of all parts."""
        return list(dict.fromkeys([*self._package.names, *self._changed]))

    def error(self, problem: str, part: str) -> UserError:
        """Return an error that says what is wrong with a part."""
        return self._package.error(problem, part)

    def content(self, part: str, most: int = _SMALL_PART) -> bytes:
        """Return a part's bytes."""
        changed = self._changed.get(part)
        return b"".join(self._package.chunks(part, most)) if changed is None else changed

    def markup(self, part: str, depth: int = 3, most: int = _SMALL_PART, hidden: tuple[str, ...] = ()) -> Markup:
        """Return a part's XML. Raises UserError where it is missing or damaged."""
        try:
            return Markup(self.content(part, most), depth, hidden)
        except MarkupError:
            raise self.error("is damaged", part) from None

    def sheet(self, part: str) -> Markup:
        """Return a sheet's XML, without its cells."""
        return self.markup(part, 5, LARGEST_SHEET, ("sheetData",))

    def keep(self, part: str, content: bytes) -> None:
        """Take a part's new bytes."""
        self._changed[part] = content

    def free_name(self, stem: str, ending: str) -> str:
        """Return the name of a new part: "xl/comments" is followed by the first number that is free, and the ending."""
        number = 1
        while f"{stem}{number}{ending}".casefold() in self._names:
            number += 1
        name = f"{stem}{number}{ending}"
        self._names.add(name.casefold())
        return name

    def targets(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Yield the links of a part: the kind's last word, the identity and the part that is meant."""
        for link in self._links_of(part).root.all("Relationship"):
            if link.attributes.get("TargetMode") != "External":
                kind = link.attributes.get("Type", "").rpartition("/")[2]
                yield kind, link.attributes.get("Id", ""), _joined(part, link.attributes.get("Target", ""))

    def target(self, part: str, kind: str) -> str | None:
        """Return the part to which a part has a link of a kind, where there is one."""
        return next((target for each, _, target in self.targets(part) if each == kind), None)

    def link(self, part: str, kind: str, target: str) -> str:
        """Add a link from a part to another one, and return its identity."""
        links = self._links_of(part)
        used = {link.attributes.get("Id", "").casefold() for link in links.root.all("Relationship")}
        number = len(used) + 1
        while f"rid{number}" in used:
            number += 1
        relative = posixpath.relpath(target, posixpath.dirname(part) or ".")
        xml = f'<Relationship Id="rId{number}" Type="{LINK}/{kind}" Target="{text(relative)}"/>'
        links.append(links.root, xml)
        self._changed[_links_part(part)] = links.changed()
        # Read anew, so that the next link is given another identity.
        self._links[part] = Markup(links.changed())
        return f"rId{number}"

    def declare(self, part: str, kind: str) -> None:
        """Say what kind of content a new part has, after "openxmlformats-officedocument." in its name."""
        self._append_type(f'<Override PartName="/{text(part)}" ContentType="{_OFFICE}.{kind}"/>')

    def declare_ending(self, part: str, kind: str) -> None:
        """Say what kind of content the parts of an ending have; of this one alone where it is said otherwise."""
        ending = part.rpartition(".")[2]
        known = {
            each.attributes.get("Extension", "").casefold(): each.attributes.get("ContentType")
            for each in self._types.root.all("Default")
        }
        if ending not in known:
            self._append_type(f'<Default Extension="{ending}" ContentType="{_OFFICE}.{kind}"/>')
        elif known[ending] != f"{_OFFICE}.{kind}":
            self.declare(part, kind)

    def write(self, target: BinaryIO) -> None:
        """Write all parts, those that are not changed as they are."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:
            for name in self.names:
                if name.endswith("/"):
                    continue
                with archive.open(name, "w") as part:
                    changed = self._changed.get(name)
                    for chunk in self._package.chunks(name, LARGEST_SHEET) if changed is None else [changed]:
                        part.write(chunk)

    def _append_type(self, xml: str) -> None:
        self._types.append(self._types.root, xml)
        self._changed[_TYPES] = self._types.changed()
        self._types = self.markup(_TYPES)

    def _links_of(self, part: str) -> Markup:
        if part not in self._links:
            name = _links_part(part)
            self._links[part] = self.markup(name) if name in self._package else Markup(_LINKS_START)
        return self._links[part]


def _links_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _joined(part: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
