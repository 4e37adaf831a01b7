"""Fills the service's cache, with its settings: ``ray job submit -- python jobs/warm_cache.py INPUT... --cache DIR``."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ray_app import config
from ray_app.bulk.export import read_results
from ray_app.bulk.places import Place
from ray_app.errors import RecipeOcrError
from ray_app.extract import expand, extract
from ray_app.options import PipelineOptions
from ray_app.storage.cache import ResultCache, Results
from ray_app.storage.cache_options import CacheOptions
from ray_app.storage.warming import warm
from ray_app.telemetry import logs


def main(arguments: Sequence[str] | None = None) -> int:
    """Fills the cache; returns 0, or 1 when something that it needs is wrong."""
    parser = argparse.ArgumentParser(description="Fills the service's cache from finished bulk runs, or from images.")
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="output of a bulk run, image, or folder of images")
    parser.add_argument("--cache", type=Path, required=True, help="the service's cache.folder")
    parser.add_argument("--redis", help="the service's cache.redis_url")
    parser.add_argument("--ttl", type=float, default=86_400.0, metavar="SECONDS", help="how long results are kept")
    parser.add_argument("--profile", type=Path, help="YAML file with settings, for images")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override one, for images")
    chosen = parser.parse_args(arguments)
    logs.to_terminal()
    try:
        pipeline = config.load(chosen.profile, chosen.set).pipeline
        options = CacheOptions(folder=chosen.cache, redis_url=chosen.redis, ttl_seconds=chosen.ttl, memory_mb=0)
        return asyncio.run(_warm(_results(chosen.inputs, pipeline), options))
    except (RecipeOcrError, ValueError) as error:
        logging.error("%s", error)
        return 1


def _results(inputs: Sequence[str], pipeline: PipelineOptions) -> Iterator[Results]:
    runs = [one for one in inputs if (Place.at(one) / "_SUCCESS").exists()]
    for run in runs:
        yield from read_results(Place.at(run))
    images = expand([Path(one) for one in inputs if one not in runs])
    yield from extract(images, pipeline) if images else ()


async def _warm(files: Iterator[Results], options: CacheOptions) -> int:
    cache = await ResultCache.open(options)
    await warm(cache, files)
    health = await cache.health()
    await cache.close()
    return int(not all(one.ok for one in health))


if __name__ == "__main__":
    sys.exit(main())
