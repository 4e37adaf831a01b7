"""Draws a line of text as ink: print of every age, hands, built-up fractions, bullets. Knows nothing of paper."""

import math
import random
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ray_app.training import fonts
from ray_app.training.alphabet import FRACTIONS, SAME

Kind = Literal["hand", "old", "modern"]
EM: Final = 44
"""Size of the type, in pixels; the line is scaled afterwards."""

_BASE: Final = 80
"""Row of the baseline on the drawing."""

_SHAPES: Final = frozenset("•·■□○☑✓★●▪◦☐✔")
_CLOSEST: Final = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "×": "x", "…": "...", "′": "'", "″": '"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one line is written."""

    kind: Kind
    package: str
    weight: int
    built_up: float
    """Share of the fractions that are drawn by hand even where the font has them."""
    single: bool
    """Letter by letter, each a little otherwise."""
    wobble: float
    gap: float
    """Width of a space, times the font's."""
    tracking: float


def style(rng: random.Random, hands: float) -> Style:
    """Draws a style; ``hands`` is the share of handwriting."""
    kind: Kind = "hand" if rng.random() < hands else rng.choice(("old", "modern"))
    match kind:
        case "hand":
            package = rng.choice(fonts.HANDS if rng.random() < 0.75 else fonts.CURSIVE)
        case "old":
            package = rng.choice(fonts.OLD)
        case "modern":
            package = rng.choice(fonts.MODERN)
    single = kind == "hand" and package not in fonts.CURSIVE and rng.random() < 0.5
    return Style(
        kind=kind,
        package=package,
        weight=700 if rng.random() < 0.15 else 400,
        built_up={"hand": 0.75, "old": 0.85, "modern": 0.4}[kind],
        single=single,
        wobble=rng.uniform(0.0, 0.05) if kind == "hand" else 0.0,
        gap=rng.uniform(0.6, 2.0) if rng.random() < 0.5 else 1.0,
        tracking=rng.uniform(-0.03, 0.06) if single else 0.0,
    )


def ink(text: str, chosen: Style, rng: random.Random) -> tuple[NDArray[np.uint8], str]:
    """Draws the text; returns its ink (255 where it is full) and the label of what was really drawn.

    The drawing is 128 rows high with its baseline at row 80, and as wide as the text with a margin on both sides.
    A character that the font lacks is drawn as the closest it has, and the label says that one.
    """
    width = int(len(text) * EM * 1.3) + 160
    image = Image.new("L", (width, 128), 0)
    pen = _Pen(ImageDraw.Draw(image), chosen, rng)
    label = "".join(pen.put(piece) for piece in _pieces(text, chosen))
    used = image.crop((0, 0, min(width, int(pen.x) + 40), 128))
    return np.asarray(used, dtype=np.uint8), label


def _pieces(text: str, chosen: Style) -> list[str]:
    """Splits the text into what is drawn at once: words or letters, fractions, signs, spaces."""
    pieces: list[str] = []
    for char in text:
        apart = chosen.single or char == " " or char in FRACTIONS or char in _SHAPES
        if pieces and not apart and pieces[-1] != " " and pieces[-1] not in FRACTIONS and pieces[-1] not in _SHAPES:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


