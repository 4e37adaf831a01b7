import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_app.serving.bodies import FieldPart, FilePart, PartLimits, each_part, read_form
from ray_app.serving.problems import Problem, ServiceCode
from tests.unit.serving.forms import BOUNDARY, MULTIPART, field_part, file_part, form, pieces, request

LIMITS = PartLimits(file_bytes=1000, files=3, field_bytes=20, fields=2)
PICTURE = bytes(range(256)) + b"\r\n--" + BOUNDARY[:5].encode() + b"\r\n"


def parts_of(found):
    async def take():
        return [part async for part in each_part(found, LIMITS)]

    return asyncio.run(take())


def read(*parts, **keywords):
    return asyncio.run(read_form(request([form(*parts)]), LIMITS, **keywords))


def refused(found):
    with pytest.raises(Problem) as caught:
        parts_of(found)
    return caught.value.code


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_parts_are_the_same_however_the_body_is_cut(size):
    body = form(file_part("files", "a.jpg", PICTURE), field_part("job_name", "Kuchen für alle".encode()))

    assert parts_of(request(pieces(body, size))) == [
        FilePart(field="files", name="a.jpg", media_type="image/jpeg", data=PICTURE),
        FieldPart(name="job_name", value="Kuchen für alle"),
    ]


def test_each_file_is_handed_on_before_the_next_is_read():
    async def take():
        sent = []

        def chunks():
            for chunk in pieces(form(*(file_part("files", f"{n}.jpg", b"x" * 500) for n in range(3))), 100):
                sent.append(chunk)
                yield chunk

        return [sum(map(len, sent)) async for _ in each_part(request(chunks()), LIMITS)]

    seen = asyncio.run(take())

    assert all(late - early >= 500 for early, late in itertools.pairwise(seen))


def test_form_with_one_file():
    found = read(file_part("file", "a.jpg", b"abc"), field_part("engine", b"fake"))

    assert found.file.data == b"abc"
    assert found.fields == {"engine": "fake"}


def test_no_file_chosen_in_a_browser_is_no_file():
    assert read(file_part("file", "", b"", "application/octet-stream")).file is None


def test_file_without_a_name_is_a_file():
    assert read(file_part("file", "", b"abc")).file.name == "unnamed"


@pytest.mark.parametrize(
    "parts",
    [
        (field_part("a", b"1"), field_part("a", b"2")),
        (file_part("picture", "a.jpg", b"abc"),),
    ],
    ids=["field twice", "file elsewhere"],
)
def test_form_that_cannot_be_meant_is_refused(parts):
    with pytest.raises(Problem) as caught:
        read(*parts)
    assert caught.value.code == ServiceCode.INVALID_REQUEST


def test_file_may_be_expected_in_another_field():
    assert read(file_part("picture", "a.jpg", b"abc"), field="picture").file.data == b"abc"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form(file_part("file", "a", b"x" * 1001)), ServiceCode.BODY_TOO_LARGE),
        (form(field_part("a", b"x" * 21)), ServiceCode.BODY_TOO_LARGE),
        (form(*[file_part("files", "a", b"x")] * 4), ServiceCode.TOO_MANY_ITEMS),
        (form(*[field_part("a", b"x")] * 3), ServiceCode.INVALID_REQUEST),
        (form(field_part("a", b"\xff\xfe")), ServiceCode.INVALID_REQUEST),
        (form(field_part("a", b"x\0y")), ServiceCode.INVALID_REQUEST),
        (form(b"Content-Type: text/plain\r\n\r\nx"), ServiceCode.INVALID_REQUEST),
        (form(b'Content-Disposition: attachment; name="a"\r\n\r\nx'), ServiceCode.INVALID_REQUEST),
        (form(b"X: " + b"y" * 10_000 + b"\r\n\r\nx"), ServiceCode.INVALID_REQUEST),
        (form(file_part("file", "a", b"x"))[:-4], ServiceCode.INVALID_REQUEST),
        (b"", ServiceCode.INVALID_REQUEST),
        (b"no form", ServiceCode.INVALID_REQUEST),
    ],
    ids=[
        "large file",
        "large field",
        "many files",
        "many fields",
        "not UTF-8",
        "null",
        "no name",
        "no form data",
        "long header",
        "cut short",
        "empty",
        "no boundary",
    ],
)
def test_bad_form_is_refused(body, code):
    assert refused(request(pieces(body, 50))) == code


def test_file_at_its_limit_is_taken():
    assert len(read(file_part("file", "a", b"x" * 1000)).file.data) == 1000


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("application/json", ServiceCode.UNSUPPORTED_MEDIA),
        ("", ServiceCode.UNSUPPORTED_MEDIA),
        ("multipart/form-data", ServiceCode.INVALID_REQUEST),
        ("multipart/form-data; boundary=", ServiceCode.INVALID_REQUEST),
        (f"multipart/form-data; boundary={'b' * 300}", ServiceCode.INVALID_REQUEST),
    ],
)
def test_content_type_must_be_a_form_with_a_boundary(content_type, code):
    assert refused(request([b""], content_type)) == code


def test_client_that_goes_away_ends_the_form():
    body = form(file_part("file", "a.jpg", b"x" * 500))

    assert refused(request([body[:300]], gone=True)) == ServiceCode.INVALID_REQUEST


@given(body=st.binary(max_size=2000), size=st.integers(1, 500), gone=st.booleans())
def test_any_bytes_are_parts_or_a_problem(body, size, gone):
    parts_or_problem(request(pieces(body, size), gone=gone))


@given(
    pieces_of_forms=st.lists(
        st.sampled_from(
            [
                b"--" + BOUNDARY.encode(),
                b"--",
                b"\r\n",
                b"\r",
                b"\n",
                b" ",
                b'Content-Disposition: form-data; name="a"',
                b'; filename="x.jpg"',
                b"Content-Type: image/jpeg",
                b":",
                b"\0\xff",
                b"data",
            ]
        ),
        max_size=40,
    ),
    size=st.integers(1, 100),
)
def test_any_mix_of_what_forms_are_made_of_is_parts_or_a_problem(pieces_of_forms, size):
    parts_or_problem(request(pieces(b"".join(pieces_of_forms), size)))


@given(content_type=st.text(st.characters(max_codepoint=255), max_size=100))
def test_any_content_type_is_parts_or_a_problem(content_type):
    parts_or_problem(request([form(field_part("a", b"x"))], content_type))
    parts_or_problem(request([form(field_part("a", b"x"))], MULTIPART + content_type))


def parts_or_problem(found):
    try:
        parts = parts_of(found)
    except Problem:
        return
    assert all(isinstance(part, FilePart | FieldPart) for part in parts)
