"""The engine table, and how one is chosen."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from xlnet.engines import ironcalc, libreoffice
from xlnet.engines.grid import Recalculation
from xlnet.engines.job import Job
from xlnet.engines.running import Running
from xlnet.errors import EngineError, EngineStartError


@dataclass(frozen=True)
class Engine:
    """An engine: whether it is there, and how it is started."""

    is_available: Callable[[], bool]
    start: Callable[[], Running]


# By their names in small letters, the authority first: "auto" takes the first one that is there and starts.
ENGINES = {
    "libreoffice": Engine(libreoffice.is_available, libreoffice.start),
    "ironcalc": Engine(ironcalc.is_available, ironcalc.start),
}
AUTO = "auto"
# The engines that are kept running, by name.
KEPT: ContextVar[dict[str, Running] | None] = ContextVar("KEPT", default=None)


@contextmanager
def kept_running() -> Iterator[dict[str, Running]]:
    """Keep each engine running that is asked in this block, until it ends or an outer block of this kind does.

    A start of LibreOffice takes seconds.
    """
    outer = KEPT.get()
    if outer is not None:
        yield outer
        return
    running: dict[str, Running] = {}
    token = KEPT.set(running)
    try:
        yield running
    finally:
        KEPT.reset(token)
        for engine in running.values():
            engine.close()


def recalculate(
    engine: str,
    jobs: Sequence[Job],
    seconds: float,
    folder: Path | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> list[Recalculation]:
    """Do the jobs with the engine of that name, or with the best one that starts for "auto".

    At each point every formula of the workbook is recomputed. What is needed on the way is put into `folder`, or into
    one that is gone afterwards; `warn` is told of an engine that is passed over. Raises EngineError.
    """
    waiting = [name for name in ENGINES if ENGINES[name].is_available()] if engine == AUTO else [engine]
    if not waiting:
        raise EngineError("no recalculation engine found: install LibreOffice, or pip install 'ironcalc>=0.9'")
    # LibreOffice may still be writing as it ends, which must not fail the clean-up.
    with (
        kept_running() as running,
        tempfile.TemporaryDirectory(prefix="xlnet-", dir=folder, ignore_cleanup_errors=True) as own,
    ):
        while True:
            name = waiting.pop(0)
            try:
                return _done(running, name, jobs, Path(own), seconds)
            except EngineStartError as error:
                if not waiting:
                    raise
                warn(f"{error}; using {waiting[0]} instead")


def _done(
    running: dict[str, Running], name: str, jobs: Sequence[Job], folder: Path, seconds: float
) -> list[Recalculation]:
    if name not in running:
        running[name] = ENGINES[name].start()
    try:
        return running[name].do(jobs, folder, seconds)
    except BaseException:
        # It may be in the midst of anything.
        running.pop(name).close()
        raise
