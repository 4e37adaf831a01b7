"""Small pages of our own making: text with indents and blanks becomes lines with places."""

from ray_app.geometry import Quad
from ray_app.recipe.frame import Placed, place
from ray_app.types import EngineInfo, PageText, TextLine

CHARACTER, LETTER, PITCH = 9.0, 20.0, 24.0


def page(text: str, *, rotation: int = 0, confidence: float | None = 0.95) -> PageText:
    """Each line of ``text`` becomes a line of the page; three blanks within a line cut it into pieces, as columns do."""
    lines: list[TextLine] = []
    rows = text.strip("\n").split("\n")
    for number, row in enumerate(rows):
        start = 0
        for piece in row.split("   "):
            if piece.strip():
                indent = start + len(piece) - len(piece.lstrip())
                left, top = 40 + indent * CHARACTER, 40 + number * PITCH
                quad = Quad.box(left, top, left + len(piece.strip()) * CHARACTER, top + LETTER)
                lines.append(TextLine(text=piece.strip(), confidence=confidence, quad=quad))
            start += len(piece) + 3
    width = int(80 + CHARACTER * max(len(row) for row in rows))
    height = int(80 + PITCH * len(rows))
    made = PageText(
        image_id="page",
        size=(width, height),
        lines=tuple(lines),
        engine=EngineInfo(kind="fake", version="1", models=()),
    )
    return made if rotation == 0 else turned(made, rotation)


def turned(upright: PageText, rotation: int) -> PageText:
    """The same page as a picture that must be turned clockwise by ``rotation`` to be upright."""
    width, height = upright.size

    def back(x: float, y: float) -> tuple[float, float]:
        return {90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[rotation]

    lines = tuple(
        TextLine(text=line.text, confidence=line.confidence, quad=Quad(tuple(back(x, y) for x, y in line.quad.points)))
        for line in upright.lines
    )
    size = (height, width) if rotation in {90, 270} else (width, height)
    return PageText(image_id="page", size=size, lines=lines, engine=upright.engine, rotation=rotation)


def placed(text: str) -> list[Placed]:
    return place(page(text))


CAKE = """
                 Plain Cake

2 cups flour              3 eggs
1/2 cup sugar             1 teaspoon vanilla
Salt                      1/4 cup butter, melted
              1 cup milk

Mix flour, sugar and salt in a bowl, then add the eggs
and stir until smooth. Bake in a hot oven for thirty min-
utes.
"""

DINNER = """
Tomato Pasta
Prep 10 min
Serves 4
Ingredients
For the sauce
2 tbsp olive oil
1 onion, finely chopped
100 ml cream, plus
extra to serve
For the pasta
400 g penne
salt to taste
Method
1. Fry the onion in the oil for 8
minutes until soft.
2. Add the cream and simmer for
15 minutes.
3. Boil the penne and stir it in.
Notes
Freezes well for a month.
"""
