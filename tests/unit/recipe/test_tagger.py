import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from ray_app.errors import EngineUnavailable
from ray_app.recipe import tagger


def files_of(folder):
    return sorted(path.name for path in folder.rglob("*.json"))


def test_the_files_that_nltk_wants_are_written_once(tmp_path):
    folder = tagger.tagger_folder([tmp_path])
    target = folder / "taggers" / "averaged_perceptron_tagger_eng"
    assert files_of(folder) == [
        f"averaged_perceptron_tagger_eng.{part}.json" for part in ("classes", "tagdict", "weights")
    ]
    assert "NN" in json.loads((target / "averaged_perceptron_tagger_eng.classes.json").read_text())
    stamp = target.stat().st_mtime_ns
    assert tagger.tagger_folder([tmp_path]) == folder
    assert target.stat().st_mtime_ns == stamp


def test_many_writers_at_once_leave_one_whole_folder(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: tagger.tagger_folder([tmp_path]), range(4)))
    assert [path.name for path in tmp_path.iterdir()] == [next(iter(folders)).name]
    assert len(files_of(folders.pop())) == 3


def test_a_place_that_cannot_be_written_gives_way_to_the_next(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert tagger.tagger_folder([blocked / "cache", tmp_path / "cache"]).parent == tmp_path / "cache"


def test_a_folder_open_to_all_is_refused(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(EngineUnavailable, match="not a folder of this user alone"):
        tagger.tagger_folder([shared])


def test_other_weights_than_the_pinned_ones_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tagger, "_SHA256", "0" * 64)
    with pytest.raises(EngineUnavailable, match="sha256 differs"):
        tagger.tagger_folder([tmp_path])
    assert list(tmp_path.iterdir()) == []


def test_a_missing_wheel_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(tagger, "_WHEEL", "no-such-wheel")
    with pytest.raises(EngineUnavailable, match="no-such-wheel is not installed"):
        tagger.tagger_folder([tmp_path])


def test_a_pickle_that_asks_for_more_than_sets_is_refused(tmp_path):
    import io

    with pytest.raises(pickle.UnpicklingError, match="ask for"):
        tagger._OnlySets(io.BytesIO(pickle.dumps(tmp_path))).load()
