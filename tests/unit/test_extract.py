from collections.abc import Sequence
from pathlib import Path

import pytest

from ray_app.errors import EngineUnavailable, FailureCode
from ray_app.extract import expand, extract
from ray_app.files import FileInput
from ray_app.options import PipelineOptions, PrepareOptions
from ray_app.types import ImageResult


def result(source: str) -> ImageResult:
    return ImageResult(image_id="", source=source, page_number=1, page=None, recipes=(), quality=None, failure=None)


class StubReader:
    """Answers each page with an empty result."""

    closed = 0

    def __init__(self, options: PipelineOptions) -> None:
        del options

    def read(self, files: Sequence[FileInput]) -> list[tuple[ImageResult, ...]]:
        return [(result(file.source),) for file in files]

    def close(self) -> None:
        StubReader.closed += 1


def picture(path: Path) -> Path:
    path.write_bytes(b"\x89PNG")
    return path


def test_answers_come_in_input_order_one_list_a_file(tmp_path: Path) -> None:
    files = [picture(tmp_path / f"{name}.png") for name in "dacb"]

    results = list(extract(files, PipelineOptions(), build=StubReader, processes=2))

    assert [[one.source for one in pages] for pages in results] == [[str(file)] for file in files]


def test_a_bad_file_leaves_the_others_alone(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(b"x" * 2000)
    files = [large, picture(tmp_path / "good.png"), tmp_path / "gone.png"]
    options = PipelineOptions(prepare=PrepareOptions(max_bytes=1000))

    results = [pages[0] for pages in extract(files, options, build=StubReader)]

    assert [one.failure.code if one.failure else None for one in results] == [
        FailureCode.IMAGE_TOO_LARGE,
        None,
        FailureCode.UNREADABLE_FILE,
    ]
    assert all(one.failure.advice for one in results if one.failure)


def test_readers_are_closed_when_the_caller_stops_early(tmp_path: Path) -> None:
    files = [picture(tmp_path / f"{name}.png") for name in "ab"]
    before = StubReader.closed
    results = extract(files, PipelineOptions(), build=StubReader, processes=2)
    next(results)
    results.close()  # type: ignore[attr-defined]

    assert StubReader.closed == before + 2


def test_a_missing_engine_is_told_before_a_file_is_opened(tmp_path: Path) -> None:
    def missing(options: PipelineOptions) -> StubReader:
        raise EngineUnavailable("EasyOCR is not installed")

    with pytest.raises(EngineUnavailable):
        next(extract([tmp_path / "never-opened.png"], PipelineOptions(), build=missing))


def test_a_folder_stands_for_the_images_in_it(tmp_path: Path) -> None:
    wanted = [picture(tmp_path / "b.png"), picture(tmp_path / "a.png")]
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / ".hidden.png").write_bytes(b"")
    single = tmp_path / "notes.txt"

    assert expand([tmp_path, single]) == [*sorted(wanted), single]
