"""One image in the report: its picture with boxes, and beside it what stands there against what was read, by mode."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ray_app.errors import InputError
from ray_app.evaluation.labels import Item
from ray_app.evaluation.matching import SAME_PLACE, Comparison, Verdict, same_name, same_unit
from ray_app.evaluation.page.markup import Markup, join, tag
from ray_app.evaluation.plain import numbers, plain
from ray_app.evaluation.scoring import Judged
from ray_app.geometry import Quad
from ray_app.imaging.preview import Preview, preview
from ray_app.options import PrepareOptions
from ray_app.types import Ingredient, PageText

WORDS: Mapping[Verdict, str] = {
    Verdict.WRONG_QUANTITY: "wrong quantity",
    Verdict.INVENTED: "invented",
    Verdict.MISSING: "not found",
    Verdict.MISSING_QUANTITY: "quantity missing",
    Verdict.EXTRA: "not in the list",
    Verdict.DIFFERS: "differs",
    Verdict.RIGHT: "right",
}
MEANINGS: Mapping[Verdict, str] = {
    Verdict.WRONG_QUANTITY: "another quantity was given than stands there: the worst",
    Verdict.INVENTED: "what was given stands nowhere on the page",
    Verdict.MISSING: "the ingredient was not found; a dashed box is where its line may have been read as something else",
    Verdict.MISSING_QUANTITY: "its quantity was left empty",
    Verdict.EXTRA: "stands on the page, but in no list of the label",
    Verdict.DIFFERS: "the quantity agrees, unit or name does not",
    Verdict.RIGHT: "quantity, unit and name agree",
}


def image(modes: Sequence[Judged]) -> Markup:
    """Returns the section of one image, as every mode read it."""
    labelled = modes[0].labelled
    worst = [min((one.verdict for one in mode.compared), key=list(Verdict).index, default="") for mode in modes]
    return tag(
        "section",
        tag("h3", labelled.path.name, tag("small", labelled.label.category)),
        tag("div", _pictures(modes), tag("div", *map(_side, range(len(modes)), modes), class_="side"), class_="pair"),
        id=f"image-{labelled.stem}",
        class_="image",
        data_category=labelled.label.category,
        data_worst="|".join(worst),
    )


def _pictures(modes: Sequence[Judged]) -> Markup:
    labelled = modes[0].labelled
    pages = max(len(mode.reading.results) for mode in modes)
    shown = [_picture(modes, page) for page in range(pages)]
    return tag("div", *shown, class_="pictures", aria_label=f"{labelled.stem} with the ingredients that were found")


def _picture(modes: Sequence[Judged], page: int) -> Markup:
    path = modes[0].labelled.path
    try:
        made: Preview = preview(path.read_bytes(), page + 1, PrepareOptions())
    except (InputError, OSError) as error:
        return tag("p", f"No picture: {error}", class_="note")
    width, height = made.size
    overlays = [
        tag("svg", *_boxes(mode, page), viewBox=f"0 0 {width} {height}", class_="overlay", data_mode=index)
        for index, mode in enumerate(modes)
    ]
    source = "data:image/jpeg;base64," + b64encode(made.data).decode()
    name = f"{path.name}, page {page + 1}"
    return tag("div", tag("img", src=source, alt=name, width=width, height=height), *overlays)


def _boxes(mode: Judged, page: int) -> list[Markup]:
    if page >= len(mode.reading.results) or mode.reading.results[page].page is None:
        return []
    result = mode.reading.results[page]
    text = result.page
    assert text is not None
    found = [_polygon(line.quad, "text-line") for line in text.lines]
    ingredients = _ingredients(mode)
    for row, comparison in enumerate(mode.compared):
        where = _where(mode, comparison, ingredients, page, text)
        if where is not None:
            found.append(_polygon(where, f"box {comparison.verdict}", row))
    return found


def _where(
    mode: Judged, comparison: Comparison, ingredients: Sequence[tuple[int, Ingredient]], page: int, text: PageText
) -> Quad | None:
    """Returns where on this page the ingredient was read, or where the missing one's line most likely is."""
    if comparison.guess is not None:
        number, ingredient = ingredients[comparison.guess]
        return ingredient.quad if number == page else None
    wanted = plain(mode.labelled.label.ingredients[comparison.truth or 0].line)
    likeness = [fuzz.ratio(wanted, plain(line.text)) for line in text.lines]
    best = max(range(len(likeness)), key=likeness.__getitem__, default=None)
    return text.lines[best].quad if best is not None and likeness[best] >= SAME_PLACE else None


