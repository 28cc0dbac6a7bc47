"""The engine table, and how one is chosen."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlnet.engines import ironcalc, libreoffice
from xlnet.engines.grid import Recalculation
from xlnet.engines.job import Job
from xlnet.errors import EngineError, EngineStartError

Recalculate = Callable[[Sequence[Job], Path, float], list[Recalculation]]


@dataclass(frozen=True)
class Engine:
    """An engine: whether it is there, and how it recalculates."""

    is_available: Callable[[], bool]
    recalculate: Recalculate


# By their names in small letters, the authority first: "auto" takes the first one that is there and starts.
ENGINES = {
    "libreoffice": Engine(libreoffice.is_available, libreoffice.recalculate),
    "ironcalc": Engine(ironcalc.is_available, ironcalc.recalculate),
}
AUTO = "auto"


def recalculate(
    engine: str,
    jobs: Sequence[Job],
    seconds: float,
    folder: Path | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> list[Recalculation]:
    """Do the jobs with one start of the engine of that name, or of the best one that starts for "auto".

    At each point every formula of the workbook is recomputed. What is needed on the way is put into `folder`, or into
    one that is gone afterwards; `warn` is told of an engine that is passed over. Raises EngineError.
    """
    waiting = [name for name in ENGINES if ENGINES[name].is_available()] if engine == AUTO else [engine]
    if not waiting:
        raise EngineError("no recalculation engine found: install LibreOffice, or pip install 'ironcalc>=0.9'")
    # LibreOffice may still be writing as it ends, which must not fail the clean-up.
    with tempfile.TemporaryDirectory(prefix="xlnet-", dir=folder, ignore_cleanup_errors=True) as own:
        while True:
            name = waiting.pop(0)
            try:
                return ENGINES[name].recalculate(jobs, Path(own), seconds)
            except EngineStartError as error:
                if not waiting:
                    raise
                warn(f"{error}; using {waiting[0]} instead")
