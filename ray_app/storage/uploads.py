"""Bytes of batches between the request that brought them and the worker that reads them: one file each in one folder.

Names are made here; nothing that a user says becomes part of a path. Knows nothing of jobs or images.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Collection
from pathlib import Path

from ray_app.errors import RecipeOcrError
from ray_app.storage.options import UploadOptions

DRAFT = ".draft"


class UploadMissing(RecipeOcrError):
    """The bytes are not there (any more)."""


class Uploads:
    """The folder of uploads; any number of processes may use it at once."""

    def __init__(self, options: UploadOptions) -> None:
        self._folder = options.folder.expanduser()
        self._orphan_seconds = options.orphan_hours * 3600

    async def write(self, data: bytes) -> str:
        """Stores bytes so that they outlive a crash of process or machine; returns their key.

        Raises:
            OSError: the disk is full or the folder cannot be written; nothing is left behind.
        """
        return await asyncio.to_thread(self._write, data)

    async def read(self, key: str) -> bytes:
        """Returns the bytes.

        Raises:
            UploadMissing: they are not there.
        """
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise UploadMissing(f"the upload {key} is gone") from None

    async def delete(self, *keys: str) -> None:
        """Deletes them; what isn't there needs no deleting."""
        await asyncio.to_thread(self._delete, keys)

    async def sweep(self, wanted: Collection[str]) -> int:
        """Deletes files that nobody wants and that are old enough for their job to have been stored; returns how many.

        Args:
            wanted: ``JobStore.wanted_uploads()``.
        """
        return await asyncio.to_thread(self._sweep, wanted)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _write(self, data: bytes) -> str:
        path = self._path(secrets.token_hex(16))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(DRAFT)
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return path.name

    def _delete(self, keys: Collection[str]) -> None:
        for key in keys:
            self._path(key).unlink(missing_ok=True)

    def _sweep(self, wanted: Collection[str]) -> int:
        before = time.time() - self._orphan_seconds
        swept = 0
        for path in self._folder.glob("??/*"):
            try:
                old = path.stat().st_mtime < before
            except FileNotFoundError:  # another process deletes, too
                continue
            if old and path.name not in wanted:
                path.unlink(missing_ok=True)
                swept += 1
        return swept


def _sync_folder(folder: Path) -> None:
    """Makes the name of a new file in it as lasting as the file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
