import asyncio
from dataclasses import replace

import pyarrow as pa
import pytest
from PIL import Image

from jobs import warm_cache
from ray_app.bulk.manifest import ROWS
from ray_app.bulk.places import Opener, Place
from ray_app.bulk.rows import to_row, to_table
from ray_app.bulk.stages import PipelineStage
from ray_app.errors import TruncatedImage
from ray_app.files import FileInput, FileReader
from ray_app.imaging.decode import page_ids
from ray_app.imaging.identity import image_id
from ray_app.options import FakeOptions, PipelineOptions, PrepareOptions, ReadOptions
from ray_app.storage.cache import ResultCache
from ray_app.storage.cache_options import CacheOptions
from ray_app.storage.cache_values import CacheKey
from ray_app.storage.warming import Warmed, warm
from ray_app.types import Failure
from tests.unit.imaging.pictures import encode, page
from tests.unit.storage.examples import KEY, NAMELESS, PASSING, RICH

BULK = PipelineOptions(read=ReadOptions(engine=FakeOptions(), find_rotation=False))
SERVICE = BULK.model_copy(update={"prepare": PrepareOptions(max_bytes=5 * 1024 * 1024, max_pages=20)})


@pytest.fixture
def folder(tmp_path):
    """A picture and a document of two pages."""
    images = tmp_path / "images"
    images.mkdir()
    (images / "card.png").write_bytes(encode(page(300, 200)))
    pages = [Image.fromarray(page(300, 200, size=size)) for size in (20, 24)]
    (images / "book.tiff").write_bytes(encode(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    return images


def hits(cache_folder, keys):
    async def scenario():
        cache = await ResultCache.open(CacheOptions(folder=cache_folder, disk_timeout_s=5.0))
        found = [await cache.get(key) for key in keys]
        await cache.close()
        return found

    return asyncio.run(scenario())


def as_the_service_reads(folder):
    reader = FileReader(SERVICE)
    try:
        files = [FileInput(data=path.read_bytes(), source="") for path in sorted(folder.iterdir())]
        keys = [CacheKey(image_id=image_id(file.data), fingerprint=reader.fingerprint) for file in files]
        return keys, reader.read(files)
    finally:
        reader.close()


def timeless(results):
    return [replace(one, timings={}) for one in results]


def test_what_bulk_or_extract_has_read_is_what_the_service_would_find_out(folder, tmp_path):
    keys, read = as_the_service_reads(folder)
    todo = [
        {"image_id": one, "path": str(path), "page": number, "status": "pending"}
        for path in sorted(folder.iterdir())
        for number, one in enumerate(page_ids(path.read_bytes(), BULK.prepare), 1)
    ]
    rows = PipelineStage(BULK, Opener())(pa.Table.from_pylist(todo, ROWS))
    run = tmp_path / "run"
    run.mkdir()
    # Pages of a document may lie in several files, in any order.
    Place.at(str(run / "part-1.parquet")).write_rows(rows.slice(1))
    Place.at(str(run / "part-2.parquet")).write_rows(rows.slice(0, 1))
    (run / "_SUCCESS").touch()
    engine = ["--set", "pipeline.read.engine={kind: fake}", "--set", "pipeline.read.find_rotation=false"]
    for source in (run, folder):
        cache = tmp_path / f"cache of {source.name}"
        assert warm_cache.main([str(source), "--cache", str(cache), *engine]) == 0
        assert [timeless(hit.results) for hit in hits(cache, keys)] == [timeless(results) for results in read]


def test_duplicates_and_what_may_pass_are_left_out(tmp_path):
    unopened = replace(RICH, image_id="", page=None, failure=Failure.of(TruncatedImage("cut short"), "open"))

    async def scenario():
        cache = await ResultCache.open(CacheOptions(folder=tmp_path, disk_timeout_s=5.0))
        warmed = await warm(cache, [(), (unopened,), (RICH,), (RICH, PASSING[0])])
        hit = await cache.get(KEY)
        await cache.close()
        return warmed, hit.results

    assert asyncio.run(scenario()) == (Warmed(kept=1, left_out=3), (NAMELESS,))


def test_the_job_fails_where_the_cache_does(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    Place.at(str(run / "part-1.parquet")).write_rows(to_table([to_row(RICH)]))
    (run / "_SUCCESS").touch()
    (tmp_path / "cache").write_text("a file is in the way")
    assert warm_cache.main([str(run), "--cache", str(tmp_path / "cache")]) == 1
    assert warm_cache.main([str(run), "--cache", str(tmp_path / "other"), "--redis", "http://nothing"]) == 1
