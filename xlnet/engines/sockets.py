"""Removes the sockets that a LibreOffice leaves in /tmp when it is killed; no setting puts them elsewhere."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable
from pathlib import Path

_FOLDERS = ("/tmp", "/var/tmp")


def socket_patterns(profile: Path, pipe: str = "") -> list[str]:
    """Return the patterns of the sockets of a LibreOffice with this profile that listens on `pipe`."""
    # LibreOffice names the socket by the MD5 of its profile's address, each byte in hexadecimal without leading zeros.
    digest = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    names = ["SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest), *([pipe] if pipe else [])]
    # The number in between is the user's.
    return [f"{folder}/OSL_PIPE_*_{name}" for folder in _FOLDERS for name in names]


def remove(patterns: Iterable[str]) -> None:
    """Remove what matches the patterns."""
    for pattern in patterns:
        for path in glob.glob(pattern):
            Path(path).unlink(missing_ok=True)
