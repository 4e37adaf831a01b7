"""Fonts for the samples: fetched once from npm, opened at any size, with built-up fractions where glyphs are missing."""

import subprocess
import tarfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

CACHE = Path("build/fonts")
PACKAGES = {
    "caveat": ("5.3.0", "Caveat", "OFL-1.1"),
    "eb-garamond": ("5.3.0", "EB Garamond", "OFL-1.1"),
    "inter": ("5.3.0", "Inter", "OFL-1.1"),
    "kalam": ("5.3.0", "Kalam", "OFL-1.1"),
    "libre-baskerville": ("5.3.0", "Libre Baskerville", "OFL-1.1"),
    "old-standard-tt": ("5.3.0", "Old Standard TT", "OFL-1.1"),
    "patrick-hand": ("5.3.0", "Patrick Hand", "OFL-1.1"),
    "special-elite": ("5.3.0", "Special Elite", "Apache-2.0"),
}
"""npm package under @fontsource -> (version, name of the family, licence)."""

FURTHER = {
    "cedarville-cursive": "5.3.0",
    "dancing-script": "5.3.0",
    "homemade-apple": "5.3.0",
    "lora": "5.3.0",
    "reenie-beanie": "5.3.0",
    "source-sans-3": "5.3.1",
}
"""Versions of the fonts that only scripts/fit_handwriting.py draws."""

_BUILT_UP = {"½": "12", "⅓": "13", "⅔": "23", "¼": "14", "¾": "34", "⅞": "78", "⅛": "18"}
_IN_LATIN = frozenset("½¼¾")
"""Fractions that the latin files have a glyph for."""


def fetch(package: str) -> Path:
    """Returns the folder of a font package's files, fetched by npm if it is not there yet."""
    version = PACKAGES[package][0] if package in PACKAGES else FURTHER[package]
    folder = CACHE / f"{package}-{version}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", f"@fontsource/{package}@{version}"], cwd=CACHE, check=True)
        with tarfile.open(CACHE / f"fontsource-{package}-{version}.tgz") as archive:
            archive.extractall(folder, filter="data")
    return folder / "package" / "files"


@dataclass(frozen=True)
class Face:
    """One style of one family; ``built_up`` draws every fraction as numerator, stroke, denominator."""

    package: str
    weight: int = 400
    style: str = "normal"
    built_up: bool = False

    def at(self, size: float) -> "Type":
        """Returns the face at a size in pixels."""
        return Type(self, size)


@lru_cache(maxsize=256)
def _font(face: Face, size: float) -> ImageFont.FreeTypeFont:
    folder = fetch(face.package)
    file = folder / f"{face.package}-latin-{face.weight}-{face.style}.woff"
    if not file.exists():  # typewriters have neither bold nor italic
        file = folder / f"{face.package}-latin-400-normal.woff"
    return ImageFont.truetype(str(file), size)


@dataclass(frozen=True)
class Type:
    """A face at a size: measures and draws single lines."""

    face: Face
    size: float

    def width(self, text: str) -> float:
        """Returns the advance of the text in pixels."""
        return sum(self._advance(piece) for piece in self._pieces(text))

    def draw(self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, fill: tuple[int, int, int]) -> None:
        """Draws the text; ``at`` is the start of its baseline."""
        x, y = at
        for piece in self._pieces(text):
            if self._drawn(piece):
                self._fraction(draw, (x, y), piece, fill)
            else:
                draw.text((x, y), piece, fill=fill, font=_font(self.face, self.size), anchor="ls")
            x += self._advance(piece)

    def wrap(self, text: str, width: float) -> list[str]:
        """Breaks the text at spaces into lines no wider than ``width``."""
        lines: list[str] = []
        for word in text.split():
            if lines and self.width(f"{lines[-1]} {word}") <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def _drawn(self, piece: str) -> bool:
        return piece in _BUILT_UP and (self.face.built_up or piece not in _IN_LATIN)

    def _pieces(self, text: str) -> list[str]:
        pieces: list[str] = []
        for char in text:
            if pieces and not self._drawn(char) and not self._drawn(pieces[-1]):
                pieces[-1] += char
            else:
                pieces.append(char)
        return pieces

    def _advance(self, piece: str) -> float:
        if self._drawn(piece):
            return 0.82 * self.size * (1.0 if self.face.built_up else 0.95)
        return _font(self.face, self.size).getlength(piece)

    def _fraction(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], piece: str, fill: tuple[int, int, int]
    ) -> None:
        x, y = at
        small = _font(self.face, self.size * 0.6)
        numerator, denominator = _BUILT_UP[piece]
        draw.text((x + 0.06 * self.size, y - 0.30 * self.size), numerator, fill=fill, font=small, anchor="ls")
        draw.text((x + 0.44 * self.size, y + 0.03 * self.size), denominator, fill=fill, font=small, anchor="ls")
        stroke = ((x + 0.20 * self.size, y + 0.04 * self.size), (x + 0.56 * self.size, y - 0.66 * self.size))
        draw.line(stroke, fill=fill, width=max(1, round(self.size / 16)))
