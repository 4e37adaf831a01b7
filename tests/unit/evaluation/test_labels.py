import json
from pathlib import Path

import pytest

from ray_app.errors import ConfigError
from ray_app.evaluation.labels import load

LABEL = {"text": "Cake\n1 egg", "ingredients": [{"line": "1 egg", "quantity": 1, "unit": None, "name": "egg"}]}


def put(folder: Path, stem: str, label: object = LABEL, *images: str) -> None:
    text = label if isinstance(label, str) else json.dumps(label)
    (folder / f"{stem}.json").write_text(text)
    for image in images or (f"{stem}.png",):
        (folder / image).touch()


def test_images_come_with_their_labels_by_name(tmp_path: Path) -> None:
    put(tmp_path, "b", {**LABEL, "category": "card", "titles": ["Cake"], "remark": "kept by whoever labelled it"})
    put(tmp_path, "a[1]")
    (tmp_path / "README.md").touch()

    one, two = load(tmp_path)

    assert (one.stem, one.label.category, one.label.titles) == ("a[1]", "other", ())
    assert (two.stem, two.label.category, two.label.titles) == ("b", "card", ("Cake",))
    assert two.label.ingredients[0].quantity == "1"


@pytest.mark.parametrize(
    ("label", "images", "said"),
    [
        ("{", (), "a.json is not of the form"),
        ({"ingredients": []}, (), "text: Field required"),
        ({**LABEL, "ingredients": [{"quantity": "1"}]}, (), "ingredients.0.line: Field required"),
        (LABEL, ("other.png",), "exactly one image of its stem beside it; there are: none"),
        (LABEL, ("a.png", "a.jpg"), "there are: a.jpg, a.png"),
    ],
)
def test_a_label_that_will_not_do_is_told_with_its_name(
    tmp_path: Path, label: object, images: tuple[str, ...], said: str
) -> None:
    put(tmp_path, "a", label, *images)

    with pytest.raises(ConfigError, match=r"a\.json") as error:
        load(tmp_path)

    assert said in str(error.value)


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no labels in"):
        load(tmp_path)
    with pytest.raises(ConfigError, match="is no folder"):
        load(tmp_path / "gone")
