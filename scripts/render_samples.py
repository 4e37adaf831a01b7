"""Renders the sample pages in samples/ from the project's own recipes, each with a label of the same stem.

Usage: python scripts/render_samples.py [FOLDER]        (from the repository's root; fonts come from npm)
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image
from sampling.effects import aged, photographed, tilted
from sampling.pages import Sheet, label, set_beside, set_card, set_cookbook, set_page, set_screen
from sampling.typeface import PACKAGES, Face

QUALITY = 82
"""Of the JPEGs: all letters stay clear, and the folder stays small."""

_NO_TIME = time.gmtime(0)
"""In place of the clock, so that the same bytes come out each time."""


@dataclass(frozen=True)
class Sample:
    """One file: its name, its kind, what a person should know, and what makes its pages and bytes."""

    name: str
    category: str
    about: str
    render: Callable[[], tuple[list[Sheet], bytes]]


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Returns the picture's file."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(image: Image.Image, **options: object) -> bytes:
    """Returns the picture as JPEG."""
    return encoded(image, "JPEG", quality=QUALITY, **options)


def printed_page() -> tuple[list[Sheet], bytes]:
    """Black on white, as a printer's program makes it."""
    sheet = Sheet.blank(1100, 1420)
    set_page(sheet, "lemon_loaf", 150, size=29)
    sheet.trim(120)
    return [sheet], encoded(sheet.image.convert("L"), "PNG", optimize=True)


def cookbook() -> tuple[list[Sheet], bytes]:
    """An old cookbook, two recipes with two-column lists."""
    sheet = Sheet.blank(900, 1080)
    set_cookbook(sheet, ["brown_bread", "apple_pudding"], 110)
    sheet.trim(90)
    return [sheet], jpeg(aged(sheet.image, 11))


def magazine() -> tuple[list[Sheet], bytes]:
    """Ingredients beside the method."""
    sheet = Sheet.blank(1150, 740)
    set_beside(sheet, "chickpea_stew")
    return [sheet], jpeg(sheet.image)


def two_recipes() -> tuple[list[Sheet], bytes]:
    """Two recipes, one below the other."""
    sheet = Sheet.blank(1000, 1400)
    y = set_page(sheet, "pancakes", 110, size=27, margin=100)
    set_page(sheet, "berry_syrup", y + 70, size=27, margin=100)
    sheet.trim(110)
    return [sheet], encoded(sheet.image.convert("L"), "PNG", optimize=True)


def screen(key: str, dark: bool) -> Callable[[], tuple[list[Sheet], bytes]]:
    """A phone's screen, light or dark."""

    def render() -> tuple[list[Sheet], bytes]:
        paper, ink = ((24, 24, 27), (232, 232, 236)) if dark else ((255, 255, 255), (32, 33, 36))
        sheet = Sheet.blank(720, 1280, paper, ink)
        set_screen(sheet, key, dark)
        return [sheet], encoded(sheet.image.quantize(64), "PNG", optimize=True)

    return render


def phone_photo() -> tuple[list[Sheet], bytes]:
    """A printed page on a kitchen counter."""
    sheet = Sheet.blank(1100, 1420, (250, 248, 243))
    set_page(sheet, "tomato_tart", 130, size=30, margin=90)
    corners = ((0.10, 0.09), (0.89, 0.06), (0.95, 0.95), (0.05, 0.93))
    return [sheet], jpeg(photographed(sheet.image, 21, (1200, 1560), corners))


def turned(key: str, degrees: int) -> Callable[[], tuple[list[Sheet], bytes]]:
    """A scan laid sideways or on its head, without a word about it in the file."""

    def render() -> tuple[list[Sheet], bytes]:
        sheet = Sheet.blank(1000, 1150)
        set_page(sheet, key, 110, family="libre-baskerville", size=22, margin=80)
        sheet.trim(100)
        return [sheet], jpeg(aged(sheet.image, degrees, (0.98, 0.97, 0.94)).rotate(-degrees, expand=True))

    return render


