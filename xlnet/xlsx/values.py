"""The values of formulas in small sheets, which openpyxl leaves empty."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from xlnet.xlsx.numbers import number_text

Value = float | str | bool

_EMPTY = re.compile(r'<c r="([A-Z]+\d+)"([^>]*)>(<f(?: [^>]*)?>[^<]*</f>)<v ?/>(?:</v>)?</c>')


def with_values(xml: str, values: Mapping[str, Value]) -> str:
    """Return a sheet's XML with the value of every formula, by address, in place of the empty one."""

    def valued(match: re.Match[str]) -> str:
        address, attributes, formula = match.groups()
        kind, text = _written(values[address])
        return f'<c r="{address}"{attributes}{kind}>{formula}<v>{text}</v></c>'

    return _EMPTY.sub(valued, xml.replace("<v></v>", "<v/>"))


def _written(value: Value) -> tuple[str, str]:
    """Return the attribute that tells a value's kind, and its text; a number that is not finite is an error."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escape(value)
    return ("", number_text(value)) if math.isfinite(value) else (' t="e"', "#NUM!")
