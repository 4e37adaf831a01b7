import io
import struct
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_app.serving import archives
from ray_app.serving.archives import ArchiveLimits, Member, Skipped, is_zip, members
from ray_app.serving.problems import Problem, ServiceCode

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
LIMITS = ArchiveLimits(entries=3, entry_bytes=4 * archives.MIB, total_bytes=6 * archives.MIB, ratio=10.0)


def packed(*files, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the same name twice, which is meant
        for name, data in files:
            archive.writestr(name, data)
    return target.getvalue()


def refused(data, limits=LIMITS):
    with pytest.raises(Problem) as caught:
        list(members(data, limits))
    return caught.value


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_pictures_come_out_in_order_with_names_for_showing(method):
    data = packed(("b/a.jpg", PICTURE), ("../../etc/x.jpg", PICTURE[:99]), ("b/a.jpg", b"%PDF-1.7"), method=method)

    assert is_zip(data)
    assert list(members(data, LIMITS)) == [
        Member(name="b/a.jpg", data=PICTURE),
        Member(name="etc/x.jpg", data=PICTURE[:99]),
        Member(name="b/a.jpg", data=b"%PDF-1.7"),
    ]


def test_what_is_no_picture_is_skipped_and_told():
    found = list(members(packed(("a/", b""), ("notes.txt", b"hello"), ("empty.jpg", b""), ("c.jpg", PICTURE)), LIMITS))

    assert [(type(one), one.name) for one in found] == [
        (Skipped, "notes.txt"),
        (Skipped, "empty.jpg"),
        (Member, "c.jpg"),
    ]
    assert "no image format" in found[0].why


def test_large_file_that_is_no_picture_is_not_unpacked():
    data = packed(("film.avi", b"RIFF....AVI " + b"\0" * 20 * archives.MIB), ("c.jpg", PICTURE))

    assert [type(one) for one in members(data, LIMITS)] == [Skipped, Member]


def test_empty_archive_has_no_members():
    assert list(members(packed(), LIMITS)) == []


def test_skipped_files_do_not_count():
    files = [(f"__MACOSX/._{n}.jpg", b"\0\5\x16\7") for n in range(10)] + [(f"{n}.jpg", PICTURE) for n in range(3)]

    assert sum(isinstance(one, Member) for one in members(packed(*files), LIMITS)) == 3


def test_too_many_pictures():
    assert refused(packed(*[("a.jpg", PICTURE)] * 4)).code == ServiceCode.TOO_MANY_ITEMS


def test_too_many_names_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(zipfile, "ZipFile", None)
    table = b"PK\x01\x02" + b"\0" * 42

    assert refused(b"PK\x03\x04" + table * (archives.MOST_NAMES + 1)).code == ServiceCode.TOO_MANY_ITEMS


def test_large_picture():
    assert refused(packed(("a.jpg", PICTURE * 2100), method=0)).code == ServiceCode.BODY_TOO_LARGE


def test_pictures_that_are_large_together():
    files = [(f"{n}.jpg", b"\xff\xd8" + b"x" * 3 * archives.MIB) for n in range(3)]

    assert "unpacks to more" in str(refused(packed(*files, method=0)))


def test_bomb_within_the_other_limits():
    assert "unpacks to more" in str(refused(packed(("a.jpg", b"\xff\xd8" + b"\0" * 3 * archives.MIB))))


def test_small_file_may_be_packed_well():
    [member] = members(packed(("blank.jpg", b"\xff\xd8" + b"\0" * archives.FREE_BYTES)), LIMITS)

    assert len(member.data) == archives.FREE_BYTES + 2


def test_sizes_in_headers_are_not_believed():
    data = packed(("a.jpg", b"\xff\xd8" + b"\0" * 3 * archives.MIB))
    table = data.rindex(b"PK\x01\x02")
    lying = data[: table + 24] + struct.pack("<I", 10) + data[table + 28 :]

    assert refused(lying).code == ServiceCode.BAD_ARCHIVE


@pytest.mark.parametrize("inner", [("a.zip", packed(("a.jpg", PICTURE))), ("a.jpg", packed())])
def test_archive_inside(inner):
    assert refused(packed(inner)).code == ServiceCode.BAD_ARCHIVE


def test_encrypted():
    data = bytearray(packed(("a.jpg", PICTURE)))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1

    assert "password" in str(refused(bytes(data)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packed_in_a_way_that_may_ask_for_much_memory(method):
    assert "not read" in str(refused(packed(("a.jpg", PICTURE), method=method)))


@pytest.mark.parametrize(
    "data",
    [
        packed(("a.jpg", PICTURE))[:-30],
        packed(("a.jpg", PICTURE))[:100] + packed(("a.jpg", PICTURE))[110:],
        packed(("a.jpg", PICTURE), method=0).replace(b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1"),
        b"PK\x03\x04",
        b"",
    ],
    ids=["cut short", "hole", "checksum", "beginning only", "empty"],
)
def test_damaged(data):
    assert refused(data).code == ServiceCode.BAD_ARCHIVE


def test_entry_without_a_name():
    data = bytearray(packed(("a.jpg", PICTURE)))
    table = data.rindex(b"PK\x01\x02")
    data[table + 28], data[table + 32] = 0, 5  # the name becomes the comment

    assert refused(bytes(data)).code == ServiceCode.BAD_ARCHIVE


@given(data=st.binary(max_size=500), head=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06"]))
def test_any_bytes_are_members_or_a_problem(data, head):
    members_or_problem(head + data)


GOOD = packed(("a.jpg", PICTURE), ("b/c.png", b"\x89PNG" + b"x" * 50), ("d.txt", b"text"))


@given(changes=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=8), st.integers(0, 8)), max_size=8))
def test_any_damage_gives_members_or_a_problem(changes):
    data = bytearray(GOOD)
    for at, new, dropped in changes:
        data[at : at + dropped] = new
    members_or_problem(bytes(data))


def members_or_problem(data):
    try:
        found = list(members(data, LIMITS))
    except Problem:
        return
    assert all(isinstance(one, Member | Skipped) for one in found)
