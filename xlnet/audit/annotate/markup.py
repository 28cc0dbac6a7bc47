"""A stranger's XML, changed without being written anew: expat says where elements begin and end, bytes are put in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_NAME = re.compile(r"<(/?)(?=\w)")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
# What XML cannot hold, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class MarkupError(ValueError):
    """XML that is damaged, or that declares entities, as no workbook does."""


@dataclass(slots=True)
class Element:
    """An element, and where it is in its part's bytes; attributes in a namespace are named "uri name"."""

    name: str
    uri: str
    prefix: str
    attributes: dict[str, str]
    start: int
    inner_start: int
    inner_end: int = -1
    end: int = -1
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> Element | None:
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, *names: str) -> Iterator[Element]:
        """Yield the children of the first name, or those of the second in these, and so on."""
        for child in self.children:
            if child.name == names[0]:
                if len(names) == 1:
                    yield child
                else:
                    yield from child.all(*names[1:])


class Markup:
    """A part's XML. What is deeper than `depth`, or in elements `hidden`, is only seen to be well formed."""

    def __init__(self, content: bytes, depth: int = 3, hidden: Iterable[str] = ()) -> None:
        self.content = _narrow(content)
        self._changes: list[tuple[int, int, bytes]] = []
        # Elements without an end tag to which something is appended.
        self._opened: dict[int, Element] = {}
        self.root = _parsed(self.content, depth, frozenset(hidden))

    def put(self, place: int, xml: str, end: int | None = None) -> None:
        """Put XML in at a place, in the order of the calls; in place of what stands from there to `end`."""
        self._changes.append((place, place if end is None else end, xml.encode("ascii", "xmlcharrefreplace")))

    def append(self, parent: Element, xml: str) -> None:
        """Put XML in as the last of an element's children, with its prefix."""
        xml = with_prefix(xml, parent.prefix)
        if parent.inner_end >= 0:
            self.put(parent.inner_end, xml)
        else:
            # It is its own end: <a/>.
            if parent.start not in self._opened:
                slash = self.content.rindex(b"/", parent.start, parent.end)
                self.put(slash, ">", parent.end)
                self._opened[parent.start] = parent
            self.put(parent.end, xml)

    def insert(self, xml: str, before_it: Iterable[str]) -> None:
        """Put XML into the root, after the last child whose name is among `before_it`, with the root's prefix."""
        names = frozenset(before_it)
        place = max((child.end for child in self.root.children if child.name in names), default=self.root.inner_start)
        if self.root.inner_end < 0:
            self.append(self.root, xml)
        else:
            self.put(place, with_prefix(xml, self.root.prefix))

    def set(self, element: Element, attribute: str, value: str) -> None:
        """Give an attribute without a prefix another value, where the element has it."""
        tag = _TAG.match(self.content, element.start)
        assert tag is not None
        found = re.search(rb"\s%s\s*=\s*(\"[^\"]*\"|'[^']*')" % attribute.encode(), tag[0])
        if found:
            start = element.start + found.start(1)
            self.put(start, f'"{value}"', start + len(found[1]))

    def changed(self) -> bytes:
        """Return the part with all changes."""
        for element in self._opened.values():
            name = f"{element.prefix}:{element.name}" if element.prefix else element.name
            self.put(element.end, f"</{name}>")
        self._opened.clear()
        pieces, position = [], 0
        for start, end, xml in sorted(self._changes, key=lambda change: change[:2]):
            pieces += [self.content[position:start], xml]
            position = end
        return b"".join([*pieces, self.content[position:]])


def with_prefix(xml: str, prefix: str) -> str:
    """Return XML whose elements have no prefixes with one."""
    return _NAME.sub(rf"<\1{prefix}:", xml) if prefix else xml


def text(words: str) -> str:
    """Return a text as it stands within an element or an attribute."""
    return escape(_FORBIDDEN.sub("�", words)).replace("\n", "&#10;")


def _narrow(content: bytes) -> bytes:
    """Return XML in an encoding in which a letter of ASCII is one byte."""
    if not content.startswith(_WIDE):
        return content
    try:
        return _DECLARATION.sub("", content.decode("utf-16"), count=1).encode()
    except UnicodeDecodeError:
        raise MarkupError from None


def _parsed(content: bytes, depth: int, hidden: frozenset[str]) -> Element:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.namespace_prefixes = True
    # The open elements; None where they are too deep to be kept.
    path: list[Element | None] = []
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        above = path[-1] if path else None
        if path and (len(path) > depth or above is None or above.name in hidden):
            path.append(None)
            return
        uri, local, prefix = _three(name)
        begin = parser.CurrentByteIndex
        tag = _TAG.match(content, begin)
        if tag is None:
            raise MarkupError
        names = {" ".join(key.split(" ")[:2]): value for key, value in attributes.items()}
        element = Element(local, uri, prefix, names, begin, tag.end())
        (above.children if above else roots).append(element)
        path.append(element)

    def end(_: str) -> None:
        element = path.pop()
        if element is None:
            return
        index = parser.CurrentByteIndex
        if content.startswith(b"/>", element.inner_start - 2):
            element.end = element.inner_start
        else:
            element.inner_end = index
            element.end = content.index(b">", index) + 1

    def refuse(*_: object) -> None:
        raise MarkupError

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise MarkupError from None
    return roots[0]


def _three(name: str) -> tuple[str, str, str]:
    """Return the namespace, the name and the prefix that expat gives as one."""
    pieces = name.split(" ")
    return ("", name, "") if len(pieces) == 1 else (pieces[0], pieces[1], pieces[2] if len(pieces) > 2 else "")
