"""The zip file of a workbook: its directory is judged before anything is unpacked, and parts are unpacked in bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlnet.errors import UserError

# Nothing of these sizes is seen in a workbook that people made; a part that is not read is bounded all the same.
MOST_ENTRIES, LARGEST_DIRECTORY, LARGEST_PART = 5_000, 4_000_000, 64_000_000
BYTES_PER_READ = 1 << 18
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
UNREADABLE = "not an xlnet workbook: it cannot be read as .xlsx (truncated, or another format)"


class Package:
    """An opened zip file whose directory is sound; parts are named as zip files name them, without a leading slash."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise self.error(f"has {len(entries):,} parts, but check reads at most {MOST_ENTRIES:,}")
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) < len(entries):
            raise self.error("has two parts with the same name")
        _require_apart(self, entries)

    def error(self, problem: str, part: str = "") -> UserError:
        """Return an error that says what is wrong with the file or a part of it, and what to do."""
        where = f"{self.path}: part {_shown(part)}" if part else f"{self.path}"
        return UserError(f"{where} {problem}: save the workbook again with Excel or LibreOffice, or rebuild it")

    @property
    def names(self) -> list[str]:
        """The parts' names, as they follow each other in the file."""
        return list(self._entries)

    def __contains__(self, part: str) -> bool:
        return part in self._entries

    def require_small(self, *but: str) -> None:
        """Raise UserError for a part that is larger than any of its kind, those in `but` aside."""
        for name, entry in self._entries.items():
            if name not in but:
                self._require_size(entry, LARGEST_PART)

    def chunks(self, part: str, most: int) -> Iterator[bytes]:
        """Yield a part's bytes. Raises UserError when there are more than `most`, in the directory or when unpacked."""
        if part not in self._entries:
            raise self.error("is missing", part)
        entry = self._entries[part]
        if entry.flag_bits & _ENCRYPTED:
            raise self.error("is encrypted", part)
        # Other kinds of compression may ask for gigabytes before the first byte comes out.
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.error("uses a compression method that workbooks do not use", part)
        self._require_size(entry, most)
        read = 0
        try:
            with self._archive.open(entry) as stream:
                while chunk := stream.read(BYTES_PER_READ):
                    read += len(chunk)
                    if read > entry.file_size:
                        raise self.error("is larger than the file's directory says", part)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise self.error("is damaged", part) from None
        if read < entry.file_size:
            raise self.error("is damaged: it ends early", part)

    def _require_size(self, entry: zipfile.ZipInfo, most: int) -> None:
        if entry.file_size > most:
            raise self.error(
                f"would take {entry.file_size:,} bytes unpacked, but at most {most:,} are read", entry.filename
            )


@contextmanager
def opened_package(path: Path) -> Iterator[Package]:
    """Yield the package in a file. Raises UserError when it is none, or damaged."""
    try:
        if not path.exists():
            raise UserError(f"{path}: no such file: check the path")
        # Not a pipe or a device either, which might never end.
        if not path.is_file():
            raise UserError(f"{path}: is not a file: give the name of a workbook")
        with _File(path, "rb") as file:
            try:
                archive = zipfile.ZipFile(file)
            except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OverflowError):
                raise UserError(f"{path}: {UNREADABLE}") from None
            with archive:
                yield Package(path, archive)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or 'damaged'}") from None


class _File(io.FileIO):
    """A file that zipfile may not read in larger pieces than a directory is: it takes the directory in at once."""

    def read(self, size: int | None = -1, /) -> Any:
        if size is not None and size > LARGEST_DIRECTORY:
            raise UserError(
                f"{self.name}: its directory of parts takes {size:,} bytes, but check reads at most "
                f"{LARGEST_DIRECTORY:,}: save the workbook again with Excel or LibreOffice, or rebuild it"
            )
        return super().read(LARGEST_DIRECTORY if size is None or size < 0 else size)


def _require_apart(package: Package, entries: list[zipfile.ZipInfo]) -> None:
    """Raise UserError where parts lie on top of each other in the file: a small file could hold the same one often."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise package.error("overlaps another part in the file", entry.filename)
        end = entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename.encode()) + entry.compress_size


def _shown(part: str) -> str:
    text = part if part.isprintable() else repr(part)
    return text if len(text) <= 80 else text[:79] + "…"
