"""Photos that the tests draw: a card lying on a counter, seen at an angle, with other things beside it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ray_app.types import RgbImage

CARD = (1500, 940)
"""Width and height of a card before it is photographed, in pixels."""

LINES = (
    "Plum Cobbler",
    "2 cups flour",
    "1 cup sugar",
    "3 eggs, well beaten",
    "1/2 teaspoon salt",
    "4 pounds ripe plums",
    "Mix the dough and lay it over the plums.",
    "Bake for one hour and serve warm.",
)
BESIDE = ("Kitchen News of July", "fold this page here")


@dataclass(frozen=True)
class View:
    """How the camera sees the counter: turns in degrees, the card's width as a share of the photo's."""

    pitch: float = 0.0
    roll: float = 0.0
    yaw: float = 0.0
    share: float = 0.7
    shift: tuple[float, float] = (0.0, 0.0)


def card(paper: int = 243, lines: tuple[str, ...] = LINES) -> RgbImage:
    """A printed card."""
    image = Image.new("RGB", CARD, (paper, paper, paper - 8))
    pen = ImageDraw.Draw(image)
    for row, text in enumerate(lines):
        pen.text((110, 80 + row * 104), text, fill=(30, 30, 36), font=ImageFont.load_default(58))
    return np.array(image)


def counter(kind: str, width: int, height: int, seed: int = 3) -> NDArray[np.uint8]:
    """``granite`` is dark with grains, ``wood`` has streaks, ``cloth`` is light, blue and chequered."""
    rng = np.random.default_rng(seed)
    if kind == "cloth":
        rows, columns = np.mgrid[0:height, 0:width] // 24
        return np.where(((rows + columns) % 2)[:, :, None], (70, 110, 190), (150, 180, 220)).astype(np.uint8)
    grain, colour = ((1, 8), (150, 110, 75)) if kind == "wood" else ((6, 6), (95, 85, 78))
    shape = (max(2, height // grain[0] // 2), max(2, width // grain[1] // 8 if kind == "wood" else width // 6))
    noise = cv2.resize(rng.normal(0.0, 1.0, shape).astype(np.float32), (width, height))
    return np.clip(np.array(colour) * (1.0 + 0.3 * noise[:, :, None]), 0, 255).astype(np.uint8)


def photo(
    view: View,
    *,
    kind: str = "granite",
    size: tuple[int, int] = (600, 780),
    sheet: RgbImage | None = None,
    beside: tuple[str, ...] = (),
    seed: int = 3,
) -> tuple[RgbImage, NDArray[np.float64]]:
    """Returns a photo and the card's corners in it, shape (4, 2), clockwise from the card's own top left."""
    sheet = card() if sheet is None else sheet
    width, height = size
    matrix = _camera(view, sheet.shape[1], sheet.shape[0], width, height)
    picture = counter(kind, width, height, seed)
    if beside:
        picture = _with_label(picture, beside)
    cover = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, size)[:, :, None] / 255.0
    shrink = sheet.shape[1] / (view.share * width)
    soft = cv2.GaussianBlur(sheet, (0, 0), max(0.3, 0.35 * shrink))
    laid = cv2.warpPerspective(soft, matrix, size, flags=cv2.INTER_LINEAR)
    mixed = picture * (1 - cover) + laid * cover
    light = 1.0 - 0.2 * np.linspace(0, 1, width)[None, :, None]
    noisy = cv2.GaussianBlur(mixed * light, (0, 0), 0.7) + np.random.default_rng(seed).normal(0, 3, mixed.shape)
    edges = np.array([[[0, 0], [sheet.shape[1], 0], [sheet.shape[1], sheet.shape[0]], [0, sheet.shape[0]]]], np.float64)
    return np.clip(noisy, 0, 255).astype(np.uint8), cv2.perspectiveTransform(edges, matrix)[0]


def _camera(view: View, across: int, down: int, width: int, height: int) -> NDArray[np.float64]:
    """A pinhole above the card's middle, its focal length the photo's longer side."""
    focal = float(max(width, height))
    pitch, roll, yaw = np.radians([view.pitch, view.roll, view.yaw])
    turn = cv2.Rodrigues(np.array([pitch, 0.0, 0.0]))[0] @ cv2.Rodrigues(np.array([0.0, yaw, 0.0]))[0]
    turn = turn @ cv2.Rodrigues(np.array([0.0, 0.0, roll]))[0]
    away = focal * across / (view.share * width)
    centred = np.array([[1, 0, -across / 2], [0, 1, -down / 2], [0, 0, 1]], np.float64)
    plane = np.column_stack([turn[:, 0], turn[:, 1], np.array([0.0, 0.0, away])])
    x, y = view.shift
    lens = np.array([[focal, 0, width * (0.5 + x)], [0, focal, height * (0.5 + y)], [0, 0, 1]])
    matrix: NDArray[np.float64] = lens @ plane @ centred
    return matrix / matrix[2, 2]


def _with_label(picture: NDArray[np.uint8], texts: tuple[str, ...]) -> NDArray[np.uint8]:
    """The end of a magazine's page that reaches into the photo from above."""
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    bottom = 30 + 44 * len(texts)
    pen.polygon([(60, -1), (640, -1), (630, bottom), (70, bottom - 8)], fill=(236, 230, 214))
    for row, text in enumerate(texts):
        pen.text((110, 12 + row * 42), text, fill=(40, 30, 30), font=ImageFont.load_default(34))
    return np.array(image)
