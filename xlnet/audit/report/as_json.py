"""The findings as JSON, for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from xlnet.audit.findings import Audit


def text(audits: Sequence[Audit]) -> str:
    """Return the audits as a JSON object."""
    content = {"workbooks": [_without_infinities(audit.to_dict()) for audit in audits]}
    written = json.dumps(content, indent=2, ensure_ascii=False)
    # What would steer a terminal, and what JSON has left as it is.
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in written)


def _without_infinities(value: Any) -> Any:
    """Return `value` with null for numbers that JSON has no word for."""
    match value:
        case dict():
            return {key: _without_infinities(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_infinities(item) for item in value]
        case float() if not math.isfinite(value):
            return None
    return value
