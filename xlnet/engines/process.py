"""Runs programs in process groups of their own, and ends the whole group whatever happens."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlnet.engines.workers.handover import CANNOT_START, DONE
from xlnet.errors import EngineError, EngineStartError

_GRACE_SECONDS = 5
_QUESTION_SECONDS = 60
_LOOK_SECONDS = 0.5


class Worker:
    """A worker script that does task after task; `environment` is added to this process's own.

    Neither it nor any process it started is left behind once it is closed. Raises EngineStartError when it cannot be
    started.
    """

    def __init__(self, command: Sequence[str], *, engine: str, environment: Mapping[str, str]) -> None:
        self._engine = engine
        self._process = _started(command, engine, environment)
        self._said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def do(self, task: Path, seconds: float) -> None:
        """Have the task done that a file describes.

        Raises EngineStartError when the engine cannot start, EngineError when the worker fails or takes longer than
        `seconds`.
        """
        deadline = time.monotonic() + seconds
        assert self._process.stdin is not None
        # One that has ended by now says why.
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{task}\n".encode())
            self._process.stdin.flush()
        last = ""
        while True:
            if time.monotonic() >= deadline:
                raise _too_long(self._engine, seconds)
            try:
                # Not in one go: on Windows nobody could interrupt it.
                line = self._said.get(timeout=min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                continue
            if line == DONE:
                return
            if line is None:
                raise _failure(self._engine, self._process.wait(), last)
            last = line or last

    def close(self) -> None:
        """End the worker."""
        _end_group(self._process)

    def _listen(self) -> None:
        """Take in what the worker says, line by line, and None at its end."""
        assert self._process.stdout is not None
        # Closed while it is read from, it is at its end as well.
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stdout:
                self._said.put(line.decode(errors="replace").strip())
        self._said.put(None)


def run(command: Sequence[str], *, engine: str, seconds: float, environment: Mapping[str, str]) -> None:
    """Run `command` to its end, `environment` added to this process's own.

    Raises EngineStartError when it cannot start, EngineError when it fails or takes longer than `seconds`. Neither it
    nor any process it started is left behind, also when this process is interrupted.
    """
    process = _started(command, engine, environment)
    try:
        said, _ = process.communicate(timeout=max(0.0, seconds))
    except subprocess.TimeoutExpired:
        raise _too_long(engine, seconds) from None
    finally:
        _end_group(process)
    if process.returncode != 0:
        lines = said.decode(errors="replace").strip().splitlines()
        raise _failure(engine, process.returncode, lines[-1] if lines else "")


def _started(command: Sequence[str], engine: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            # A worker is told its tasks there, and ends when it closes: then this process is gone.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
            # A group of its own: killing soffice alone would leave its child soffice.bin.
            start_new_session=True,
        )
    except OSError as error:
        raise EngineStartError(f"{engine} cannot be started: {error.strerror}") from None


def _too_long(engine: str, seconds: float) -> EngineError:
    return EngineError(f"{engine} took longer than {seconds:g} seconds: allow more with --timeout")


def _failure(engine: str, status: int, message: str) -> EngineError:
    if status == CANNOT_START:
        return EngineStartError(f"{engine} cannot be started: {message}")
    return EngineError(f"{engine} failed: {message or f'status {status}'}")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    _wait_until_gone(process.pid)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _wait_until_gone(group: int) -> None:
    """Wait until no process of the group is left, as one that ends may still be writing.

    The first process of a container adopts those that have lost their parent, and must take note of their end.
    """
    deadline = time.monotonic() + _GRACE_SECONDS
    with contextlib.suppress(ProcessLookupError, AttributeError, PermissionError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-group, os.WNOHANG)
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
