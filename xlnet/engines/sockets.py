"""Removes the sockets that a LibreOffice leaves in /tmp when it is killed; no setting puts them elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDERS = (Path("/tmp"), Path("/var/tmp"))


@contextmanager
def sockets_removed(profile: Path, pipe: str = "") -> Iterator[None]:
    """Remove, when the block ends, the sockets of a LibreOffice with this profile that listens on `pipe`."""
    # LibreOffice names the socket by the MD5 of its profile's address, each byte in hexadecimal without leading zeros.
    digest = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    names = ["SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest), *([pipe] if pipe else [])]
    try:
        yield
    finally:
        for folder in _FOLDERS:
            for name in names:
                # The number in between is the user's.
                for socket in folder.glob(f"OSL_PIPE_*_{name}"):
                    socket.unlink(missing_ok=True)