def _ingredients(mode: Judged) -> list[tuple[int, Ingredient]]:
    """Returns all ingredients with the index of their page, in the order of ``mode.guess``."""
    return [
        (page, one)
        for page, result in enumerate(mode.reading.results)
        for recipe in result.recipes
        for one in recipe.ingredients
    ]


def _polygon(quad: Quad, class_: str, row: int | None = None) -> Markup:
    return tag("polygon", points=" ".join(f"{x:.0f},{y:.0f}" for x, y in quad.points), class_=class_, data_row=row)


def _side(index: int, mode: Judged) -> Markup:
    failure = next((result.failure for result in mode.reading.results if result.failure), None)
    ingredients = _ingredients(mode)
    rows = [_row(mode, number, comparison, ingredients) for number, comparison in enumerate(mode.compared)]
    heads = ("", "stands on the page", "was read", "sure")
    table = tag(
        "table",
        tag("thead", tag("tr", *(tag("th", head) for head in heads))),
        tag("tbody", *rows),
        class_="differences",
    )
    return tag(
        "div",
        tag("p", f"{failure.code}: {failure.message}", class_="note bad") if failure else None,
        _titles(mode),
        table if rows else tag("p", "No list of ingredients, and none was read.", class_="note"),
        tag("details", tag("summary", "All text, differences marked"), _text(mode)),
        data_mode=index,
    )


def _titles(mode: Judged) -> Markup:
    wanted, read = mode.labelled.label.titles, mode.guess.titles
    if [plain(one) for one in wanted] == [plain(one) for one in read]:
        return tag("p", tag("b", " · ".join(read) or "No title"), class_="titles")
    return tag("p", tag("del", " · ".join(wanted) or "no title"), " ", tag("ins", " · ".join(read) or "no title"))


def _row(mode: Judged, number: int, comparison: Comparison, ingredients: Sequence[tuple[int, Ingredient]]) -> Markup:
    truth = None if comparison.truth is None else mode.labelled.label.ingredients[comparison.truth]
    guess = None if comparison.guess is None else mode.guess.ingredients[comparison.guess]
    sure = "" if comparison.guess is None else f"{ingredients[comparison.guess][1].confidence:.2f}"
    return tag(
        "tr",
        tag("td", tag("span", WORDS[comparison.verdict], class_=f"badge {comparison.verdict}")),
        tag("td", _item(truth, guess, "del")),
        tag("td", _item(guess, truth, "ins")),
        tag("td", sure, class_="number"),
        class_=comparison.verdict,
        data_row=number,
    )


def _item(item: Item | None, other: Item | None, mark: str) -> Markup | None:
    """An item's line, and its fields; what differs from the other's is marked."""
    if item is None:
        return None
    same = {
        "quantity": other is None or numbers(item.quantity) == numbers(other.quantity),
        "unit": other is None or same_unit(item, other),
        "name": other is None or same_name(item, other),
    }
    fields = {"quantity": item.quantity, "unit": item.unit, "name": item.name, "preparation": item.preparation}
    shown = [
        tag("span", value) if same.get(name, True) else tag(mark, value or "none")
        for name, value in fields.items()
        if value or not same.get(name, True)
    ]
    parts = [part for one in shown for part in (Markup(" · "), one)][1:]
    return join(tag("div", item.line, class_="line"), tag("div", *parts, class_="fields"))


def _text(mode: Judged) -> Markup:
    """The label's text with the words that were read otherwise, in reading order."""
    want, have = plain(mode.labelled.label.text).split(), plain(mode.guess.text).split()
    pieces: list[Markup | str] = []
    for code in Levenshtein.opcodes(want, have):
        if code.tag == "equal":
            pieces.append(" ".join(want[code.src_start : code.src_end]) + " ")
            continue
        if code.src_end > code.src_start:
            pieces += [tag("del", " ".join(want[code.src_start : code.src_end])), " "]
        if code.dest_end > code.dest_start:
            pieces += [tag("ins", " ".join(have[code.dest_start : code.dest_end])), " "]
    return tag("p", *pieces, class_="text")