def exif_turned() -> tuple[list[Sheet], bytes]:
    """A photo held sideways: the pixels lie on their side and EXIF says so."""
    sheet = Sheet.blank(1100, 760, (253, 250, 240), (40, 40, 60))
    set_card(sheet, "pickled_onions", Face("patrick-hand", built_up=True), 46, 5)
    photo = photographed(sheet.image, 33, (1280, 960), ((0.06, 0.09), (0.93, 0.07), (0.95, 0.90), (0.07, 0.93)))
    exif = Image.Exif()
    exif[0x0112] = 6
    return [sheet], jpeg(photo.rotate(90, expand=True), exif=exif)


def skewed() -> tuple[list[Sheet], bytes]:
    """A page laid crookedly on the scanner."""
    sheet = Sheet.blank(1000, 1000)
    set_page(sheet, "oat_bars", 120, size=27, margin=90)
    sheet.trim(100)
    return [sheet], jpeg(tilted(aged(sheet.image, 41, (0.99, 0.98, 0.96)), 4.5, (252, 250, 246)))


def card(key: str, face: Face, size: float, seed: int) -> Callable[[], tuple[list[Sheet], bytes]]:
    """A card written by hand, photographed."""

    def render() -> tuple[list[Sheet], bytes]:
        sheet = Sheet.blank(1250, 830, (253, 251, 244), (38, 44, 92))
        set_card(sheet, key, face, size, seed)
        corners = ((0.05, 0.10), (0.95, 0.07), (0.965, 0.91), (0.04, 0.94))
        return [sheet], jpeg(photographed(sheet.image, seed, (1280, 900), corners, shade=0.2, color=(188, 186, 182)))

    return render


def low_resolution() -> tuple[list[Sheet], bytes]:
    """A page saved far too small."""
    sheet = Sheet.blank(1100, 1220)
    set_page(sheet, "bean_chili", 120, family="libre-baskerville", size=23, margin=90)
    image = sheet.trim(100).image
    small = image.resize((440, round(440 * image.height / image.width)), Image.Resampling.LANCZOS)
    return [sheet], encoded(small, "JPEG", quality=70)


def pdf_pages() -> tuple[list[Sheet], bytes]:
    """A PDF of two scanned pages."""
    sheets = [Sheet.blank(1100, 1420), Sheet.blank(1100, 1420)]
    set_page(sheets[0], "chickpea_stew", 150, size=30)
    set_page(sheets[1], "oat_bars", 150, size=30)
    first, second = (sheet.image.convert("L") for sheet in sheets)
    return sheets, encoded(
        first,
        "PDF",
        save_all=True,
        append_images=[second],
        resolution=130,
        quality=75,
        creationDate=_NO_TIME,
        modDate=_NO_TIME,
    )


def tiff_pages() -> tuple[list[Sheet], bytes]:
    """A fax-like TIFF of two pages, black and white."""
    sheets = [Sheet.blank(1200, 1300), Sheet.blank(1200, 1300)]
    set_page(sheets[0], "pancakes", 150, family="special-elite", size=28)
    set_page(sheets[1], "berry_syrup", 150, family="special-elite", size=28)
    first, second = (sheet.image.convert("1", dither=Image.Dither.NONE) for sheet in sheets)
    return sheets, encoded(first, "TIFF", compression="group4", save_all=True, append_images=[second])


def phone_heic() -> tuple[list[Sheet], bytes]:
    """A page as an iPhone stores it."""
    sheet = Sheet.blank(1100, 1200, (252, 251, 248))
    set_page(sheet, "peanut_noodles", 120, family="libre-baskerville", size=27, margin=80)
    corners = ((0.08, 0.07), (0.93, 0.08), (0.91, 0.94), (0.07, 0.93))
    photo = photographed(sheet.image, 55, (1200, 1320), corners, shade=0.25)
    buffer = BytesIO()
    pillow_heif.from_pillow(photo).save(buffer, quality=60)
    return [sheet], buffer.getvalue()


