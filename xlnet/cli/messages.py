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


# Options that set a key by another name.
_OPTIONS = {"network.layers[1].units": "--layers", "data.csv": "--data"}


def unknown_option(error: click.NoSuchOption) -> str:
    """Return what is wrong with an option that a command does not have, and the one that is meant."""
    from xlnet.names import setting_meant
    from xlnet.template.overrides import option_of, short_name

    command = error.ctx.command if error.ctx else None
    options = [option for parameter in command.params for option in parameter.opts] if command else []
    key, why = setting_meant(error.option_name.lstrip("-"))
    short = short_name(key)
    for option in (_OPTIONS.get(key, ""), f"--{short.rpartition('.')[2]}", f"{option_of(short)}=…"):
        if key and option.partition(" ")[0] in options:
            return f"{error.option_name}: no such option: did you mean {option}? {why}".rstrip()
    return error.format_message()
