"""Progress on standard error: only on a terminal, only for work that takes over a second."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

_PATIENCE_SECONDS = 1.0
_ITEMS_PER_UPDATE = 10

Item = TypeVar("Item")


def with_progress(label: str, items: Iterable[Item], count: int, every: int = _ITEMS_PER_UPDATE) -> Iterator[Item]:
    """Yield `items`, of which there are `count`, and show after `every` so many how far they have come."""
    if not sys.stderr.isatty():
        yield from items
        return
    started = time.monotonic()
    iterator = iter(items)
    done = 0
    for done, item in enumerate(iterator, 1):
        yield item
        if done % every == 0 and time.monotonic() - started > _PATIENCE_SECONDS:
            break
    else:
        return
    with click.progressbar(length=count, label=label, file=sys.stderr) as bar:
        bar.update(done)
        for number, item in enumerate(iterator, 1):
            yield item
            if number % every == 0:
                bar.update(every)


@contextmanager
def status_line() -> Iterator[Callable[[str], None]]:
    """Yield a function that says what is being done, shown with the seconds that it has taken until the block ends."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    doing: list[tuple[str, float]] = []
    ended = threading.Event()

    def show() -> None:
        width = 0
        # Patience first, then as often as a second changes.
        while not ended.wait(_PATIENCE_SECONDS):
            text, since = doing[-1] if doing else ("", time.monotonic())
            line = f"{text} … {time.monotonic() - since:.0f} s"
            click.echo(f"\r{line:<{width}}", nl=False, err=True)
            width = max(width, len(line))
        if width:
            click.echo(f"\r{'':<{width}}\r", nl=False, err=True)

    shower = threading.Thread(target=show, daemon=True)
    shower.start()
    try:
        yield lambda text: doing.append((text, time.monotonic()))
    finally:
        ended.set()
        shower.join()
