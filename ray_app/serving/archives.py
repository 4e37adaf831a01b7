"""Pictures out of a ZIP, one by one, within limits that are counted while unpacking; nothing a header says is believed.

Names are for people only: nothing is written by them, so none can lead out of a folder. Knows archives; knows nothing
of forms, batches or where the pictures go.
"""

import asyncio
import os
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from ray_app.errors import InputError
from ray_app.imaging.formats import sniff
from ray_app.serving.names import display_path
from ray_app.serving.problems import Problem, ServiceCode

_CHUNK = 64 * 1024
_MIB = 1024 * 1024

_ENTRY_BYTES = 512
"""Of the table of contents for each entry: 46, the name, and what programs add. More is a name nobody would give."""

_END_BYTES = 2**16 + 1024
"""The search for the table of contents reads so much from the end of the file."""

_FREE_BYTES = _MIB
"""Unpacked bytes to which the ratio is not applied: a blank page compresses well, too."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ARCHIVES = (*_ZIP, b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")

_ENCRYPTED = 0x1 | 0x40

# What zipfile and zlib raise where an entry is not what it claims to be.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What an archive may hold.

    Attributes:
        entries: most entries, folders and skipped files included.
        entry_bytes: largest file, unpacked.
        total_bytes: most bytes of all files together, unpacked.
        ratio: unpacked bytes for each byte of the archive.
    """

    entries: int
    entry_bytes: int
    total_bytes: int
    ratio: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A picture or document; ``name`` keeps its folders."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that is left out, and why."""

    name: str
    reason: str


def is_zip(head: bytes | bytearray) -> bool:
    """Tells whether a file that begins so is a ZIP."""
    return head.startswith(_ZIP)


async def each_member(source: bytes | IO[bytes], limits: ArchiveLimits) -> AsyncIterator[Member | Skipped]:
    """Yields as ``members`` does, unpacking in a thread of its own."""
    found = members(source, limits)
    while (one := await asyncio.to_thread(next, found, None)) is not None:
        yield one


def members(source: bytes | IO[bytes], limits: ArchiveLimits) -> Iterator[Member | Skipped]:
    """Yields the archive's files, one in memory at a time.

    Raises:
        Problem: it is damaged, encrypted, a bomb, or holds another archive; what came before is to be thrown away.
    """
    file = BytesIO(source) if isinstance(source, bytes) else source
    size = file.seek(0, os.SEEK_END)
    with _open(file, limits) as archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        _check(files, limits)
        budget = _Budget(min(limits.total_bytes, int(size * limits.ratio) + _FREE_BYTES))
        seen: set[str] = set()
        for info in files:
            name = display_path(info.filename)
            if name in seen:
                yield Skipped(name=name, reason="the archive holds this name twice")
                continue
            seen.add(name)
            yield _unpack(archive, info, name, limits, budget)


class _Budget:
    """Bytes that may still be unpacked."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise _bad(f"it unpacks to more than {self._most / _MIB:,.0f} MiB")


class _Guarded:
    """A file out of which at most so much is read at once: zipfile takes the table of contents in one go."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._most = file, most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = -1) -> bytes:
        if count > self._most:
            raise _bad("its table of contents is too long")
        return self._file.read(self._most if count < 0 else count)


def _open(file: IO[bytes], limits: ArchiveLimits) -> zipfile.ZipFile:
    guarded = _Guarded(file, max(_END_BYTES, limits.entries * _ENTRY_BYTES))
    try:
        archive = zipfile.ZipFile(guarded)  # type: ignore[arg-type]  # reads, seeks and tells, which is all it needs
    except _DAMAGED as error:
        raise _bad(f"it cannot be opened: {error}") from None
    if len(archive.infolist()) > limits.entries:
        raise _bad(f"it has more than {limits.entries} entries")
    return archive


def _check(files: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    """Refuses before unpacking what says itself that it will not do."""
    if any(info.flag_bits & _ENCRYPTED for info in files):
        raise _bad("it is encrypted")
    if sum(info.file_size for info in files) > limits.total_bytes:
        raise _bad(f"it unpacks to more than {limits.total_bytes / _MIB:,.0f} MiB")


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: ArchiveLimits, budget: _Budget
) -> Member | Skipped:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Skipped(name=name, reason="it is compressed in a way that is not read")
    data = bytearray()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                budget.spend(len(chunk))
                if not data:
                    _look(chunk, name)
                data += chunk
                if len(data) > limits.entry_bytes:
                    return Skipped(name=name, reason=f"it has more than {limits.entry_bytes / _MIB:g} MiB")
        if not data:
            sniff(b"")
    except InputError as error:
        return Skipped(name=name, reason=str(error))
    except _DAMAGED as error:
        return Skipped(name=name, reason=f"it is damaged: {error}")
    return Member(name=name, data=bytes(data))


def _look(head: bytes, name: str) -> None:
    """Refuses archives inside, and what is no picture before all of it is unpacked."""
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        raise _bad(f"{name} is an archive, too")
    sniff(head)


def _bad(message: str) -> Problem:
    return Problem(ServiceCode.BAD_ARCHIVE, f"the archive is refused: {message}")
