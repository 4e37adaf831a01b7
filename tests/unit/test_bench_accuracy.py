"""What scripts/bench_accuracy.py makes of RapidOCR's lines, and of times; the measuring itself is no test."""

import pytest

from scripts.bench_accuracy import CORES, Pass, cores_needed, naive, ratios


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("2 cups flour, sifted", ("2", "cups", "flour, sifted")),
        ("• 1 1/2 tsp. salt", ("1 1/2", "tsp.", "salt")),
        ("½ cup sugar", ("½", "cup", "sugar")),
        ("1½cup milk", ("1½", "cup", "milk")),
        ("2-3 apples", ("2-3", None, "apples")),
        ("400g penne", ("400", "g", "penne")),
        ("3 eggs", ("3", None, "eggs")),
    ],
)
def test_a_line_that_starts_with_an_amount_is_an_ingredient(line, wanted):
    (item,) = naive([line]).ingredients
    assert (item.line, item.quantity, item.unit, item.name) == (line, *wanted)


@pytest.mark.parametrize("line", ["Plain Cake", "salt and pepper", "71", "Bake for 20 minutes.", ""])
def test_other_lines_are_text_alone(line):
    found = naive([line])
    assert (found.ingredients, found.titles, found.text) == ((), (), line)


def test_cores_are_counted_by_the_clock_and_by_processor_time():
    need = cores_needed(20, [Pass(seconds=10.0, cpu_seconds=8.0), Pass(seconds=20.0, cpu_seconds=8.0)])

    assert need["by_wall_clock"]["rounds"] == [5.0 * CORES, 10.0 * CORES]
    assert need["by_processor_time"] == {"median": 4.0, "rounds": [4.0, 4.0]}


def test_ratios_are_taken_within_a_round():
    found = ratios([Pass(10.0, 15.0), Pass(20.0, 15.0)], [Pass(30.0, 45.0), Pass(80.0, 60.0)])

    assert found["by_wall_clock"] == {"median": 3.5, "rounds": [3.0, 4.0]}
    assert found["by_processor_time"]["rounds"] == [3.0, 4.0]
