"""Writes a file whole or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xlnet.errors import UserError


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes the place of `path` when the block ends, and vanishes when it fails.

    Missing folders are made. Raises UserError when the file cannot be written.
    """
    try:
        # Through a link, the file that it leads to is replaced, not the link.
        target = path.resolve()
        if target.is_dir():
            raise UserError(f"{path}: is a folder: give the name of a file")
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".xlnet-{uuid.uuid4().hex[:12]}.tmp")
        with temporary.open("xb") as file, _removed_on_failure(temporary):
            yield file
            file.close()
            temporary.replace(target)
    except RuntimeError:
        # What Python 3.11 says of a link that leads to itself.
        raise UserError(f"{path}: cannot be written: a link that leads to itself") from None
    except PermissionError as error:
        # Windows refuses to replace a file that Excel has open.
        mend = "close it in Excel, or choose another place" if path.exists() else "choose another place"
        raise UserError(f"{path}: cannot be written ({error.strerror}): {mend} with -o") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from None


@contextmanager
def _removed_on_failure(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