class _Pen:
    def __init__(self, draw: ImageDraw.ImageDraw, chosen: Style, rng: random.Random) -> None:
        self._draw, self._style, self._rng = draw, chosen, rng
        self.x = 24.0
        self._drift = 0.0
        self._stroke = max(1, round(EM * rng.uniform(0.03, 0.075)))
        self._upright = rng.random() < {"hand": 0.25, "old": 0.3, "modern": 0.2}[chosen.kind]
        self._fraction_size = rng.uniform(0.48, 0.72)
        self._shape_size = rng.uniform(0.75, 1.25)

    def put(self, piece: str) -> str:
        """Draws one piece and moves on; returns its label."""
        if piece == " ":
            self.x += self._length(" ") * self._style.gap + self._rng.uniform(0, 4) * (self._style.kind == "hand")
            return " "
        self._drift = 0.8 * self._drift + self._rng.gauss(0, self._style.wobble * EM * 0.6)
        glyph = fonts.has(self._style.package, piece) if len(piece) == 1 else False
        if piece in FRACTIONS and (not glyph or self._rng.random() < self._style.built_up):
            self._built_up(*FRACTIONS[piece])
            return piece
        if piece in _SHAPES and (not glyph or self._rng.random() < 0.5):
            self._shape(SAME.get(piece, piece))
            return SAME.get(piece, piece)
        drawn = "".join(self._closest(char) for char in piece)
        scale = self._rng.gauss(1.0, self._style.wobble)
        font = fonts.font(self._style.package, self._style.weight, max(24, round(EM * scale)))
        self._draw.text((self.x, _BASE + self._drift), drawn, fill=255, font=font, anchor="ls")
        self.x += font.getlength(drawn) + self._style.tracking * EM
        return "".join(SAME.get(char, char) for char in drawn)

    def _closest(self, char: str) -> str:
        if fonts.has(self._style.package, char):
            return char
        other = _CLOSEST.get(char, "")
        return other if all(fonts.has(self._style.package, c) for c in other) else ""

    def _length(self, text: str) -> float:
        return float(fonts.font(self._style.package, self._style.weight, EM).getlength(text))

    def _built_up(self, numerator: int, denominator: int) -> None:
        """A raised numerator, a slanted or level stroke, a lowered denominator, each a little out of place."""
        rng, size = self._rng, self._fraction_size
        small = fonts.font(self._style.package, self._style.weight, max(12, round(EM * size)))
        above, below = str(numerator), str(denominator)
        a, b = small.getlength(above), small.getlength(below)
        y = _BASE + self._drift
        jitter = EM * (0.05 if self._style.kind == "hand" else 0.015)
        if self._upright:
            wide = max(a, b)
            middle = y - EM * rng.uniform(0.28, 0.36)
            space = EM * rng.uniform(0.04, 0.1)
            self._digits((self.x + (wide - a) / 2, middle - space), above, small, "ls", jitter)
            self._digits((self.x + (wide - b) / 2, middle + space + EM * size * 0.72), below, small, "ls", jitter)
            tilt = rng.uniform(0, 0.1) * EM
            self._line((self.x - 1, middle + tilt), (self.x + wide + 1, middle - tilt))
            self.x += wide + EM * 0.08
            return
        rise, lean = EM * rng.uniform(0.2, 0.36), EM * rng.uniform(0.12, 0.3)
        self._digits((self.x, y - rise), above, small, "ls", jitter)
        foot = (self.x + a * rng.uniform(0.4, 0.95), y + EM * rng.uniform(-0.05, 0.1))
        head = (foot[0] + lean, y - EM * rng.uniform(0.55, 0.8))
        self._line(foot, head)
        start = self.x + a + lean * rng.uniform(0.3, 0.9)
        self._digits((start, y + EM * rng.uniform(-0.02, 0.12)), below, small, "ls", jitter)
        self.x = start + b + EM * 0.06

    def _digits(self, at: tuple[float, float], text: str, font: object, anchor: str, jitter: float) -> None:
        x, y = at[0] + self._rng.gauss(0, jitter), at[1] + self._rng.gauss(0, jitter)
        self._draw.text((x, y), text, fill=255, font=font, anchor=anchor)  # type: ignore[arg-type]

    def _line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._draw.line((start, end), fill=255, width=self._stroke)

    def _shape(self, char: str) -> None:
        """Bullets and check boxes, which text fonts seldom have."""
        unit = EM * self._shape_size
        x, y = self.x, _BASE - EM * 0.3 + self._drift
        radius = {"•": 0.16, "·": 0.07, "■": 0.17, "○": 0.19, "★": 0.25}.get(char, 0.3) * unit
        box = (x, y - radius, x + 2 * radius, y + radius)
        match char:
            case "•" | "·":
                self._draw.ellipse(box, fill=255)
            case "○":
                self._draw.ellipse(box, outline=255, width=self._stroke)
            case "■":
                self._draw.rectangle(box, fill=255)
            case "★":
                self._draw.polygon(_star(x + radius, y, radius), fill=255)
            case _:
                if char in "□☑":
                    self._draw.rounded_rectangle(
                        box, radius=radius * self._rng.choice((0, 0.3)), outline=255, width=self._stroke
                    )
                if char in "☑✓":
                    low = (x + 0.8 * radius, y + 0.6 * radius)
                    self._line((x + 0.3 * radius, y), low)
                    self._line(low, (x + 1.8 * radius, y - 0.8 * radius))
        self.x += 2 * radius + EM * 0.12


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    turns = [(math.pi * (i / 5 - 0.5), radius * (1.0 if i % 2 == 0 else 0.4)) for i in range(10)]
    return [(x + r * math.cos(a), y + r * math.sin(a)) for a, r in turns]
