"""Reads a file that the user names, a template or a CSV file: only a regular file, up to a size."""

from __future__ import annotations

from pathlib import Path


class UnreadableError(Exception):
    """A file cannot be read; the message says why, and what to do."""


def read_text(path: Path, most: int) -> str:
    """Return the text of a UTF-8 file of up to `most` bytes. Raises UnreadableError."""
    try:
        # utf-8-sig: Excel and Notepad write a byte order mark in front.
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8 text: save it as UTF-8") from None


def read_bytes(path: Path, most: int) -> bytes:
    """Return the content of a file of up to `most` bytes. Raises UnreadableError."""
    try:
        # A pipe or a device might never end, or wait for ever.
        if path.exists() and not path.is_file():
            raise UnreadableError("is not a file: give the name of a file")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise UnreadableError("no such file: check the path") from None
    except ValueError:
        raise UnreadableError("not a valid file name: use another one") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from None
    if len(content) > most:
        raise UnreadableError(f"has more than {most:,} bytes: make it shorter")
    return content
