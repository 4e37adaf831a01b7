"""Pictures out of a ZIP, one by one, within limits that are counted while unpacking: what its headers say is not believed.

Names are for showing only and nothing is written by them, so none can lead out of a folder. Knows ZIP; knows nothing of
forms, of batches, or of where pictures go.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from ray_app.errors import InputError
from ray_app.imaging.formats import sniff
from ray_app.serving.names import display_path
from ray_app.serving.problems import Problem, ServiceCode

MIB = 1024 * 1024

MOST_NAMES = 5_000
"""Entries of any kind, folders and the hidden twins of macOS included, of which ``zipfile`` makes an object each."""

FREE_BYTES = MIB
"""Unpacked bytes to which the ratio is not applied: a small blank picture packs a thousandfold."""

_CHUNK = 64 * 1024
_TABLE_ENTRY = b"PK\x01\x02"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # with entries, without
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # LZMA's header may ask for 4 GiB of dictionary

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
"""What ``zipfile`` raises where bytes are not what they claim to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much an archive may hold.

    Args:
        entries: number of pictures; what is skipped does not count.
        entry_bytes: of one picture, unpacked.
        total_bytes: of all that is unpacked.
        ratio: unpacked bytes for each byte of the archive, beyond the first MiB.
    """

    entries: int
    entry_bytes: int
    total_bytes: int
    ratio: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A picture or document; ``name`` keeps its folders and is for showing only."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that is no picture, and why."""

    name: str
    why: str


def is_zip(data: bytes) -> bool:
    """Tells whether the bytes begin as a ZIP does."""
    return data.startswith(_ZIP)


def members(data: bytes, limits: ArchiveLimits) -> Iterator[Member | Skipped]:
    """Yields an archive's files in its order, each unpacked when it is asked for. Takes CPU time: run it in a thread.

    Raises:
        Problem: it is damaged, encrypted, a bomb, holds an archive or more than allowed. What was yielded before is
            best thrown away.
    """
    with _open(data) as archive:
        unpacker = _Unpacker(archive, limits, min(limits.total_bytes, FREE_BYTES + int(limits.ratio * len(data))))
        for entry in archive.infolist():
            if not entry.filename.endswith("/"):  # is_dir() fails on an empty name
                yield unpacker.unpack(entry)


def _open(data: bytes) -> zipfile.ZipFile:
    # Asked before zipfile reads them all; a picture may hold these four bytes by chance, but not this often.
    if data.count(_TABLE_ENTRY) > MOST_NAMES:
        raise Problem(ServiceCode.TOO_MANY_ITEMS, f"the archive has more than {MOST_NAMES:,} entries")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except _DAMAGED as error:
        raise _bad("it cannot be opened") from error
    for entry in archive.infolist():
        if entry.flag_bits & _ENCRYPTED:
            raise _bad("it asks for a password")
        if entry.compress_type not in _READ:
            raise _bad(f"{display_path(entry.filename)} is packed in a way that is not read; use plain ZIP (deflate)")
    return archive


class _Unpacker:
    """One archive being unpacked, and what is left of its limits."""

    def __init__(self, archive: zipfile.ZipFile, limits: ArchiveLimits, most: int) -> None:
        self._archive, self._limits = archive, limits
        self._left = most
        self._pictures = 0

    def unpack(self, entry: zipfile.ZipInfo) -> Member | Skipped:
        """Returns the entry, of which no more than its first bytes are unpacked where it is no picture."""
        name = display_path(entry.filename)
        content = BytesIO()
        try:
            with self._archive.open(entry) as packed:
                chunk = self._read(packed)
                if is_zip(chunk):
                    raise _bad(f"{name} is an archive itself")
                sniff(chunk)
                self._count_picture()
                while chunk:
                    content.write(chunk)
                    if content.tell() > self._limits.entry_bytes:
                        raise Problem(
                            ServiceCode.BODY_TOO_LARGE, f"{name} has more than {self._limits.entry_bytes:,} bytes"
                        )
                    chunk = self._read(packed)
        except InputError as error:
            return Skipped(name=name, why=str(error))
        except _DAMAGED as error:
            raise _bad(f"{name} is damaged") from error
        return Member(name=name, data=content.getvalue())

    def _read(self, packed: IO[bytes]) -> bytes:
        chunk = packed.read(_CHUNK)
        self._left -= len(chunk)
        if self._left < 0:
            raise _bad("it unpacks to more than is allowed for an archive of its size")
        return chunk

    def _count_picture(self) -> None:
        self._pictures += 1
        if self._pictures > self._limits.entries:
            raise Problem(ServiceCode.TOO_MANY_ITEMS, f"the archive has more than {self._limits.entries} pictures")


def _bad(why: str) -> Problem:
    return Problem(ServiceCode.BAD_ARCHIVE, f"the archive is refused: {why}")
