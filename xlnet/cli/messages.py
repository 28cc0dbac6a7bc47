"""What a command says beside its results, on standard error."""

from __future__ import annotations

from collections.abc import Iterable

import click


def printable(text: str) -> str:
    """Return a text as one line of a message: what a file or a name holds must not steer the terminal."""
    line = " ".join(text.split("\n"))
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def tell(notes: Iterable[str], *, quiet: bool) -> None:
    """Print each note once, unless the user wants it `quiet`."""
    for note in () if quiet else dict.fromkeys(notes):
        click.echo(f"xlnet: note: {printable(note)}", err=True)
