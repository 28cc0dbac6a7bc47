"""Writes a file whole or not at all."""

from __future__ import annotations

import errno
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xlnet.errors import UserError

if sys.platform != "win32":
    import fcntl

_PREFIX, _SUFFIX = ".xlnet-", ".tmp"
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


@contextmanager
def written_whole(path: Path, option: str = "-o") -> Iterator[BinaryIO]:
    """Open a new file that takes the place of `path` when the block ends, and vanishes when it fails.

    Missing folders are created, and what a killed build left beside `path` is removed. Raises UserError when the file
    cannot be written; `option` is where the user chooses another one.
    """
    try:
        target = _resolved(path)
        if target.is_dir():
            raise UserError(f"{path}: is a folder: give a file name")
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(target.parent)
        with _removed_on_failure() as temporaries, _new_file(target.parent, temporaries) as file:
            yield file
            file.flush()
            if sys.platform == "win32":
                # Windows moves no file that is open; elsewhere it stays open, and so locked, until it has its name.
                file.close()
            temporaries[-1].replace(target)
    except PermissionError as error:
        # Windows refuses to replace a file that Excel has open.
        advice = "close it in Excel, or choose another location" if path.exists() else "choose another location"
        raise UserError(f"{path}: cannot be written ({error.strerror}): {advice} with {option}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from None


def _resolved(path: Path) -> Path:
    """Return the file that a path leads to: through a link that file is replaced, not the link."""
    try:
        return path.resolve()
    except RuntimeError:
        # What Python 3.11 says of a link that leads to itself.
        raise UserError(f"{path}: cannot be written: the link points to itself: use another path") from None
    except ValueError:
        raise UserError(f"{path}: cannot be written: not a valid file name: use another one") from None


def _new_file(folder: Path, paths: list[Path]) -> BinaryIO:
    """Return a new file that is locked as long as it is open, so that no other build takes it for abandoned.

    Its path is added to `paths` before it is there: an interrupt may come at any moment.
    """
    while True:
        path = folder / f"{_PREFIX}{uuid.uuid4().hex[:12]}{_SUFFIX}"
        paths.append(path)
        file = path.open("xb")
        try:
            if _locked(file) and path.exists():
                return file
        except BaseException:
            file.close()
            raise
        # Another build came upon it in the moment before it was locked.
        file.close()


def _remove_abandoned(folder: Path) -> None:
    """Remove the files that a killed build has left: nobody holds their lock."""
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError), path.open("rb") as file:
            if _locked(file):
                if sys.platform == "win32":
                    file.close()
                path.unlink()


def _locked(file: BinaryIO) -> bool:
    """Lock the file and return whether that went: it does not where another build has it open.

    Windows needs no lock: it removes no file that is open.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            # A file system without locks: such a file is never taken for abandoned.
            return file.writable() and error.errno in _NO_LOCKS
    return True


@contextmanager
def _removed_on_failure() -> Iterator[list[Path]]:
    """Yield a list of files that vanish when the block fails."""
    paths: list[Path] = []
    try:
        yield paths
    except BaseException:
        for path in paths:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise
