"""IronCalc, the embedded engine: a Python package, so that a workbook can be checked where there is no LibreOffice."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from xlnet.engines.running import Running, start_worker
from xlnet.errors import EngineError

NAME = "IronCalc"


def is_available() -> bool:
    """Return whether IronCalc is installed."""
    return find_spec("ironcalc") is not None


def start() -> Running:
    """Start IronCalc. Raises EngineError where it is not installed."""
    if not is_available():
        raise EngineError(f"{NAME} is not installed: pip install 'ironcalc>=0.9'")
    return start_worker(NAME, sys.executable, "ironcalc_worker")
