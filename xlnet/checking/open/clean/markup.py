"""Reads XML as a stream, an element of one kind after the other, within bounds and without what a file may declare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn
from xml.etree.ElementTree import Element, SubElement
from xml.parsers import expat

from xlnet.errors import UserError
from xlnet.xlsx.unpack import BYTES_PER_READ, Package

_DEEPEST = 32
_MOST_TAGS = 1_000


def elements(
    package: Package, part: str, chunks: Iterable[bytes], path: tuple[str, ...], most: int, longest: int
) -> Iterator[Element]:
    """Yield the elements at `path`, names from the root on; each name is given without its namespace.

    Raises UserError where there are more than `most`, one takes more than `longest` bytes, or the part is no XML, or
    declares a document type: entities are declared there, which can grow without end or name a file.
    """
    builder = _Builder(path, lambda problem: package.error(problem, part))
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    count = since = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            since = 0 if builder.has_ended else since + len(chunk)
            if since > longest + 2 * BYTES_PER_READ:
                raise package.error(f"has a <{path[-1]}> element of more than {longest:,} bytes", part)
            for element in builder.taken():
                count += 1
                if count > most:
                    raise package.error(f"has more than {most:,} <{path[-1]}> elements", part)
                yield element
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError):
        raise package.error("is damaged: it is not XML", part) from None


class _Builder:
    """Builds the elements at a path, and nothing else of what it is told of a part."""

    def __init__(self, path: tuple[str, ...], error: Callable[[str], UserError]) -> None:
        self.has_ended = False
        self._path, self._error = path, error
        # Names without their namespaces: a part has few different ones.
        self._tags: dict[str, str] = {}
        self._ready: list[Element] = []
        # The names from the root to where reading is, and below `path` the elements.
        self._way: list[str] = []
        self._open: list[Element] = []

    def taken(self) -> list[Element]:
        """Return the elements that have been built since the last call."""
        ready, self._ready, self.has_ended = self._ready, [], False
        return ready

    def refuse(self, *_: object) -> NoReturn:
        """Refuse a document type."""
        raise self._error("declares a document type, which workbooks never do")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        tag, above = self._tags.get(name) or self._tag(name), self._open
        if above:
            above.append(SubElement(above[-1], tag, attributes))
        else:
            self._way.append(tag)
            if len(self._way) == len(self._path) and tuple(self._way) == self._path:
                above.append(Element(tag, attributes))
        if len(self._way) + len(above) > _DEEPEST + 1:
            raise self._error(f"is nested more than {_DEEPEST} levels deep")

    def _tag(self, name: str) -> str:
        tag = name.rpartition("}")[2]
        if len(self._tags) < _MOST_TAGS:
            self._tags[name] = tag
        return tag

    def text(self, text: str) -> None:
        """Add to the text of an element; what follows an element inside it is left out."""
        if self._open:
            element = self._open[-1]
            if not len(element):
                element.text = element.text + text if element.text else text

    def end(self, _: str) -> None:
        """End an element."""
        if self._open:
            element = self._open.pop()
            if self._open:
                return
            self._ready.append(element)
        self._way.pop()
        self.has_ended |= len(self._way) < len(self._path)


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name without a namespace."""
    found = element.get(name)
    if found is not None:
        return found
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), None)


def text_of(element: Element) -> str:
    """Return the text of a shared or inline string: of its runs, without the readings of Japanese words."""
    parts = []
    for child in element:
        if child.tag == "t":
            parts.append(child.text or "")
        elif child.tag == "r":
            parts += [inner.text or "" for inner in child if inner.tag == "t"]
    return "".join(parts)
