"""What happens to a page on its way into a file: paper, light, a phone's camera, a lying scanner."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def _cloud(shape: tuple[int, int], coarse: int, rng: np.random.Generator, stretch: int = 1) -> NDArray[np.float32]:
    """Smooth noise of about unit size; ``coarse`` is its grain in pixels, ``stretch`` makes it long sideways."""
    small = rng.normal(0.0, 1.0, (max(2, shape[0] // coarse), max(2, shape[1] // (coarse * stretch)))).astype(
        np.float32
    )
    return np.asarray(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def aged(image: Image.Image, seed: int, tint: tuple[float, float, float] = (0.96, 0.91, 0.80)) -> Image.Image:
    """Old paper: tint, stains, grain and a little spread of the ink."""
    rng = np.random.default_rng(seed)
    page = cv2.GaussianBlur(np.asarray(image, np.float32), (0, 0), 0.6)
    shape = page.shape[:2]
    stain = 1.0 + 0.02 * _cloud(shape, 160, rng) + 0.008 * _cloud(shape, 12, rng)
    page = page * np.array(tint, np.float32) * stain[:, :, None] + rng.normal(0.0, 4.0, shape)[:, :, None]
    return Image.fromarray(np.clip(page + 6, 0, 255).astype(np.uint8))


def counter(width: int, height: int, seed: int, color: tuple[int, int, int] = (122, 92, 66)) -> Pixels:
    """A wooden counter."""
    rng = np.random.default_rng(seed)
    shape = (height, width)
    grain = (
        0.10 * _cloud(shape, 6, rng, stretch=40)
        + 0.08 * _cloud(shape, 40, rng, stretch=12)
        + 0.02 * _cloud(shape, 2, rng)
    )
    return np.clip(np.array(color, np.float32) * (1.0 + grain[:, :, None]), 0, 255).astype(np.uint8)


def photographed(
    image: Image.Image,
    seed: int,
    size: tuple[int, int],
    corners: tuple[tuple[float, float], ...],
    *,
    blur: float = 0.9,
    shade: float = 0.35,
    color: tuple[int, int, int] = (122, 92, 66),
) -> Image.Image:
    """A page lying on a counter, as a phone sees it.

    Args:
        image: the page.
        seed: of all that is random.
        size: (width, height) of the photo in pixels.
        corners: where the page's corners lie, clockwise from its top left, as shares of the photo's size.
        blur: of the lens, in pixels.
        shade: how much darker the darkest corner is.
        color: of the counter.
    """
    rng = np.random.default_rng(seed)
    width, height = size
    there = np.array([(x * width, y * height) for x, y in corners], np.float32)
    here = np.array([(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)], np.float32)
    matrix = cv2.getPerspectiveTransform(here, there)
    # Shrinking by more than two skips pixels; a little blur first keeps thin strokes.
    page = cv2.GaussianBlur(np.asarray(image), (0, 0), max(0.3, 0.35 * image.width / (there[1][0] - there[0][0])))
    photo = counter(width, height, seed, color).astype(np.float32)
    cover = cv2.warpPerspective(np.full(page.shape[:2], 255, np.uint8), matrix, size)
    shadow = cv2.GaussianBlur(np.roll(cover, (10, 14), (0, 1)), (0, 0), 14).astype(np.float32) / 255
    photo *= (1.0 - 0.45 * shadow)[:, :, None]
    laid = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA).astype(np.float32)
    alpha = cover.astype(np.float32)[:, :, None] / 255
    photo = photo * (1 - alpha) + laid * alpha
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1.0 - shade * np.clip(0.75 * across / width + 0.5 * down / height - 0.25, 0, 1)
    photo = cv2.GaussianBlur(photo * light[:, :, None], (0, 0), blur)
    photo = photo * np.array((1.0, 0.975, 0.93), np.float32) + rng.normal(0.0, 3.0, (height, width, 3))
    return Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8))


def tilted(image: Image.Image, degrees: float, paper: tuple[int, int, int]) -> Image.Image:
    """A page laid crookedly on the scanner, turned clockwise."""
    return image.rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)
