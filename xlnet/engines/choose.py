"""The engine table, and how one is chosen."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlnet.engines import ironcalc, libreoffice
from xlnet.engines.grid import Extent, Point, Recalculation
from xlnet.errors import EngineError

Recalculate = Callable[[Path, Sequence[Extent], Sequence[Point], Path, float], Recalculation]


@dataclass(frozen=True)
class Engine:
    """An engine: whether it is there, and how it recalculates."""

    is_available: Callable[[], bool]
    recalculate: Recalculate


# The authority first: "auto" takes the first one that is there.
ENGINES = {
    "libreoffice": Engine(libreoffice.is_available, libreoffice.recalculate),
    "ironcalc": Engine(ironcalc.is_available, ironcalc.recalculate),
}
AUTO = "auto"


def recalculate(
    engine: str,
    workbook: Path,
    extents: Sequence[Extent],
    points: Sequence[Point],
    seconds: float,
) -> Recalculation:
    """Recalculate `workbook` with the engine of that name, or with the best one that is there for "auto".

    At each point every formula is recomputed and `extents` are read. Raises EngineError.
    """
    name = _best() if engine == AUTO else engine
    # LibreOffice may still be writing as it ends, which must not fail the clean-up.
    with tempfile.TemporaryDirectory(prefix="xlnet-", ignore_cleanup_errors=True) as folder:
        # A copy of its own: LibreOffice puts a lock beside a workbook, and refuses one that is open elsewhere.
        copy = Path(folder) / "workbook.xlsx"
        shutil.copyfile(workbook, copy)
        return ENGINES[name].recalculate(copy, extents, points, Path(folder), seconds)


def _best() -> str:
    for name, engine in ENGINES.items():
        if engine.is_available():
            return name
    raise EngineError("no recalculation engine is there: install LibreOffice, or pip install 'ironcalc>=0.9'")
