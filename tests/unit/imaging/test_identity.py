import pytest

from ray_app.imaging.identity import content_digest, file_id, image_id


def test_id_depends_on_content_alone():
    assert image_id(b"abc") == image_id(b"abc") == content_digest(b"abc")[:32]
    assert image_id(b"abc") != image_id(b"abd")
    assert content_digest(b"").startswith("e3b0c442")


def test_pages_of_one_document_have_ids_of_their_own():
    ids = {image_id(b"abc", page, 3) for page in (1, 2, 3)}
    assert len(ids) == 3
    assert image_id(b"abc", 2, 3) == image_id(b"abc") + "-p0002"


def test_a_page_tells_its_file():
    assert file_id(image_id(b"abc", 2, 3)) == file_id(image_id(b"abc")) == image_id(b"abc")


@pytest.mark.parametrize(("page", "pages"), [(0, 1), (2, 1), (4, 3)])
def test_a_page_outside_the_document_has_no_id(page, pages):
    with pytest.raises(ValueError, match="of"):
        image_id(b"abc", page, pages)
