"""LibreOffice, the authority: run headless over UNO, or, where no Python has UNO, by plain conversion."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from xlnet.engines.conversion import Converting
from xlnet.engines.process import ask
from xlnet.engines.profile import make_profile
from xlnet.engines.running import Running, start_worker
from xlnet.engines.sockets import socket_patterns
from xlnet.errors import EngineError

NAME = "LibreOffice"
# Names a soffice that is not found by itself.
VARIABLE = "XLNET_SOFFICE"

_USUAL_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice*/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)


@cache
def find_soffice() -> Path | None:
    """Return the path of LibreOffice's program, None where it is not installed."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return Path(found)
    for pattern in _USUAL_PLACES:
        anchor = Path(Path(pattern).anchor)
        places = anchor.glob(str(Path(pattern).relative_to(anchor))) if anchor.exists() else ()
        for place in sorted(places, reverse=True):
            return place
    return None


def is_available() -> bool:
    """Return whether LibreOffice is installed."""
    return find_soffice() is not None


def start() -> Running:
    """Start LibreOffice. Raises EngineError where it is not installed."""
    soffice = find_soffice()
    if soffice is None:
        raise EngineError(
            f"{NAME} is not installed or not found: install it, or set {VARIABLE} to the path of its soffice program"
        )
    python = _python_with_uno(soffice)
    if python is None:
        return Converting(soffice)

    def details(folder: Path) -> dict[str, Any]:
        pipe, profile = f"xlnet{uuid.uuid4().hex}", make_profile(folder)
        sockets = socket_patterns(profile, pipe)
        return {"soffice": str(soffice), "profile": str(profile), "pipe": pipe, "sockets": sockets}

    return start_worker(NAME, str(python), "libreoffice_worker", details)


@cache
def _python_with_uno(soffice: Path) -> Path | None:
    """Return a Python that can import `uno`: LibreOffice's own, or the system's."""
    program = soffice.resolve().parent
    candidates = [
        program / "python.exe",
        program / "python",
        program.parent / "Resources" / "python",
        Path("/usr/bin/python3"),
        Path(sys.executable),
    ]
    for python in candidates:
        if python.is_file() and ask([str(python), "-c", "import uno; print('yes')"]) == "yes":
            return python
    return None
