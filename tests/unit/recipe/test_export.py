from dataclasses import replace
from fractions import Fraction

import pytest

from ray_app.errors import BlankPage, NoRecipe, NoticeCode, TruncatedImage
from ray_app.geometry import Quad
from ray_app.recipe.export import to_json_line
from ray_app.recipe.schema_org import iso_duration, to_schema_org
from ray_app.types import (
    Amount,
    Direction,
    EngineInfo,
    Failure,
    FieldConfidence,
    ImageResult,
    Ingredient,
    Mentioned,
    Notice,
    PageText,
    Recipe,
    TextLine,
)

BOX = Quad.box(1, 2, 30, 40)
LINE = Ingredient(
    text="1½ cups flour",
    amounts=(Amount(quantity=Fraction(3, 2), unit="cup", text="1½ cups"),),
    name="flour",
    preparation=None,
    size=None,
    comment=None,
    group=None,
    confidence=0.87654321,
    fields=FieldConfidence(quantity=0.9),
    lines=(1,),
    quad=BOX,
)


def recipe(title: str | None = "Plain Cake") -> Recipe:
    return Recipe(
        title=title,
        servings="Serves 4",
        times={"prep": "10 min", "cook": "1 hour"},
        ingredients=(LINE,),
        directions=(Direction(text="Mix with 2 eggs.", lines=(2,)),),
        mentioned=(Mentioned(ingredient=replace(LINE, text="2 eggs", name="eggs"), sentence="Mix with 2 eggs."),),
        notes=("Keeps a week.",),
        lines=(0, 1, 2),
    )


def page_result(number: int = 1, *, failure: Failure | None = None, recipes: tuple[Recipe, ...] = ()) -> ImageResult:
    lines = tuple(TextLine(text=text, confidence=0.9, quad=BOX) for text in (f"Page {number}", "1½ cups flour", "Mix."))
    engine = EngineInfo(kind="paddle", version="3.7", models=())
    page = (
        None
        if failure and failure.step == "prepare"
        else PageText(image_id="x", size=(9, 9), lines=lines, engine=engine)
    )
    return ImageResult(
        image_id=f"x{number}",
        source="a/cards.pdf",
        page_number=number,
        page=page,
        recipes=recipes,
        quality=None,
        failure=failure,
    )


def test_both_readings_of_an_amount_are_told_where_they_disagree() -> None:
    two = (*LINE.amounts, Amount(quantity=None, unit="cup", text="1% cups"))
    doubted = replace(recipe(), ingredients=(replace(LINE, readings_disagree=two),))

    (found,) = to_json_line([page_result(recipes=(doubted,))])["ingredients"]

    assert found["quantity"] == "1 1/2"
    assert found["readings_disagree"] == [
        {"quantity": "1 1/2", "unit": "cup", "text": "1½ cups"},
        {"quantity": None, "unit": "cup", "text": "1% cups"},
    ]


def test_one_page_has_the_contract_keys() -> None:
    line = to_json_line([page_result(recipes=(recipe(),))])

    assert line["path"] == "a/cards.pdf"
    assert (line["status"], line["error"], line["engine"]) == ("ok", None, "paddle")
    assert (line["title"], line["titles"]) == ("Plain Cake", ["Plain Cake"])
    assert line["directions"] == ["Mix with 2 eggs."]
    wanted = {"line": "1½ cups flour", "quantity": "1 1/2", "unit": "cup", "name": "flour", "preparation": None}
    assert wanted.items() <= line["ingredients"][0].items()
    assert line["ingredients"][0]["readings_disagree"] == []
    assert line["ingredients"][0]["confidence"] == 0.8765
    assert line["ingredients"][0]["polygon"] == [[1, 2], [30, 2], [30, 40], [1, 40]]


def test_what_only_the_directions_name_stands_apart() -> None:
    line = to_json_line([page_result(1, recipes=(recipe(),)), page_result(2, recipes=(recipe(),))])

    assert [(one["line"], one["name"], one["sentence"]) for one in line["mentioned"]] == [
        ("2 eggs", "eggs", "Mix with 2 eggs.")
    ] * 2
    assert [(one["recipe"], one["page"]) for one in line["mentioned"]] == [(0, 1), (1, 2)]
    assert {*line["mentioned"][0]} == {*line["ingredients"][0], "sentence"}


