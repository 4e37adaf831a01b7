import asyncio
import os
import time

import pytest

from ray_app.storage.options import UploadOptions
from ray_app.storage.uploads import UploadMissing, Uploads

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def uploads(tmp_path):
    return Uploads(UploadOptions(folder=tmp_path / "uploads", orphan_hours=1))


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def age(folder, seconds):
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - seconds,) * 2)


async def test_bytes_come_back_under_a_name_of_our_own(uploads, tmp_path):
    keys = await asyncio.gather(*(uploads.write(b"same") for _ in range(20)))

    assert len(set(keys)) == 20
    assert files(tmp_path) == sorted(keys)
    assert await uploads.read(keys[0]) == b"same"


async def test_deleted_bytes_are_gone_and_may_be_deleted_again(uploads):
    one, two = await uploads.write(b"1"), await uploads.write(b"2")
    await uploads.delete(one)
    await uploads.delete(one, two)

    with pytest.raises(UploadMissing, match=two):
        await uploads.read(two)


async def test_only_old_files_that_nobody_wants_are_swept(uploads, tmp_path):
    wanted, orphan = await uploads.write(b"1"), await uploads.write(b"2")
    (tmp_path / "uploads" / "ab").mkdir(exist_ok=True)
    (tmp_path / "uploads" / "ab" / "abc.draft").write_bytes(b"of a killed process")
    age(tmp_path, 3700)
    fresh = await uploads.write(b"3")

    assert await uploads.sweep({wanted}) == 2
    assert files(tmp_path) == sorted([wanted, fresh])
    assert orphan not in files(tmp_path)


async def test_a_file_that_is_gone_before_it_is_looked_at_stops_no_sweep(uploads, tmp_path):
    orphan = await uploads.write(b"1")
    (tmp_path / "uploads" / orphan[:2] / "gone").symlink_to(tmp_path / "nowhere")  # listed, and not there
    os.utime(tmp_path / "uploads" / orphan[:2] / orphan, (0, 0))

    assert await uploads.sweep(()) == 1


async def test_a_full_disk_leaves_nothing_behind(tmp_path):
    uploads = Uploads(UploadOptions(folder=tmp_path / "uploads"))

    def full(handle):
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            await uploads.write(b"much")

    assert files(tmp_path) == []


async def test_uploads_are_for_this_user_only(uploads, tmp_path):
    key = await uploads.write(b"private")

    assert oct((tmp_path / "uploads" / key[:2]).stat().st_mode & 0o777) == "0o700"
