from dataclasses import fields, replace
from fractions import Fraction

import pytest

from ray_app.bulk import rows
from ray_app.bulk.schema import SCHEMA
from ray_app.errors import FailureCode, NoticeCode
from ray_app.options import PipelineOptions
from ray_app.types import Amount, EngineInfo, FieldConfidence, ImageInput, Ingredient, Notice, Quality, TextLine
from tests.faults import build

CONTRACT = ("image_id", "path", "page", "status", "error_code", "engine", "text", "title", "ingredients", "directions")


@pytest.fixture(scope="module")
def results():
    texts = ["Plain Cake\n2 cups flour", "norecipe", "blank", "bug"]
    images = [ImageInput(image_id=text[:5], data=text.encode(), source=f"/{text[:5]}") for text in texts]
    return build(PipelineOptions()).run(images)


def rich(result):
    amounts = (
        Amount(quantity=Fraction(3, 2), quantity_max=Fraction(2), unit="cup", text="1 1/2-2 cups"),
        Amount(quantity=Fraction(14), unit="ounce", text="14 oz"),
    )
    (recipe,) = result.recipes
    more = {"amounts": amounts, "group": "For the sauce", "readings_disagree": amounts}
    recipe = replace(recipe, ingredients=tuple(replace(one, **more) for one in recipe.ingredients))
    lines = tuple(replace(line, readings=("Plain Coke", line.text)) for line in result.page.lines)
    result = replace(result, page=replace(result.page, lines=lines))
    notice = Notice(code=NoticeCode.LOW_RESOLUTION, message="small")
    return replace(result, recipes=(recipe, replace(recipe, title=None)), notices=(notice,))


def test_the_columns_of_the_contract_are_there():
    assert set(CONTRACT) <= set(SCHEMA.names)


def test_the_schema_is_the_same_whatever_was_read(results):
    for result in results:
        assert rows.to_table([rows.to_row(result)]).schema == SCHEMA
    assert rows.to_table([]).schema == SCHEMA


def test_a_row_holds_all_of_a_result(results):
    for result in [*results, rich(results[0])]:
        table = rows.to_table([rows.to_row(result)])
        again = rows.from_row(table.to_pylist()[0])
        assert again == result
        assert rows.to_table([rows.to_row(again)]).equals(table)


def test_quantities_are_text_and_ingredients_know_their_recipe(results):
    row = rows.to_row(rich(results[0]))
    assert [one["quantity"] for one in row["ingredients"]] == ["1 1/2-2", "1 1/2-2"]
    assert [one["recipe"] for one in row["ingredients"]] == [0, 1]
    assert row["titles"] == ["Plain Cake", None]
    assert row["directions"] == ["Bake with 1 cup milk."] * 2


def test_a_partial_row_keeps_what_was_read(results):
    row = rows.to_row(results[1])
    assert (row["status"], row["error_code"], row["text"]) == ("partial", FailureCode.NO_RECIPE, "norecipe")


def test_every_field_of_the_types_has_its_column():
    ingredient = SCHEMA.field("ingredients").type.value_type
    names = {ingredient.field(number).name for number in range(ingredient.num_fields)}
    assert {field.name for field in fields(Ingredient)} - names == {"text", "fields", "quad"}
    for kind, column in ((Quality, "quality"), (EngineInfo, "engine_info")):
        struct = SCHEMA.field(column).type
        assert [struct.field(number).name for number in range(struct.num_fields)] == [
            field.name for field in fields(kind)
        ]
    line = SCHEMA.field("lines").type.value_type
    names = {line.field(number).name for number in range(line.num_fields)}
    assert {field.name for field in fields(TextLine)} - names == {"quad"}
    assert {field.name for field in fields(FieldConfidence)} == {"quantity", "unit", "name", "preparation"}


def test_a_duplicate_has_no_result():
    row = rows.to_table([{"image_id": "a", "path": "/a", "page": 1, "status": "duplicate"}]).to_pylist()[0]
    with pytest.raises(ValueError, match="duplicate"):
        rows.from_row(row)
