"""Writes a file whole or not at all."""

from __future__ import annotations

import os
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
    # Through a link, the file that it leads to is replaced, not the link.
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise UserError(f"{path}: is a folder: give the name of a file")
        with temporary.open("xb") as file:
            yield file
        temporary.replace(target)
    except PermissionError as error:
        # Windows refuses to replace a file that Excel has open.
        mend = "close it in Excel, or choose another place" if target.exists() else "choose another place"
        raise UserError(f"{path}: cannot be written ({error.strerror}): {mend} with -o") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
