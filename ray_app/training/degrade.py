"""What a line goes through before it is read: paper, rules, light, lens, file, and the detector's cut."""

import random
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT: Final = 48
_BASE: Final = 80
_EM: Final = 44

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wear:
    """How often each kind of wear is drawn; 0 leaves it out (for ablations)."""

    rules: float = 0.25
    dark: float = 0.12
    low_resolution: float = 0.6
    blur: float = 0.5
    jpeg: float = 0.5
    paper: float = 0.6
    neighbours: float = 0.35


def photographed(ink: Picture, rng: random.Random, wear: Wear, *, hand: bool, above: Picture | None = None) -> Picture:
    """Returns the line as a recognizer gets it: RGB, 48 rows high.

    Args:
        ink: the line's ink, baseline at row 80.
        rng: what decides.
        wear: how often what happens.
        hand: handwriting moves more.
        above: ink of another line, whose feet and heads show at the edges.
    """
    noise = np.random.default_rng(rng.getrandbits(32))
    drawn = _bent(ink, rng, noise, hand=hand)
    if above is not None and rng.random() < wear.neighbours:
        drawn = _with_neighbours(drawn, above, rng)
    cut = _cut(drawn, rng)
    height = cut.shape[0]
    rows = rng.randint(14, 30) if rng.random() < wear.low_resolution else rng.randint(30, 56)
    scale = rows / height
    small = cv2.resize(cut, None, fx=scale * rng.uniform(0.88, 1.12), fy=scale, interpolation=cv2.INTER_AREA)
    inked = np.asarray(small, np.float32) / np.float32(255)
    picture = _through_lens(_on_paper(inked, rng, noise, wear), rng, noise, wear)
    width = max(8, round(picture.shape[1] * HEIGHT / picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _bent(ink: Picture, rng: random.Random, noise: np.random.Generator, *, hand: bool) -> Picture:
    """Slant, tilt, waves of the pen and of the page, thicker or thinner strokes."""
    rows, columns = ink.shape
    weight = rng.random()
    if weight < 0.15:
        ink = cv2.dilate(ink, np.ones((2, 2), np.uint8)).astype(np.uint8)
    elif weight < 0.25 and not hand:
        ink = cv2.erode(ink, np.ones((2, 2), np.uint8)).astype(np.uint8)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    slant = rng.gauss(0, 0.14) if hand else rng.choice((0.0, 0.0, rng.gauss(0, 0.06), 0.2))
    tilt = rng.gauss(0, 0.008)
    dx: Field = slant * (y - _BASE)
    dy: Field = tilt * (x - columns / 2)
    if hand or rng.random() < 0.2:
        reach = rng.uniform(0.5, 2.6) if hand else rng.uniform(0.2, 1.0)
        dx = dx + reach * _waves((rows, columns), rng.randint(14, 40), noise)
        dy = dy + reach * _waves((rows, columns), rng.randint(14, 60), noise)
    return np.asarray(cv2.remap(ink, x + dx, y + dy, cv2.INTER_LINEAR), dtype=np.uint8)


def _waves(shape: tuple[int, int], step: int, noise: np.random.Generator) -> Field:
    coarse = noise.normal(0, 1, (shape[0] // step + 2, shape[1] // step + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _with_neighbours(ink: Picture, other: Picture, rng: random.Random) -> Picture:
    pitch = int(_EM * rng.uniform(1.0, 1.5))
    result = ink.copy()
    width = min(ink.shape[1], other.shape[1])
    for shift in (-pitch, pitch):
        if rng.random() < 0.6:
            moved = np.roll(other[:, :width], shift, axis=0)
            result[:, :width] = np.maximum(result[:, :width], moved)
    return result


def _cut(ink: Picture, rng: random.Random) -> Picture:
    """The detector's box: close around the letters, now and then through the ends of the long ones."""
    columns = np.flatnonzero(ink[_BASE - 36 : _BASE + 12].max(axis=0) > 60)
    if not len(columns):
        return ink
    top = _BASE - int(_EM * rng.uniform(0.72, 1.02))
    bottom = _BASE + int(_EM * rng.uniform(0.14, 0.42))
    left = columns[0] - int(_EM * rng.uniform(0.02, 0.45))
    right = columns[-1] + int(_EM * rng.uniform(0.02, 0.45))
    return ink[top:bottom, max(0, left) : max(right, left + 8)]


def _color(rng: random.Random, low: int, high: int) -> Field:
    base = rng.uniform(low, high)
    return np.array([base + rng.uniform(-14, 14) for _ in range(3)], np.float32)


def _on_paper(ink: Field, rng: random.Random, noise: np.random.Generator, wear: Wear) -> Field:
    rows, columns = ink.shape
    plain = rng.random() >= wear.paper
    if rng.random() < wear.dark:
        back, front = _color(rng, 10, 70), _color(rng, 170, 250)
    elif plain:
        back, front = _color(rng, 225, 250), _color(rng, 10, 110)
    else:
        back, front = _color(rng, 120, 240), np.zeros(3, np.float32)
        back = back * np.array([1, rng.uniform(0.9, 1), rng.uniform(0.72, 1)], np.float32)
        front = back * rng.uniform(0.12, 0.62)
        if rng.random() < 0.3:
            front = front * np.array([rng.uniform(0.4, 1), rng.uniform(0.5, 1), 1], np.float32)
    page = np.broadcast_to(back, (rows, columns, 3)).astype(np.float32).copy()
    if not plain:
        light = _waves((rows, columns), 60, noise) * rng.uniform(0, 10) + _waves(
            (rows, columns), 3, noise
        ) * rng.uniform(0, 6)
        page += light[:, :, None]
        ink = ink * np.clip(1 - rng.uniform(0, 0.35) * np.abs(_waves((rows, columns), 5, noise)), 0, 1)
    if rng.random() < wear.rules:
        color = back * rng.uniform(0.55, 0.85)
        for row in rng.sample(range(rows), rng.choice((1, 1, 2))):
            thick = max(1, round(rows / 40))
            page[row : row + thick] = color
        if rng.random() < 0.15:
            column = rng.randrange(columns)
            page[:, column : column + 1] = color
    return page + (front - page) * ink[:, :, None]


def _through_lens(picture: Field, rng: random.Random, noise: np.random.Generator, wear: Wear) -> Picture:
    rows = picture.shape[0]
    if rng.random() < wear.blur:
        sigma = rng.uniform(0.2, 0.035 * rows)
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    if rng.random() < 0.5:
        picture = picture + noise.normal(0, rng.uniform(1, 9), picture.shape).astype(np.float32)
    result = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < wear.jpeg:
        _, data = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(35, 92)])
        result = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return result
