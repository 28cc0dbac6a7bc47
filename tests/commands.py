"""Runs commands in processes of their own that need not import xlnet first, which takes longer than most of them.

One process imports it and is forked for each command. Where nothing can be forked, and in those tests that are about
the start of a command, Python itself is started.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent
_SECONDS = 120


def run(
    arguments: Sequence[str], cwd: Path, environment: Mapping[str, str] | None = None, *, together: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run `xlnet` with arguments, or a script by its path first; `together`, what it says goes to its output."""
    environment = os.environ | {"PYTHONPATH": str(_ROOT)} | dict(environment or {})
    if not hasattr(os, "fork"):
        return started(arguments, cwd, environment, together=together)
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        files = {"output": str(output), "errors": str(output if together else errors)}
        status = _forking().do({"arguments": list(arguments), "cwd": str(cwd), "environment": environment} | files)
        texts = [path.read_text("utf-8") if path.exists() else "" for path in (output, errors)]
    return subprocess.CompletedProcess(list(arguments), status, *texts)


def started(
    arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], *, together: bool = False
) -> subprocess.CompletedProcess[str]:
    """Do what `run` does with a Python that is started for it."""
    return subprocess.run(
        [sys.executable, *([] if _is_script(arguments) else ["-m", "xlnet"]), *arguments],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if together else subprocess.PIPE,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )


def _is_script(arguments: Sequence[str]) -> bool:
    return bool(arguments) and arguments[0].endswith(".py")


class _Forking:
    """The process that is forked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
        )

    def do(self, command: Mapping[str, Any]) -> int:
        """Have it do a command, and return the exit status."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Timer(_SECONDS, self._process.kill)
        late.start()
        try:
            print(json.dumps(command), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        finally:
            late.cancel()
        assert answer, f"no end of {command['arguments']} in {_SECONDS} s"
        return int(answer)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@cache
def _forking() -> _Forking:
    forking = _Forking()
    atexit.register(forking.close)
    return forking


def _import_all() -> None:
    """Import what commands import once they know what is asked of them."""
    import xlnet.audit.report
    import xlnet.audit.running.several
    import xlnet.builder
    import xlnet.checking
    import xlnet.cli.audit_targets
    import xlnet.cli.progress
    import xlnet.summary  # noqa: F401


def _serve() -> None:
    """Do one command after the other, a line of JSON each, and print the status of each; a fork returns from here."""
    _import_all()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        command = json.loads(line)
        child = os.fork()
        if not child:
            answers.close()
            _become(command)
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
    sys.exit()


def _become(command: Mapping[str, Any]) -> None:
    """Make the process one that was started so."""
    for source, target in ((os.devnull, 0), (command["output"], 1), (command["errors"], 2)):
        flags = os.O_RDONLY if target == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        os.dup2(os.open(source, flags), target)
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["cwd"])
    sys.argv = command["arguments"] if _is_script(command["arguments"]) else ["xlnet", *command["arguments"]]


if __name__ == "__main__":
    # The tests' folder: what is started here imports nothing of it.
    sys.path.pop(0)
    _serve()
    if _is_script(sys.argv):
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        from xlnet.cli import main

        main()