SAMPLES = (
    Sample("printed_page.png", "printed_page", "A clean page: groups, a range, wrapped lines.", printed_page),
    Sample(
        "old_cookbook.jpg",
        "cookbook_scan",
        "Yellowed paper, two recipes, two-column lists, built-up fractions.",
        cookbook,
    ),
    Sample("magazine_columns.jpg", "printed_page", "Ingredients in a column beside the method.", magazine),
    Sample("two_recipes.png", "printed_page", "Two recipes, one below the other.", two_recipes),
    Sample(
        "screenshot_light.png",
        "screenshot",
        "A phone's browser; metric units, a sauce group.",
        screen("peanut_noodles", False),
    ),
    Sample(
        "screenshot_dark.png",
        "screenshot",
        "The same in dark mode, with a composite amount.",
        screen("bean_chili", True),
    ),
    Sample("phone_photo.jpg", "printed_page", "A page on a counter: perspective, shade, blur.", phone_photo),
    Sample("rotated_90.jpg", "printed_page", "Scanned sideways; the file does not say so.", turned("lemon_loaf", 90)),
    Sample("rotated_180.jpg", "printed_page", "Scanned upside down.", turned("oat_bars", 180)),
    Sample("exif_turned.jpg", "handwritten_card", "A card photographed sideways; EXIF says so.", exif_turned),
    Sample("skewed.jpg", "printed_page", "Tilted by 4.5 degrees.", skewed),
    Sample(
        "card_ginger_snaps.jpg",
        "handwritten_card",
        "A ruled card in a round hand.",
        card("ginger_snaps", Face("kalam", built_up=True), 40, 3),
    ),
    Sample(
        "card_corn_chowder.jpg",
        "handwritten_card",
        "A ruled card in a quick, narrow hand.",
        card("corn_chowder", Face("caveat", built_up=True), 44, 8),
    ),
    Sample("low_resolution.jpg", "printed_page", "Saved far too small.", low_resolution),
    Sample("two_pages.pdf", "printed_page", "Two scanned pages in one PDF.", pdf_pages),
    Sample("two_pages_fax.tif", "printed_page", "Two pages in one TIFF, black and white.", tiff_pages),
    Sample("phone.heic", "printed_page", "A photo in the format of iPhones.", phone_heic),
)


def main() -> None:
    """Writes all samples, their labels and the folder's README."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "samples")
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        sheets, data = sample.render()
        (folder / sample.name).write_bytes(data)
        text = json.dumps(label(sheets, sample.category), ensure_ascii=False, indent=1)
        (folder / sample.name).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
        print(f"{sample.name}: {len(data) // 1024} KiB, {len(sheets)} page(s)")
    (folder / "README.md").write_text(readme(), encoding="utf-8")


def readme() -> str:
    """What each sample is, and the fonts that they are set in."""
    files = "\n".join(f"| `{sample.name}` | {sample.category} | {sample.about} |" for sample in SAMPLES)
    fonts = "\n".join(
        f"| {name} | `@fontsource/{package}` {version} | {licence} |"
        for package, (version, name, licence) in PACKAGES.items()
    )
    return f"""# Samples
Rendered by `scripts/render_samples.py` from the project's own recipes (`scripts/sampling/recipes.yaml`); `make samples` renders them again. Nothing here was photographed or copied, so all of it is under the project's licence. Each file has a label of the same stem: text in reading order, titles and ingredients. A document of several pages has one label, its pages joined.

| file | kind | what it is |
|---|---|---|
{files}

Fonts, drawn into the pictures and not shipped:

| font | npm package | licence |
|---|---|---|
{fonts}
"""


if __name__ == "__main__":
    main()
