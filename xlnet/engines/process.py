"""Runs a worker in a process group of its own, and ends the whole group whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlnet.engines.workers.handover import CANNOT_START
from xlnet.errors import EngineError, EngineStartError

_GRACE_SECONDS = 5
_QUESTION_SECONDS = 60


def run(command: Sequence[str], *, engine: str, seconds: float, environment: Mapping[str, str]) -> None:
    """Run `command` to its end, `environment` added to this process's own.

    Raises EngineStartError when it cannot start, EngineError when it fails or takes longer than `seconds`. Neither it
    nor any process it started is left behind, also when this process is interrupted.
    """
    try:
        process = subprocess.Popen(
            command,
            # A worker may watch its standard input: it closes when this process is gone.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
            # A group of its own: killing soffice alone would leave its child soffice.bin.
            start_new_session=True,
        )
    except OSError as error:
        raise EngineStartError(f"{engine} cannot be started: {error.strerror}") from None
    try:
        message = _wait(process, seconds)
    except subprocess.TimeoutExpired:
        raise EngineError(f"{engine} took longer than {seconds:g} seconds: allow more with --timeout") from None
    finally:
        _end_group(process)
    if process.returncode == CANNOT_START:
        raise EngineStartError(f"{engine} cannot be started: {message}")
    if process.returncode != 0:
        raise EngineError(f"{engine} failed: {message or f'status {process.returncode}'}")


def _wait(process: subprocess.Popen[bytes], seconds: float) -> str:
    """Wait for the process and return the last line of what it said; its standard input stays open meanwhile."""
    deadline = time.monotonic() + seconds
    stdin, process.stdin = process.stdin, None
    try:
        _, said = process.communicate(timeout=max(0.0, deadline - time.monotonic()))
    finally:
        process.stdin = stdin
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    _wait_until_gone(process.pid)
    for stream in (process.stdin, process.stderr):
        if stream is not None:
            stream.close()


def _wait_until_gone(group: int) -> None:
    """Wait until no process of the group is left, as one that ends may still be writing."""
    deadline = time.monotonic() + _GRACE_SECONDS
    with contextlib.suppress(ProcessLookupError, AttributeError, PermissionError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.02)


def worker(name: str) -> str:
    """Return the path of a worker script."""
    return str(Path(__file__).parent / "workers" / f"{name}.py")


def ask(command: Sequence[str]) -> str | None:
    """Return what a short command prints: "" where it takes too long, None where it fails or prints nothing."""
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=_QUESTION_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return ""
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
