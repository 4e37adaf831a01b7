import io

import pytest
from PIL import Image

from ray_app.errors import FailureCode
from ray_app.files import PAGES_AT_ONCE, FileInput, FileReader
from ray_app.options import PipelineOptions, PrepareOptions, WorkerOptions
from tests.faults import picture

OPTIONS = PipelineOptions(worker=WorkerOptions(timeout_s=1.0), prepare=PrepareOptions(max_bytes=100_000))


@pytest.fixture(scope="module")
def reader():
    made = FileReader(OPTIONS, factory="tests.faults:files")
    yield made
    made.close()


def file(data, name="card.png"):
    return FileInput(data=data, source=name)


def booklet(pages):
    frames = [Image.new("RGB", (40, 30), (shade, 0, 0)) for shade in range(pages)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "tiff", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def test_each_page_of_a_document_has_its_result_and_id(reader):
    pages = PAGES_AT_ONCE + 2
    before, results, after = reader.read([file(picture("Pie")), file(booklet(pages)), file(picture("Rye"))])
    assert [one.page_number for one in results] == list(range(1, pages + 1))
    assert len({one.image_id for one in results}) == pages
    assert [before[0].recipes[0].title, after[0].recipes[0].title] == ["Pie", "Rye"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FailureCode.EMPTY_FILE),
        (b"a letter to a friend", FailureCode.NOT_AN_IMAGE),
        (b"x" * 100_001, FailureCode.IMAGE_TOO_LARGE),
        (picture("crash"), FailureCode.ENGINE_CRASHED),
        (picture("hang"), FailureCode.ENGINE_HUNG),
        (picture("refuse"), FailureCode.RECOGNITION_FAILED),
    ],
)
def test_a_bad_file_is_explained_and_leaves_its_neighbours_alone(reader, data, code):
    good, bad, other = reader.read([file(picture("Pie")), file(data, "bad.jpg"), file(picture("Rye"))])
    assert [one.failure.code for one in bad] == [code]
    assert bad[0].failure.advice
    assert (bad[0].source, bad[0].fingerprint) == ("bad.jpg", reader.fingerprint)
    assert [good[0].status, other[0].status] == ["ok", "ok"]


def test_nothing_in_nothing_out(reader):
    assert reader.read([]) == []
