from dataclasses import replace
from fractions import Fraction

from ray_app.serving.responses import Extraction, body
from ray_app.types import Amount
from tests.unit.evaluation.results import ingredient, result


def test_review_names_what_is_unsure_lost_or_read_in_two_ways():
    sure = ingredient("1 cup flour", 1, "cup", "flour", 1, 0.99)
    two = (Amount(quantity=Fraction(1), unit="cup", text="1 cup"), Amount(quantity=None, unit="cup", text="'/ cup"))
    found = result(
        "Cake",
        sure,
        replace(sure, confidence=0.5),
        ingredient("cup milk", None, "cup", "milk", 3, 0.99),
        replace(sure, readings_disagree=two),
    )

    answer = body(Extraction(results=(found,), cached=None, degraded=None, seconds=1.0), name="cake.png", threshold=0.7)

    assert answer["review"] == [1, 2, 3]
    assert [one["text"] for one in answer["ingredients"][3]["readings_disagree"]] == ["1 cup", "'/ cup"]