def test_recipes_are_numbered_through_all_pages() -> None:
    pages = [page_result(1, recipes=(recipe("One"), recipe("Two"))), page_result(2, recipes=(recipe("Three"),))]

    line = to_json_line(pages)

    assert line["titles"] == ["One", "Two", "Three"]
    assert [(one["recipe"], one["page"]) for one in line["ingredients"]] == [(0, 1), (1, 1), (2, 2)]
    assert line["text"].count("Page") == 2


@pytest.mark.parametrize("error", [BlankPage("no ink"), NoRecipe("a letter")])
def test_a_blank_page_of_a_document_is_a_warning(error: BlankPage | NoRecipe) -> None:
    step = "prepare" if isinstance(error, BlankPage) else "structure"
    pages = [page_result(1, recipes=(recipe(),)), page_result(2, failure=Failure.of(error, step))]

    line = to_json_line(pages)

    assert (line["status"], line["error"]) == ("ok", None)
    assert [(one["page"], one["code"]) for one in line["warnings"]] == [(2, str(error.code))]


def test_a_damaged_page_fails_the_document_and_keeps_what_was_read() -> None:
    failure = Failure.of(TruncatedImage("ends early"), "prepare")

    line = to_json_line([page_result(1, recipes=(recipe(),)), page_result(2, failure=failure)])

    assert (line["status"], line["error"]["code"]) == ("failed", "truncated_image")
    assert line["error"]["advice"]
    assert line["titles"] == ["Plain Cake"]


def test_a_page_without_a_recipe_is_partial_alone_and_keeps_its_text() -> None:
    line = to_json_line([page_result(failure=Failure.of(NoRecipe("a letter"), "structure"))])

    assert (line["status"], line["error"]["code"]) == ("partial", "no_recipe")
    assert "Page 1" in line["text"]


def test_a_list_and_its_method_on_two_pages_are_a_whole_recipe() -> None:
    listed = replace(recipe(), directions=(), mentioned=())
    method = replace(recipe(None), ingredients=())

    both = to_json_line([page_result(1, recipes=(listed,)), page_result(2, recipes=(method,))])

    assert both["status"] == "ok"
    assert to_json_line([page_result(1, recipes=(listed,))])["status"] == "partial"
    assert to_json_line([page_result(1, recipes=(method,))])["status"] == "partial"


def test_remarks_travel_along() -> None:
    result = page_result(recipes=(recipe(),))
    noticed = ImageResult(
        **{name: getattr(result, name) for name in ("image_id", "source", "page_number", "page", "recipes", "quality")},
        failure=None,
        notices=(Notice(code=NoticeCode.WRONG_EXTENSION, message="is a JPEG"),),
    )

    assert to_json_line([noticed])["warnings"] == [{"page": 1, "code": "wrong_extension", "message": "is a JPEG"}]


def test_json_ld_says_what_was_read_and_no_more() -> None:
    found = to_schema_org(recipe(), source="a/cards.pdf")

    assert found["@context"] == "https://schema.org"
    assert found["@type"] == "Recipe"
    assert found["name"] == "Plain Cake"
    assert found["recipeYield"] == "Serves 4"
    assert (found["prepTime"], found["cookTime"]) == ("PT10M", "PT1H")
    assert "totalTime" not in found
    assert found["recipeIngredient"] == ["1½ cups flour"]
    assert found["recipeInstructions"] == [{"@type": "HowToStep", "text": "Mix with 2 eggs."}]


def test_json_ld_of_an_untitled_recipe_has_no_name() -> None:
    assert "name" not in to_schema_org(recipe(None))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("10 min", "PT10M"),
        ("1 hour 10 minutes", "PT1H10M"),
        ("1 1/2 hours", "PT1H30M"),
        ("1.5 h", "PT1H30M"),
        ("90 minutes", "PT1H30M"),
        ("20-25 minutes", None),
        ("overnight", None),
        ("", None),
    ],
)
def test_durations(text: str, duration: str | None) -> None:
    assert iso_duration(text) == duration
