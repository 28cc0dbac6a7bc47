"""Limits on a template's text, checked before it is parsed: deep nesting makes a parser run for ever."""

from __future__ import annotations

import re

from xlnet.errors import UserError

# A hundred thousand samples take some megabytes; nothing in a template is nested more than four deep.
MOST_CHARACTERS, _MOST_KEYS, _DEEPEST, _MOST_PARTS = 40_000_000, 100_000, 8, 8
_TEXT_OR_COMMENT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_LONG_KEY = re.compile(rf"(?:\.[^.,=\n\[\]{{}}]*){{{_MOST_PARTS},}}")
_HEADER = re.compile(r"^[ \t]*\[+[ \t]*[\w\"]", re.MULTILINE)


def require_modest(text: str, label: str) -> None:
    """Raise UserError, prefixed with `label`, for text of a size or shape that no template has."""
    if len(text) > MOST_CHARACTERS:
        raise UserError(
            f"{label}: has {len(text):,} characters; a template may have at most {MOST_CHARACTERS:,}: make it shorter"
        )
    bare = _TEXT_OR_COMMENT.sub('"', text)
    keys = bare.count("=") + len(_HEADER.findall(bare))
    if keys > _MOST_KEYS:
        raise UserError(
            f"{label}: has {keys:,} keys and tables; a template may have at most {_MOST_KEYS:,}: make it shorter"
        )
    if _LONG_KEY.search(bare):
        raise UserError(f"{label}: not a template: a dotted key has more than {_MOST_PARTS} parts")
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > _DEEPEST:
            raise UserError(f"{label}: not a template: nested too deeply")
