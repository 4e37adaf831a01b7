"""Results to keep, of every shape that the cache must tell apart."""

from dataclasses import replace
from fractions import Fraction

from ray_app.errors import EngineCrashed, ImageTooLarge, NoRecipe, NoticeCode, RecognitionFailed
from ray_app.geometry import Quad
from ray_app.storage.cache_values import CacheKey
from ray_app.types import (
    Amount,
    Direction,
    EngineInfo,
    Failure,
    FieldConfidence,
    ImageResult,
    Ingredient,
    Mentioned,
    Notice,
    PageText,
    Quality,
    Recipe,
    TextLine,
)

KEY = CacheKey(image_id="0123456789abcdef0123456789abcdef", fingerprint="feedfacecafebeef")

_BOX = Quad.box(1.5, 2.0, 30.0, 10.25)

RICH = ImageResult(
    image_id=KEY.image_id,
    source="/kitchen/über.jpg",
    page_number=1,
    page=PageText(
        image_id=KEY.image_id,
        size=(40, 30),
        lines=(
            TextLine(text="Plain Cake", confidence=0.9, quad=_BOX),
            TextLine(
                text="1 ½-2 cups flour", confidence=None, quad=_BOX, readings=("1 ½-2 cups flonr", "12-2 cups flour")
            ),
        ),
        engine=EngineInfo(kind="fake", version="1", models=("weights",)),
        rotation=90,
    ),
    recipes=(
        Recipe(
            title="Plain Cake",
            servings=None,
            times={"bake": "1 hour"},
            ingredients=(
                Ingredient(
                    text="1 ½-2 cups flour",
                    amounts=(Amount(quantity=Fraction(3, 2), quantity_max=Fraction(2), unit="cup", text="1 ½-2 cups"),),
                    name="flour",
                    preparation=None,
                    size=None,
                    comment=None,
                    group="For the cake",
                    confidence=0.8,
                    fields=FieldConfidence(quantity=0.9, name=0.7),
                    lines=(1,),
                    quad=_BOX,
                    readings_disagree=(
                        Amount(quantity=Fraction(3, 2), quantity_max=Fraction(2), unit="cup", text="1 ½-2 cups"),
                        Amount(quantity=None, unit="cup", text="12-2 cups"),
                    ),
                ),
            ),
            directions=(Direction(text="Bake with 1 egg.", lines=(0,)),),
            mentioned=(
                Mentioned(
                    ingredient=Ingredient(
                        text="1 egg",
                        amounts=(Amount(quantity=Fraction(1), text="1"),),
                        name="egg",
                        preparation=None,
                        size=None,
                        comment=None,
                        group=None,
                        confidence=0.7,
                        fields=FieldConfidence(quantity=0.9, name=0.7),
                        lines=(0,),
                        quad=_BOX,
                    ),
                    sentence="Bake with 1 egg.",
                ),
            ),
            notes=("Keeps well.",),
            lines=(0, 1),
        ),
    ),
    quality=Quality(
        width=40,
        height=30,
        text_density=0.5,
        handwritten_probability=0.1,
        sharpness=100.0,
        skew_degrees=-0.5,
        ink=0.1,
    ),
    failure=None,
    notices=(Notice(code=NoticeCode.LOW_RESOLUTION, message="small"),),
    timings={"read": 0.25},
    fingerprint=KEY.fingerprint,
)

NAMELESS = replace(RICH, source="")


def failed(error):
    return replace(RICH, recipes=(), failure=Failure.of(error, "read"))


FINAL = (failed(NoRecipe("none")), failed(EngineCrashed("died")))
PASSING = (failed(RecognitionFailed("gave up")), failed(ImageTooLarge("too large here")))
