import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from ray_app.errors import EngineUnavailable, FailureCode
from ray_app.extract import expand, extract
from ray_app.options import PipelineOptions
from ray_app.types import ImageInput, ImageResult


class StubReader:
    """Answers each page with an empty result."""

    closed = 0

    def __init__(self, options: PipelineOptions) -> None:
        del options

    def run(self, images: Sequence[ImageInput]) -> list[ImageResult]:
        return [
            ImageResult(
                image_id=image.image_id,
                source=image.source,
                page_number=image.page,
                page=None,
                recipes=(),
                quality=None,
                failure=None,
            )
            for image in images
        ]

    def close(self) -> None:
        StubReader.closed += 1


def picture(path: Path, pages: int = 1) -> Path:
    frames = [Image.new("RGB", (40, 30), (shade, 0, 0)) for shade in range(pages)]
    buffer = io.BytesIO()
    frames[0].save(buffer, path.suffix[1:], save_all=pages > 1, append_images=frames[1:])
    path.write_bytes(buffer.getvalue())
    return path


def test_answers_come_in_input_order_one_list_a_file(tmp_path: Path) -> None:
    files = [picture(tmp_path / f"{name}.png") for name in "dacb"]

    results = list(extract(files, PipelineOptions(), build=StubReader, processes=2))

    assert [[one.source for one in pages] for pages in results] == [[str(file)] for file in files]


def test_each_page_of_a_document_has_its_result(tmp_path: Path) -> None:
    results = list(extract([picture(tmp_path / "three.tiff", pages=3)], PipelineOptions(), build=StubReader))

    assert [one.page_number for one in results[0]] == [1, 2, 3]
    assert len({one.image_id for one in results[0]}) == 3


def test_a_bad_file_leaves_the_others_alone(tmp_path: Path) -> None:
    text = tmp_path / "not.jpg"
    text.write_text("a letter to a friend")
    empty = tmp_path / "empty.png"
    empty.touch()
    files = [text, picture(tmp_path / "good.png"), tmp_path / "gone.png", empty]

    results = [pages[0] for pages in extract(files, PipelineOptions(), build=StubReader)]

    assert [one.failure.code if one.failure else None for one in results] == [
        FailureCode.NOT_AN_IMAGE,
        None,
        FailureCode.UNREADABLE_FILE,
        FailureCode.EMPTY_FILE,
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
