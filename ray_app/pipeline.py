"""One image's whole way: prepare -> read -> structure -> result. Both doors run this class and nothing else.

Knows the order of the steps; knows nothing of Ray, files or HTTP. Importing it loads no engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self

from ray_app.errors import FailureCode, NoticeCode, TooSmall
from ray_app.options import PipelineOptions
from ray_app.recipe.shortfall import has_words, why_incomplete, why_no_recipe
from ray_app.steps import Observer, Step, StepEvent, apply, ignore
from ray_app.types import THUMBNAIL_SIDE, Failure, ImageInput, ImageResult, PageText, PreparedImage, Recipe, RecipePage


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that stood between an image and its result, for notebooks and bug reports."""

    prepared: PreparedImage | Failure
    read: PageText | Failure
    structured: RecipePage | Failure
    result: ImageResult


class RecipePipeline:
    """Reads batches of images. One thread at a time; holds loaded engines until ``close``."""

    def __init__(
        self,
        prepare: Step[ImageInput, PreparedImage],
        read: Step[PreparedImage, PageText],
        structure: Step[PageText, RecipePage],
        *,
        fingerprint: str,
        observe: Observer = ignore,
    ) -> None:
        self._prepare, self._read, self._structure = prepare, read, structure
        self.fingerprint = fingerprint
        self._observe = observe

    @classmethod
    def from_options(cls, options: PipelineOptions, *, observe: Observer = ignore) -> Self:
        """Builds the steps, loading the engine.

        Raises:
            EngineUnavailable: the chosen engine or its weights are not installed.
        """
        from ray_app.engines.read import ReadStep
        from ray_app.imaging.prepare import PrepareStep
        from ray_app.recipe.build import StructureStep

        read = ReadStep.from_options(options.read)
        return cls(
            PrepareStep(options.prepare),
            read,
            StructureStep(options.structure),
            fingerprint=options.fingerprint(version("recipe-ocr"), *read.identity),
            observe=observe,
        )

    def run(self, images: Sequence[ImageInput]) -> list[ImageResult]:
        """Reads images; one result an image, in their order. Never raises for one image."""
        return [explanation.result for explanation in self._explain(images)]

    def explain(self, image: ImageInput) -> Explanation:
        """Reads one image and keeps every intermediate value."""
        return self._explain([image])[0]

    def prepare(self, images: Sequence[ImageInput]) -> list[PreparedImage | Failure]:
        """Only the first step, for a bulk layout that prepares on other machines than it reads on."""
        return apply(self._prepare, images, self._observe)

    def _explain(self, images: Sequence[ImageInput]) -> list[Explanation]:
        timings: dict[str, float] = {}

        def watch(event: StepEvent) -> None:
            timings[event.step] = event.seconds / max(1, event.items)
            self._observe(event)

        prepared = apply(self._prepare, images, watch)
        read = apply(self._read, prepared, watch)
        structured = apply(self._structure, read, watch)
        return [
            Explanation(prepared=one, read=two, structured=three, result=self._result(image, one, two, three, timings))
            for image, one, two, three in zip(images, prepared, read, structured, strict=True)
        ]

    def _result(
        self,
        image: ImageInput,
        prepared: PreparedImage | Failure,
        read: PageText | Failure,
        structured: RecipePage | Failure,
        timings: Mapping[str, float],
    ) -> ImageResult:
        page = structured.page if isinstance(structured, RecipePage) else read if isinstance(read, PageText) else None
        quality = prepared.quality if isinstance(prepared, PreparedImage) else None
        notices = (prepared.notices if isinstance(prepared, PreparedImage) else ()) + (page.notices if page else ())
        recipes: tuple[Recipe, ...] = ()
        if isinstance(structured, RecipePage):
            low = any(notice.code is NoticeCode.LOW_RESOLUTION for notice in notices)
            reason = why_no_recipe(structured.page, structured.recipes, low_resolution=low)
            failure = None if reason is None else Failure.of(reason, self._structure.name)
            recipes = structured.recipes if reason is None else ()
            notices += why_incomplete(recipes) if recipes else ()
            page = page if has_words(structured.page) else None  # specks are no text
        elif (
            structured.code is FailureCode.BLANK_PAGE
            and quality
            and max(quality.width, quality.height) < THUMBNAIL_SIDE
        ):
            failure = Failure.of(TooSmall.thumbnail((quality.width, quality.height)), structured.step)
        else:
            failure = structured
        return ImageResult(
            image_id=image.image_id,
            source=image.source,
            page_number=image.page,
            page=page,
            recipes=recipes,
            quality=quality,
            failure=failure,
            notices=notices,
            timings=dict(timings),
            fingerprint=self.fingerprint,
        )
