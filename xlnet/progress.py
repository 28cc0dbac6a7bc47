"""A progress bar on standard error: only on a terminal, only for work that takes over a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

_PATIENCE_SECONDS = 1.0
_ITEMS_PER_UPDATE = 10

Item = TypeVar("Item")


def with_progress(label: str, items: Iterable[Item], count: int) -> Iterator[Item]:
    """Yield `items`, of which there are `count`, and show how far they have come."""
    if not sys.stderr.isatty():
        yield from items
        return
    started = time.monotonic()
    iterator = iter(items)
    done = 0
    for done, item in enumerate(iterator, 1):
        yield item
        if done % _ITEMS_PER_UPDATE == 0 and time.monotonic() - started > _PATIENCE_SECONDS:
            break
    else:
        return
    with click.progressbar(length=count, label=label, file=sys.stderr) as bar:
        bar.update(done)
        for number, item in enumerate(iterator, 1):
            yield item
            if number % _ITEMS_PER_UPDATE == 0:
                bar.update(_ITEMS_PER_UPDATE)
