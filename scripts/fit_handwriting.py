"""Fits the formula of ray_app/imaging/handwriting.py on rendered print and handwriting fonts and prints its constants.

Usage: python scripts/fit_handwriting.py [FOLDER]       (FOLDER: labelled images to check the formula on, not to fit)
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sampling.pages import RECIPES, Sheet, ingredients_of
from sampling.typeface import Face

from ray_app.imaging.decode import decode
from ray_app.imaging.handwriting import stroke_features
from ray_app.imaging.ink import find_ink
from ray_app.options import PrepareOptions

HANDS = ("caveat", "kalam", "patrick-hand", "homemade-apple", "reenie-beanie", "cedarville-cursive", "dancing-script")
PRINT = ("eb-garamond", "inter", "libre-baskerville", "old-standard-tt", "special-elite", "source-sans-3", "lora")
RIDGE = 0.5
"""Keeps the weights small: fonts are cleaner than the world, and separate too well."""


def features_of(package: str, hand: bool, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Features of pages in this font: sizes, blurs, noises and joins as scans and photos have them."""
    found = []
    for key in RECIPES:
        size = float(rng.uniform(18, 40))
        sheet = Sheet.blank(900, 900)
        sheet.jitter = rng if hand else None
        y = 60.0
        for text in [line for line, *_ in ingredients_of(RECIPES[key])] + RECIPES[key]["directions"]:
            y = sheet.flow((50, y), text, Face(package, built_up=True).at(size), 800)
        page = cv2.GaussianBlur(np.asarray(sheet.image), (0, 0), float(rng.uniform(0.3, 0.05 * size)))
        page = (
            255
            - (255 - page.astype(np.float32)) * rng.uniform(0.4, 1.0)
            + rng.normal(0, rng.uniform(0.5, 6), page.shape)
        )
        features = stroke_features(find_ink(np.clip(page, 0, 255).astype(np.uint8)))
        if features is not None:
            found.append(features)
    return found


def fit(rows: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method; intercept first."""
    design = np.column_stack([np.ones(len(rows)), rows])
    penalty = RIDGE * np.diag([0.0] + [1.0] * rows.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        guess = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (truth - guess) - penalty @ weights
        curve = design.T @ (design * (guess * (1 - guess))[:, None]) + penalty
        weights += np.linalg.solve(curve, slope)
    return weights


def main() -> None:
    """Fits, prints the constants, and how they do on the fonts and on FOLDER."""
    rng = np.random.default_rng(7)
    rows, truth = [], []
    for packages, hand in ((HANDS, True), (PRINT, False)):
        for package in packages:
            found = features_of(package, hand, rng)
            print(f"{package:20s} {np.mean(found, axis=0).round(2)}")
            rows += found
            truth += [float(hand)] * len(found)
    weights = fit(np.array(rows), np.array(truth))
    right = ((np.column_stack([np.ones(len(rows)), rows]) @ weights > 0) == np.array(truth)).mean()
    print(f"INTERCEPT, WEIGHTS = {weights.round(2).tolist()}; right on {right:.0%} of {len(rows)} rendered pages")
    for label in sorted(Path(sys.argv[1]).glob("*.json")) if len(sys.argv) > 1 else []:
        image = next(file for file in label.parent.glob(f"{label.stem}.*") if file != label)
        features = stroke_features(find_ink(decode(image.read_bytes(), 1, PrepareOptions()).pixels))
        if features is not None:
            chance = 1 / (1 + np.exp(-(weights[0] + features @ weights[1:])))
            kind = json.loads(label.read_text(encoding="utf-8"))["category"]
            print(f"{image.name:26s} {kind:18s} {chance:.2f} {features.round(2)}")


if __name__ == "__main__":
    main()
