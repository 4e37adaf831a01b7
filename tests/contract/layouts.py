"""Whole pages drawn in Pillow's own font, each the picture of a layout that recipes come in, with what stands on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ray_app.types import RgbImage

INK, LEADING = (30, 28, 26), 1.4
COOKIES = (
    "2 cups flour", "1 teaspoon baking soda", "½ teaspoon salt", "1 cup butter, softened", "¾ cup brown sugar",
    "2 large eggs", "1 teaspoon vanilla", "2 cups chocolate chips",
)  # fmt: skip
CHILI = ("1 pound ground beef", "1 onion, chopped", "2 cloves garlic", "1 can tomatoes", "1 cup kidney beans", "Salt")
PUDDING = ("3 cups milk", "¼ cup sugar", "1 egg yolk", "1 teaspoon vanilla")
BAKE = (
    "Heat the oven to 375°F and sift the flour with the soda. Cream the butter with the sugar until light, then beat in"
    " the eggs. Stir in the chips and bake for 10 minutes, until golden."
)
SIMMER = (
    "Brown the beef with the onion in a heavy pot, and drain off the fat. Add the tomatoes and beans, and simmer for one"
    " hour, stirring now and then."
)
COOL = "Stir the milk into the sugar and cook until thick. Add yolk and vanilla, then chill. Serve with Claret Sauce."


@dataclass
class Drawn:
    """A page being drawn: ``recipes`` are the titles and ingredient lines on it, ``groups`` those of the lines that have one."""

    size: tuple[int, int]
    recipes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", self.size, "white")
        self.pen = ImageDraw.Draw(self.image)

    @property
    def pixels(self) -> RgbImage:
        return np.array(self.image)

    def write(self, x: float, y: float, text: str, size: int = 26) -> None:
        self.pen.text((x, y), text, fill=INK, font=ImageFont.load_default(size), anchor="ls")

    def title(self, x: float, y: float, text: str, lines: Sequence[str], size: int = 42) -> None:
        self.write(x, y, text, size)
        self.recipes.append((text, tuple(lines)))

    def flow(self, x: float, y: float, text: str, width: float, size: int = 26) -> float:
        font, row = ImageFont.load_default(size), ""
        for word in text.split():
            if row and font.getlength(f"{row} {word}") > width:
                self.write(x, y, row, size)
                y, row = y + LEADING * size, word
            else:
                row = f"{row} {word}".strip()
        self.write(x, y, row, size)
        return y + LEADING * size

    def list(
        self, x: float, y: float, lines: Sequence[str], width: float = 2000, size: int = 26, space: float = 0
    ) -> float:
        for line in lines:
            y = self.flow(x, y, line, width, size) + space
        return y


def two_columns() -> Drawn:
    page = Drawn((900, 620))
    page.title(200, 90, "Chocolate Chip Cookies", COOKIES)
    gutter = 80 + max(ImageFont.load_default(26).getlength(line) for line in COOKIES[:4]) + 34
    page.list(80, 170, COOKIES[:4])
    page.list(gutter, 170, COOKIES[4:])
    page.flow(80, 370, BAKE, 740)
    return page


def beside_the_method() -> Drawn:
    """The first ingredient ends close to the method, so that a detector takes both for one line."""
    lines = ("30 large fresh mushrooms (about 2 pounds)", *CHILI)
    page = Drawn((1200, 620))
    page.title(80, 90, "Stuffed Mushrooms", lines)
    page.list(60, 170, lines, size=25)
    page.flow(610, 170, "Preheat the oven. Wipe the mushrooms and take the stems out. " + SIMMER, 540, size=25)
    return page


def wrapped() -> Drawn:
    """Ingredients of two and three lines without an indent."""
    lines = (
        "2 cups all-purpose flour, sifted before measuring", "1 teaspoon baking soda", "½ teaspoon salt",
        "1 cup unsalted butter, softened at room temperature", "¾ cup packed light brown sugar",
        "2 large eggs, lightly beaten", "1 teaspoon pure vanilla extract",
    )  # fmt: skip
    page = Drawn((1100, 760))
    page.title(80, 90, "Chocolate Chip Cookies", lines)
    page.list(80, 170, lines, width=280, size=24)
    page.flow(430, 170, BAKE, 600, size=24)
    return page


def check_boxes() -> Drawn:
    lines = (*CHILI[:3], "1 can crushed tomatoes with their juice and a little basil", *CHILI[4:])
    page = Drawn((720, 820))
    page.title(50, 90, "Beef Chili", lines)
    page.write(50, 150, "Ingredients", 30)
    y = 205.0
    for line in lines:
        page.pen.rectangle((50, y - 22, 74, y + 2), outline=INK, width=2)
        y = page.flow(96, y, line, 540) + 16
    page.write(50, y + 20, "Directions", 30)
    page.flow(50, y + 75, SIMMER, 620)
    return page


def amounts_behind(*, dotted: bool) -> Callable[[], Drawn]:
    """Names on the left, amounts flush on the right, with or without dots between them."""
    items = (("Flour", "2 cups"), ("Baking powder", "3 tsp."), ("Sugar", "1/2 cup"), ("Butter, melted", "1/4 cup"),
             ("Eggs, well beaten", "12"), ("Milk", "1 1/2 cups"), ("Salt", "1 tsp."))  # fmt: skip

    def draw() -> Drawn:
        page = Drawn((760, 720))
        page.title(60, 90, "Plain Muffins", [" ".join(item) for item in items])
        font = ImageFont.load_default(26)
        for row, (name, amount) in enumerate(items):
            y, end = 170 + 36 * row, 620 - font.getlength(amount)
            page.write(60, y, name)
            page.write(end, y, amount)
            for x in range(round(72 + font.getlength(name)), round(end) - 14, 14) if dotted else ():
                page.write(x, y, ".")
        page.flow(60, 460, BAKE, 600)
        return page

    return draw


def headings() -> Drawn:
    parts = {"Crust": ("1 cup flour", "½ cup butter"), "Filling": ("6 apples, sliced", "½ cup sugar")}
    page = Drawn((900, 640))
    page.title(80, 90, "Apple Pie", [line for lines in parts.values() for line in lines])
    y = 170.0
    for name, lines in parts.items():
        page.write(80, y, name, 29)
        y = page.list(80, y + 40, lines) + 16
        page.groups |= dict.fromkeys(lines, name)
    page.flow(
        80, y + 10, "Rub the butter into the flour and line a dish. Fill it with the apples and bake until done.", 740
    )
    return page


def braces() -> Drawn:
    parts = {
        "Sift together": ("1 cup corn meal", "1 cup flour", "1 teaspoon soda"),
        "Beat well": ("1 egg", "1 cup sour milk", "2 tablespoons molasses"),
    }
    page = Drawn((900, 620))
    page.title(300, 90, "Johnny Cake", [line for lines in parts.values() for line in lines])
    y = 170.0
    for name, lines in parts.items():
        end = page.list(80, y, lines)
        middle = (y + end) / 2 - 23
        tip = [(418, y - 22), (430, y - 14), (430, middle - 10), (440, middle), (430, middle + 10), (430, end - 46)]
        page.pen.line((*tip, (418, end - 38)), fill=INK, width=3)
        page.write(460, middle + 9, name)
        page.groups |= dict.fromkeys(lines, name)
        y = end
    page.flow(80, y + 20, "Mix all together and bake in a hot oven for twenty minutes.", 740)
    return page


def several() -> Drawn:
    """Four recipes in two columns; one of them names a sauce in passing."""
    page = Drawn((1300, 1120))
    bread = ("1 cup corn meal", "1 cup flour", "1 egg")
    recipes = (
        ("Beef Chili", CHILI, SIMMER), ("Corn Bread", bread, "Mix all and bake in a hot oven until brown."),
        ("Vanilla Pudding", PUDDING, COOL), ("Lemon Sauce", ("½ cup sugar", "1 lemon"), "Boil sugar and lemon until clear."),
    )  # fmt: skip
    for number, (name, lines, method) in enumerate(recipes):
        x, y = 70 + number // 2 * 620, 100 + number % 2 * 540
        page.title(x, y, name, lines, 36)
        page.flow(x, page.list(x, y + 55, lines) + 16, method, 520)
    return page


def spread() -> Drawn:
    """Two pages of an open book, each with its number and its head."""
    page = Drawn((1800, 760))
    for x, head, name, lines, method in (
        (90, "40", "Chocolate Chip Cookies", COOKIES, BAKE),
        (990, "41", "Beef Chili", CHILI, SIMMER),
    ):
        page.write(x + 340, 50, head, 20)
        page.title(x, 120, name, lines)
        half = len(lines) // 2
        page.list(x, 200, lines[:half])
        y = page.list(x + 380, 200, lines[half:])
        page.flow(x, y + 20, method, 720)
    return page


def screen() -> Drawn:
    page = Drawn((720, 1240))
    page.write(40, 46, "9:41", 22)
    page.write(590, 46, "5G  87%", 22)
    page.title(40, 140, "Beef Chili", CHILI)
    page.write(40, 190, "4.7 (1,203)   312 Reviews   45 Photos", 21)
    for number, (button, label, value) in enumerate(
        (("Save", "Prep Time", "15 mins"), ("Print", "Cook Time", "1 hr"), ("Share", "Servings", "6"))
    ):
        page.write(60 + number * 220, 255, button, 22)
        page.write(40 + number * 220, 320, label, 20)
        page.write(40 + number * 220, 352, value, 24)
    page.write(40, 430, "Ingredients", 32)
    y = page.list(40, 490, CHILI, size=27, space=8)
    page.write(40, y + 20, "Directions", 32)
    y = page.flow(40, y + 75, SIMMER, 640)
    page.write(40, y + 40, "Nutrition Facts", 28)
    for number, (name, value) in enumerate((("Calories", "312"), ("Total Fat", "12 g"), ("Protein", "24 g"))):
        page.write(40, y + 80 + number * 34, name, 22)
        page.write(240, y + 80 + number * 34, value, 22)
    page.write(40, y + 230, "You might also like", 28)
    page.write(40, y + 275, "Turkey Chili with 2 cups of beans", 24)
    return page


def book() -> Drawn:
    """What is turned, tilted and bent below."""
    page = Drawn((1000, 900))
    page.title(80, 90, "Chocolate Chip Cookies", COOKIES)
    page.list(80, 160, COOKIES[:4])
    page.list(540, 160, COOKIES[4:])
    y = page.flow(80, 330, BAKE, 840)
    page.title(80, y + 60, "Vanilla Pudding", PUDDING)
    page.flow(80, page.list(80, y + 120, PUDDING) + 10, COOL, 840)
    return page


def changed(change: Callable[[Image.Image], Image.Image]) -> Callable[[], Drawn]:
    def draw() -> Drawn:
        page = book()
        page.image = change(page.image)
        return page

    return draw


def turned(degrees: int) -> Callable[[], Drawn]:
    return changed(lambda image: image.rotate(-degrees, expand=True))


def tilted(degrees: float) -> Callable[[], Drawn]:
    return changed(lambda image: image.rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white"))


def bent(depth: float) -> Callable[[], Drawn]:
    """A page that bulges: lines hang ``depth`` pixels lower at both ends than in the middle."""

    def bend(image: Image.Image) -> Image.Image:
        down, across = np.mgrid[0 : image.height, 0 : image.width].astype(np.float32)
        rows = down + depth * (np.sin(np.pi * across / image.width) - 0.5)
        white = (255, 255, 255)
        return Image.fromarray(
            cv2.remap(np.asarray(image), across, rows.astype(np.float32), cv2.INTER_LINEAR, borderValue=white)
        )

    return changed(bend)


PAGES: dict[str, Callable[[], Drawn]] = {
    "two columns": two_columns,
    "beside the method": beside_the_method,
    "wrapped": wrapped,
    "check boxes": check_boxes,
    "amounts behind dots": amounts_behind(dotted=True),
    "amounts on the right": amounts_behind(dotted=False),
    "headings": headings,
    "braces": braces,
    "several": several,
    "spread": spread,
    "screen": screen,
    "turned by 90": turned(90),
    "turned by 180": turned(180),
    "turned by 270": turned(270),
    "tilted by -12": tilted(-12),
    "tilted by 8": tilted(8),
    "bent by 25": bent(25),
}
