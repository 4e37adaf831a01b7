"""One of several processes that want the same result: ``python -m tests.cache_worker OPTIONS LOG START SECONDS``.

Asks at clock time START; whoever makes the result writes a line to LOG and takes SECONDS. Prints the title that it got.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from ray_app.storage.cache import ResultCache
from ray_app.storage.cache_options import CacheOptions
from tests.unit.storage.examples import KEY, RICH


async def main(options: CacheOptions, log: Path, start: float, seconds: float) -> None:
    cache = await ResultCache.open(options)

    async def make():
        with log.open("a") as file:
            file.write(f"{os.getpid()}\n")
        await asyncio.sleep(seconds)
        await cache.put(KEY, (RICH,))
        return (RICH,)

    await asyncio.sleep(start - time.time())
    (result,) = await cache.once(KEY, make)
    await cache.close()
    print(result.recipes[0].title)


if __name__ == "__main__":
    asyncio.run(
        main(CacheOptions.model_validate_json(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    )
