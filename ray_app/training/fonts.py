"""The fonts that lines are drawn in: fetched once from npm, each under a free licence."""

import subprocess
import tarfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

CACHE: Final = Path(__file__).resolve().parents[2] / "build" / "fonts"
"""In the checkout: teaching is done from one."""

_APACHE: Final = {
    "coming-soon", "crafty-girls", "homemade-apple", "just-another-hand", "rock-salt", "satisfy", "schoolbell", "special-elite",
}  # fmt: skip
_OTHER_VERSIONS: Final = {"league-script": "5.2.8", "source-sans-3": "5.3.1"}

CURSIVE: Final = [
    "allura",
    "cedarville-cursive",
    "cookie",
    "damion",
    "dancing-script",
    "dawning-of-a-new-day",
    "homemade-apple",
    "kristi",
    "la-belle-aurore",
    "league-script",
    "marck-script",
    "playwrite-us-trad",
    "rouge-script",
    "sacramento",
    "satisfy",
    "zeyada",
]
"""Joined-up hands: drawn word by word, as letters of their own would come apart."""

HANDS: Final = [
    "annie-use-your-telescope",
    "architects-daughter",
    "bad-script",
    "caveat",
    "coming-soon",
    "covered-by-your-grace",
    "crafty-girls",
    "dekko",
    "delius",
    "gaegu",
    "give-you-glory",
    "gloria-hallelujah",
    "gochi-hand",
    "handlee",
    "indie-flower",
    "just-another-hand",
    "kalam",
    "loved-by-the-king",
    "mali",
    "mansalva",
    "nanum-pen-script",
    "neucha",
    "nothing-you-could-do",
    "over-the-rainbow",
    "pangolin",
    "patrick-hand",
    "reenie-beanie",
    "rock-salt",
    "schoolbell",
    "shadows-into-light",
    "short-stack",
    "sriracha",
    "sue-ellen-francisco",
    "swanky-and-moo-moo",
    "the-girl-next-door",
    "waiting-for-the-sunrise",
]

OLD: Final = [
    "old-standard-tt",
    "im-fell-english",
    "libre-caslon-text",
    "goudy-bookletter-1911",
    "sorts-mill-goudy",
    "special-elite",
    "courier-prime",
    "cutive-mono",
    "eb-garamond",
    "libre-baskerville",
]

MODERN: Final = [
    "inter",
    "lora",
    "source-sans-3",
    "roboto",
    "open-sans",
    "lato",
    "merriweather",
    "playfair-display",
    "crimson-text",
    "cormorant-garamond",
    "bitter",
    "josefin-sans",
    "oswald",
    "roboto-condensed",
    "nunito",
    "arvo",
    "gupter",
    "vollkorn",
    "pt-serif",
    "poppins",
]


def version(package: str) -> str:
    """Returns the pinned version of a package under @fontsource."""
    return _OTHER_VERSIONS.get(package, "5.3.0")


def licence(package: str) -> str:
    """Returns the font's licence, as its package states it."""
    return "Apache-2.0" if package in _APACHE else "OFL-1.1"


def fetch(packages: Iterable[str]) -> None:
    """Fetches what is not there yet from npm, all in one call."""
    missing = [name for name in packages if not _folder(name).is_dir()]
    if not missing:
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    names = [f"@fontsource/{name}@{version(name)}" for name in missing]
    subprocess.run(["npm", "pack", "--silent", *names], cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
    for name in missing:
        with tarfile.open(CACHE / f"fontsource-{name}-{version(name)}.tgz") as archive:
            archive.extractall(_folder(name), filter="data")


def every() -> list[str]:
    """Returns all families, in a fixed order."""
    return [*CURSIVE, *HANDS, *OLD, *MODERN]


@lru_cache(maxsize=512)
def font(package: str, weight: int, size: int) -> ImageFont.FreeTypeFont:
    """Returns a family at a size in pixels; where the weight is missing, the regular one."""
    folder = _folder(package) / "package" / "files"
    file = folder / f"{package}-latin-{weight}-normal.woff"
    if not file.exists():
        file = folder / f"{package}-latin-400-normal.woff"
    return ImageFont.truetype(str(file), size)


@lru_cache(maxsize=65536)
def has(package: str, char: str) -> bool:
    """Tells whether the family has a glyph for the character."""
    if char == " ":
        return True
    probe = font(package, 400, 24)
    mask, missing = probe.getmask(char), probe.getmask("\uffff")
    return bool(mask.getbbox()) and (mask.size != missing.size or bytes(mask) != bytes(missing))


def _folder(package: str) -> Path:
    return CACHE / f"{package}-{version(package)}"
