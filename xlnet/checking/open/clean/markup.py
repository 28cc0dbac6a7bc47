"""Reads XML as a stream, an element of one kind after the other, within bounds and without what a file may declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from xlnet.checking.open.clean.package import BYTES_PER_READ, Package

_DEEPEST = 32


def elements(
    package: Package, part: str, chunks: Iterable[bytes], path: tuple[str, ...], most: int, longest: int
) -> Iterator[Element]:
    """Yield the elements at `path`, names from the root on without prefixes; each is gone when the next one comes.

    Raises UserError where there are more than `most`, one takes more than `longest` bytes, or the part is no XML, or
    declares a document type: entities are declared there, which can grow without end or name a file.
    """
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    guard = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise package.error("declares a document type, which workbooks never do", part)

    guard.StartDoctypeDeclHandler = refuse
    # The way from the root to where reading is, as far down as `path` leads.
    way: list[Element] = []
    depth = count = since = 0
    try:
        for chunk in chunks:
            guard.Parse(chunk, False)
            parser.feed(chunk)
            since += len(chunk)
            # What is read of the kinds "start" and "end" is an element.
            for event, element in cast(Iterator[tuple[str, Element]], parser.read_events()):
                if event == "start":
                    depth += 1
                    if depth <= len(path):
                        way.append(element)
                    elif depth > _DEEPEST:
                        raise package.error(f"is nested more than {_DEEPEST} levels deep", part)
                    continue
                depth -= 1
                if depth >= len(path):
                    continue
                if depth + 1 == len(path) and tuple(map(local, way)) == path:
                    count += 1
                    if count > most:
                        raise package.error(f"has more than {most:,} <{path[-1]}> elements", part)
                    yield element
                since = 0
                way.pop()
                if way:
                    way[-1].clear()
            if since > longest + 2 * BYTES_PER_READ:
                raise package.error(f"has a <{path[-1]}> element of more than {longest:,} bytes", part)
        guard.Parse(b"", True)
        parser.close()
    except (ParseError, expat.ExpatError, ValueError, LookupError):
        raise package.error("is damaged: it is not XML", part) from None


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


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
        name = local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [inner.text or "" for inner in child if local(inner) == "t"]
    return "".join(parts)
