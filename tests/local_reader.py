import asyncio
from concurrent.futures import ThreadPoolExecutor

from ray_app.files import FileInput, FileReader
from ray_app.serving.extractor import ReaderDown


class LocalReader:
    """A reader without Serve."""

    def __init__(self, reader: FileReader) -> None:
        self._reader, self._thread = reader, ThreadPoolExecutor(1)
        self.reads = 0
        self.trouble: Exception | None = None

    async def fingerprint(self) -> str:
        if isinstance(self.trouble, ReaderDown):
            raise self.trouble
        return self._reader.fingerprint

    async def check(self) -> str:
        if isinstance(self.trouble, ReaderDown):
            raise self.trouble
        return "1 running"

    async def read(self, file: FileInput):
        if self.trouble is not None:
            raise self.trouble
        self.reads += 1
        results = await asyncio.get_running_loop().run_in_executor(self._thread, self._reader.read, [file])
        return results[0]
