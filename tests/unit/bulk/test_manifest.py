import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray_app.bulk import manifest
from ray_app.bulk.inspection import FACTS
from ray_app.bulk.sources import FILES


def listing(**files):
    rows = [
        {"path": f"/{name}.jpg" if "." not in name else f"/{name}", "size": 1, "modified": time, "named": False}
        for name, time in files.items()
    ]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: row["path"]), FILES)


def inspected(files, contents):
    """``contents``: what each path holds, one letter a page, or an error's code after "!"."""
    for name in FACTS.names:
        values = [fact(contents[path])[name] for path in files.column("path").to_pylist()]
        files = files.append_column(name, pa.array(values, FACTS.field(name).type))
    return files


def fact(content):
    nothing = dict.fromkeys(FACTS.names)
    if content.startswith("!"):
        return nothing | {"image_ids": [], "error_code": content[1:], "error_message": "m", "error_advice": "a"}
    pages = [content] if len(content) == 1 else [f"{content}-p{page}" for page in range(1, len(content) + 1)]
    return nothing | {"image_ids": pages}


def statuses(files):
    rows = manifest.rows(files)
    assert rows.schema == manifest.ROWS
    ids = rows.column("image_id").to_pylist()
    assert len(set(ids)) == len(ids)
    return {(row["path"], row["page"]): row["status"] for row in rows.to_pylist()}


NOTHING = manifest.KNOWN.empty_table()


def known(files, contents, kept=NOTHING):
    return manifest.merge(kept, [inspected(files, contents)])


def test_the_first_path_of_a_content_is_read_and_the_others_are_duplicates():
    files = known(listing(b=1, a=1, c=1), {"/a.jpg": "x", "/b.jpg": "x", "/c.jpg": "y"})
    assert statuses(files) == {("/a.jpg", 1): "pending", ("/b.jpg", 1): "duplicate", ("/c.jpg", 1): "pending"}
    duplicate = manifest.rows(files).to_pylist()[1]
    assert duplicate["duplicate_of"] == "x"
    assert duplicate["image_id"].startswith("x-d")


def test_each_page_of_a_document_is_a_row_and_so_is_each_page_of_its_copy():
    files = known(listing(a=1, b=1), {"/a.jpg": "xyz", "/b.jpg": "xyz"})
    assert list(statuses(files).values()) == ["pending"] * 3 + ["duplicate"] * 3


def test_no_images_are_skipped_where_a_scan_found_them_and_failed_where_they_were_named():
    files = listing(**{"a.json": 1, "b.jpg": 1, "c.txt": 1, "README": 1})
    files = files.set_column(3, "named", pa.array([False, False, False, True]))
    files = files.set_column(0, "path", pa.array(["/README", "/a.json", "/b.jpg", "/c.txt"]))
    contents = {
        "/README": "!empty_file",
        "/a.json": "!not_an_image",
        "/b.jpg": "!not_an_image",
        "/c.txt": "!not_an_image",
    }
    assert statuses(known(files, contents)) == {
        ("/README", 1): "skipped",
        ("/a.json", 1): "skipped",
        ("/b.jpg", 1): "failed",
        ("/c.txt", 1): "failed",
    }


def test_unchanged_files_are_not_inspected_again():
    before = known(listing(a=1, b=1), {"/a.jpg": "x", "/b.jpg": "y"})
    fresh, kept = manifest.split(listing(a=1, b=2, c=1), before, retry_failed=False)
    assert fresh.column("path").to_pylist() == ["/b.jpg", "/c.jpg"]
    assert kept.column("path").to_pylist() == ["/a.jpg"]


def test_files_that_are_gone_keep_their_rows():
    before = known(listing(a=1, b=1), {"/a.jpg": "x", "/b.jpg": "y"})
    fresh, kept = manifest.split(listing(a=1), before, retry_failed=False)
    files = manifest.merge(kept, [])
    assert fresh.num_rows == 0
    assert files.column("gone").to_pylist() == [False, True]
    assert len(statuses(files)) == 2


def test_a_later_copy_does_not_take_the_place_of_what_was_read():
    before = known(listing(m=1), {"/m.jpg": "x"})
    fresh, kept = manifest.split(listing(a=1, m=1), before, retry_failed=False)
    assert statuses(known(fresh, {"/a.jpg": "x"}, kept)) == {("/a.jpg", 1): "duplicate", ("/m.jpg", 1): "pending"}


@pytest.mark.parametrize(("retry", "again"), [(False, []), (True, ["/a.jpg"])])
def test_files_that_could_not_be_inspected_are_tried_again_only_when_asked(retry, again):
    before = known(listing(a=1, b=1), {"/a.jpg": "!unreadable_file", "/b.jpg": "y"})
    fresh, _ = manifest.split(listing(a=1, b=1), before, retry_failed=retry)
    assert fresh.column("path").to_pylist() == again


CONTENT = st.sampled_from(["x", "y", "z", "xy", "!truncated_image", "!not_an_image"])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), CONTENT, min_size=1), min_size=1, max_size=4))
def test_whatever_comes_and_goes_each_content_is_read_once_and_each_id_is_unique(history):
    files = NOTHING
    clock = {}
    for step, folder in enumerate(history):
        for name, content in folder.items():
            if clock.get(name, ("", 0))[0] != content:
                clock[name] = (content, step)
        fresh, kept = manifest.split(listing(**{name: clock[name][1] for name in folder}), files, retry_failed=False)
        files = known(fresh, {f"/{name}.jpg": content for name, content in folder.items()}, kept)
        rows = manifest.rows(files).to_pylist()
        assert len({row["image_id"] for row in rows}) == len(rows)
        assert {row["path"] for row in rows} >= {f"/{name}.jpg" for name in folder}
        read = {row["image_id"] for row in rows if row["status"] == "pending"}
        assert {row["duplicate_of"] for row in rows if row["status"] == "duplicate"} <= read
