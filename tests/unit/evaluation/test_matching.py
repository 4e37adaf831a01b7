import pytest

from ray_app.evaluation.labels import Content, Item
from ray_app.evaluation.matching import Verdict, compare
from tests.unit.evaluation.results import LABEL

FLOUR, EGGS, SALT = LABEL.ingredients


def verdicts(*items: Item) -> list[tuple[int | None, int | None, Verdict]]:
    compared = compare(LABEL, Content(text=LABEL.text, ingredients=items))
    return [(one.truth, one.guess, one.verdict) for one in compared]


def test_each_ingredient_has_one_end_and_what_was_read_beside_them_comes_last() -> None:
    eggs = EGGS.model_copy(update={"line": "2 eqqs", "name": "eqqs"})
    zebra = Item(line="Zebra quartz vow", quantity="7")
    title = Item(line="cake")

    assert verdicts(SALT, eggs, zebra, title) == [
        (0, None, Verdict.MISSING),
        (1, 1, Verdict.DIFFERS),
        (2, 0, Verdict.RIGHT),
        (None, 2, Verdict.INVENTED),
        (None, 3, Verdict.EXTRA),
    ]


@pytest.mark.parametrize(
    ("quantity", "unit", "expected"),
    [
        ("1", "C.", Verdict.RIGHT),
        ("one", "cups", Verdict.RIGHT),
        ("1", "pint", Verdict.DIFFERS),
        (None, "cup", Verdict.MISSING_QUANTITY),
        ("14", "cup", Verdict.WRONG_QUANTITY),
        ("1-2", "cup", Verdict.WRONG_QUANTITY),
    ],
)
def test_what_became_of_one(quantity: str | None, unit: str, expected: Verdict) -> None:
    assert verdicts(FLOUR.model_copy(update={"quantity": quantity, "unit": unit}))[0] == (0, 0, expected)


def test_a_quantity_where_none_is_written_is_wrong() -> None:
    assert verdicts(SALT.model_copy(update={"quantity": "1"}))[2] == (2, 0, Verdict.WRONG_QUANTITY)
