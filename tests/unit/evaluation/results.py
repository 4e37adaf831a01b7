"""Results of our own making, for judging: lines of text become a page with one recipe."""

from fractions import Fraction
from pathlib import Path

from ray_app.evaluation.labels import Item, Label, Labelled
from ray_app.evaluation.reading import Reading
from ray_app.geometry import Quad
from ray_app.types import (
    Amount,
    EngineInfo,
    FieldConfidence,
    ImageResult,
    Ingredient,
    PageText,
    Recipe,
    TextLine,
)

SAMPLES = Path(__file__).parents[3] / "samples"
LABEL = Label(
    category="printed_page",
    text="Cake\n1 cup flour\n2 eggs\nsalt",
    titles=("Cake",),
    ingredients=(
        Item(line="1 cup flour", quantity="1", unit="cup", name="flour"),
        Item(line="2 eggs", quantity="2", name="eggs"),
        Item(line="salt", name="salt"),
    ),
)


def ingredient(
    text: str, quantity: int | None, unit: str | None, name: str, line: int, sure: float = 0.9
) -> Ingredient:
    amount = Amount(quantity=None if quantity is None else Fraction(quantity), unit=unit, text=str(quantity or ""))
    return Ingredient(
        text=text,
        amounts=(amount,) if quantity is not None or unit else (),
        name=name,
        preparation=None,
        size=None,
        comment=None,
        group=None,
        confidence=sure,
        fields=FieldConfidence(quantity=None if quantity is None else sure, unit=sure if unit else None, name=sure),
        lines=(line,),
        quad=quad(line),
    )


def quad(line: int) -> Quad:
    return Quad.box(100, 100 + 50 * line, 500, 140 + 50 * line)


def result(title: str | None, *ingredients: Ingredient, source: str = "cake.png", kind: str = "fake") -> ImageResult:
    texts = [title or "", *(one.text for one in ingredients)]
    page = PageText(
        image_id="cake",
        size=(1000, 800),
        lines=tuple(TextLine(text=text, confidence=0.8, quad=quad(line)) for line, text in enumerate(texts)),
        engine=EngineInfo(kind=kind, version="1", models=()),
    )
    recipe = Recipe(
        title=title,
        servings=None,
        times={},
        ingredients=ingredients,
        directions=(),
        mentioned=(),
        notes=(),
        lines=tuple(range(len(texts))),
    )
    return ImageResult(
        image_id="cake",
        source=source,
        page_number=1,
        page=page,
        recipes=(recipe,),
        quality=None,
        failure=None,
        fingerprint="f",
    )


def labelled(path: Path = SAMPLES / "printed_page.png", label: Label = LABEL) -> Labelled:
    return Labelled(path=path, label=label)


def reading(*results: ImageResult, stem: str = "printed_page", seconds: float = 0.5) -> Reading:
    return Reading(stem=stem, results=results, cpu_seconds=seconds)
