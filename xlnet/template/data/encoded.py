"""The text of a file's bytes: by the encoding that is named, by a byte order mark, or as UTF-8."""

from __future__ import annotations

import codecs

from xlnet.template.text_file import UnreadableError

# The longer mark first: that of UTF-32 starts like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EXAMPLES = "cp1252 (Excel in western Europe), latin-1, gb18030 (Chinese) or another name that Python knows"


def decoded(content: bytes, encoding: str) -> str:
    """Return the text of a file's content; without a name for the `encoding` it is found out. Raises UnreadableError.

    A name is never guessed: in the wrong one of a hundred encodings most files are texts, too.
    """
    name = encoding or next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(name)
    except LookupError:
        raise UnreadableError(f"there is no encoding {encoding!r}: give --encoding utf-8, {_EXAMPLES}") from None
    except (UnicodeError, ValueError):
        if encoding:
            raise UnreadableError(f"is not {encoding} text: give another --encoding, or none for UTF-8") from None
        raise UnreadableError(f"is not UTF-8 text: name its --encoding, for example {_EXAMPLES}") from None
    if not encoding and "\0" in text:
        raise UnreadableError("has bytes of 0, so it is not UTF-8 text: try --encoding utf-16-le")
    return text.removeprefix("\ufeff")
