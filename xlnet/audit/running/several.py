"""Audits many workbooks, two at a time, in the order in which they are given."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlnet.audit.options import Options
from xlnet.audit.running.handed import Outcome
from xlnet.audit.running.limits import LONGEST_SECONDS
from xlnet.audit.running.one import Auditor
from xlnet.engines import ironcalc
from xlnet.errors import EngineError

_SIDE_BY_SIDE = 2
# Not in one go: on Windows nobody could interrupt it.
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Task:
    """A workbook to audit, and where an annotated copy of it goes, if anywhere."""

    path: Path
    annotated: Path | None = None


def outcomes(
    tasks: Sequence[Task], options: Options, seconds: float = LONGEST_SECONDS
) -> Generator[Outcome, None, None]:
    """Yield what came of each workbook, in their order; each has `seconds`.

    A file that cannot be read or audited is an outcome like any other. When the iterator is closed, or an interrupt
    arrives, no worker and no temporary file is left behind. Raises EngineError where there is no engine.
    """
    if not ironcalc.is_available():
        raise EngineError(f"the audit needs {ironcalc.NAME}, which is not installed: pip install 'ironcalc>=0.9'")
    waiting = deque(enumerate(tasks))
    said: queue.SimpleQueue[tuple[int, Outcome] | BaseException] = queue.SimpleQueue()
    auditors = [Auditor(options, seconds) for _ in range(min(_SIDE_BY_SIDE, len(tasks)))]
    threads = [threading.Thread(target=_work, args=(auditor, waiting, said), daemon=True) for auditor in auditors]
    try:
        for thread in threads:
            thread.start()
        yield from _in_order(len(tasks), said)
    finally:
        waiting.clear()
        for auditor in auditors:
            auditor.close()
        for thread in threads:
            if thread.ident is not None:
                thread.join()


def _work(
    auditor: Auditor,
    waiting: deque[tuple[int, Task]],
    said: queue.SimpleQueue[tuple[int, Outcome] | BaseException],
) -> None:
    """Audit what is waiting, as long as something is."""
    try:
        while True:
            try:
                number, task = waiting.popleft()
            except IndexError:
                return
            said.put((number, auditor.audit(task.path, task.annotated)))
    except BaseException as error:
        # It is raised where it is waited for.
        said.put(error)


def _in_order(count: int, said: queue.SimpleQueue[tuple[int, Outcome] | BaseException]) -> Iterator[Outcome]:
    early: dict[int, Outcome] = {}
    for number in range(count):
        while number not in early:
            try:
                item = said.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(item, BaseException):
                raise item
            early[item[0]] = item[1]
        yield early.pop(number)
