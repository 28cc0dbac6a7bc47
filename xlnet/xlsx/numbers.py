"""Numbers as the file writes them: the shortest text that reads back as the same double."""

from __future__ import annotations

from collections.abc import Sequence

try:
    import orjson
except ImportError:  # Where there is no wheel: the same bytes, eight times slower.
    orjson = None  # type: ignore[assignment]

# What stands for a number that is not finite.
NOT_FINITE = b"null"


def number_texts(values: Sequence[float]) -> list[bytes]:
    """Return the text of each of `values`; whole numbers have no point, −0 is 0."""
    joined = _by_json(values) if orjson is not None else _by_repr(values)
    # Every number is followed by a comma here, so the replacements cannot hit the middle of one.
    return joined.replace(b"-0.0,", b"0.0,").replace(b".0,", b",").split(b",")[:-1]


def number_text(value: float) -> str:
    """Return the text of one number."""
    return number_texts([value])[0].decode()


def _by_json(values: Sequence[float]) -> bytes:
    # Some versions write 1e16, others 1e+16.
    return orjson.dumps(values)[1:-1].replace(b"e+", b"e") + b"," if values else b""


def _by_repr(values: Sequence[float]) -> bytes:
    texts = map(repr, values)
    return "".join(f"{_like_json(text) if 'e' in text or 'n' in text else text}," for text in texts).encode()


def _like_json(text: str) -> str:
    """Return `text`, a number by repr with an exponent or none at all, as JSON writes it: 1e-05 is 0.00001."""
    if "n" in text:
        return NOT_FINITE.decode()
    mantissa, exponent = text.split("e")
    if int(exponent) == -5:
        sign = "-" if mantissa.startswith("-") else ""
        return f"{sign}0.0000{mantissa.removeprefix('-').replace('.', '')}"
    return f"{mantissa}e{int(exponent)}"
