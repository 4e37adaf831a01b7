import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ray_app.bulk.places import Place
from ray_app.bulk.sources import FILES, list_inputs
from ray_app.errors import PreflightFailed, UnreadableFile


@pytest.fixture
def folder(tmp_path):
    cards = tmp_path / "cards"
    (cards / "old").mkdir(parents=True)
    for name in ("b.jpg", "a.png", "old/c.tif", "label.json", ".hidden.jpg", "read[1].jpg"):
        (cards / name).write_text(name)
    (cards / ".git").mkdir()
    (cards / ".git" / "d.jpg").write_text("d")
    return cards


def listed(tmp_path, *inputs, output="out"):
    table, _ = list_inputs([str(one) for one in inputs], Place.at(str(tmp_path / output)))
    assert table.schema == FILES
    return {row["path"].removeprefix(f"{tmp_path}/"): row for row in table.to_pylist()}


def test_a_folder_is_walked_without_what_is_hidden(tmp_path, folder):
    found = listed(tmp_path, folder)
    assert list(found) == sorted(found)
    assert set(found) == {f"cards/{name}" for name in ("a.png", "b.jpg", "label.json", "old/c.tif", "read[1].jpg")}
    assert not any(row["named"] for row in found.values())
    assert found["cards/b.jpg"]["size"] == 5


def test_the_output_is_no_input(tmp_path, folder):
    (folder / "out").mkdir()
    (folder / "out" / "x.jpg").write_text("x")
    assert "cards/out/x.jpg" not in listed(tmp_path, folder, output="cards/out")


def test_a_named_file_counts_as_named_even_when_a_folder_holds_it(tmp_path, folder):
    found = listed(tmp_path, folder, folder / "label.json")
    assert len(found) == 5
    assert found["cards/label.json"]["named"]


def test_globs_and_names_with_brackets(tmp_path, folder):
    assert set(listed(tmp_path, folder / "**" / "*.tif")) == {"cards/old/c.tif"}
    assert set(listed(tmp_path, folder / "read[1].jpg")) == {"cards/read[1].jpg"}


def test_a_dangling_link_is_listed_as_unreadable(tmp_path, folder):
    (folder / "gone.jpg").symlink_to("/nowhere")
    assert listed(tmp_path, folder)["cards/gone.jpg"]["size"] == -1


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_manifests_name_files_beside_them(tmp_path, folder, kind):
    manifest = folder / f"list.{kind}"
    names = ["a.png", str(folder / "b.jpg"), "missing.jpg"]
    if kind == "parquet":
        pq.write_table(pa.table({"uri": names}), manifest)
    elif kind == "csv":
        manifest.write_text("path,note\n" + "".join(f"{name},x\n" for name in names))
    else:
        manifest.write_text("".join(json.dumps({"path": name}) + "\n\n" for name in names))
    found = listed(tmp_path, manifest)
    assert set(found) == {"cards/a.png", "cards/b.jpg", "cards/missing.jpg"}
    assert all(row["named"] for row in found.values())
    assert found["cards/missing.jpg"]["size"] == -1


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "does not exist"), ("empty", "holds no files"), ("empty/*.jpg", "nothing matches")],
)
def test_inputs_that_hold_nothing_are_said_so(tmp_path, name, words):
    (tmp_path / "empty").mkdir()
    with pytest.raises(PreflightFailed, match=words):
        listed(tmp_path, tmp_path / name)


@pytest.mark.parametrize(("name", "text"), [("a.csv", "name\nx\n"), ("b.parquet", "no parquet"), ("c.jsonl", "{")])
def test_a_manifest_that_cannot_be_read_is_said_so(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(PreflightFailed, match="manifest"):
        listed(tmp_path, tmp_path / name)


def test_a_scheme_that_nothing_opens_is_said_so(tmp_path):
    with pytest.raises(PreflightFailed, match="ftp://host/x"):
        listed(tmp_path, "ftp://host/x")


def test_files_that_cannot_be_opened_say_why(tmp_path, folder):
    _, opener = list_inputs([str(folder)], Place.at(str(tmp_path / "out")))
    assert opener.read(str(folder / "b.jpg")) == b"b.jpg"
    with pytest.raises(UnreadableFile, match="No such file"):
        opener.read(str(folder / "nothing.jpg"))
    with pytest.raises(UnreadableFile, match="Is a directory"):
        opener.read(str(folder))
