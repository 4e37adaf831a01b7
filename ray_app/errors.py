"""What can go wrong, as one tree of exceptions and one list of codes.

::

    RecipeOcrError
      InputError            the image's fault; becomes a Failure, the run goes on
        EmptyFile           no bytes
        UnreadableFile      the file could not be opened or fetched
        NotAnImage          the bytes are no image format we know
        UnsupportedFormat   an image or document format that we know and don't read
        TruncatedImage      the format is known, the data ends too early or is damaged
        EncryptedPdf        the PDF asks for a password
        ZeroSizeImage       width or height is zero
        ImageTooLarge       more pixels or bytes than the limits allow (checked before decoding)
        BlankPage           decoded, but no text stands on it
        TooSmall            there may be text, but too few pixels to read it
        OtherScript         the text is in another script than the Latin one
        Illegible           something was read, but it makes no words
        NoRecipe            text was read, but nothing in it is a recipe
      EngineError           the engine's fault
        EngineUnavailable   not installed, or its weights are missing; raised before any image is read
        RecognitionFailed   the engine gave up on one image
        EngineCrashed       the engine's process died on this image, again and again
        EngineHung          the engine did not answer in time for this image, again and again
      ConfigError           a setting is wrong; raised at load
      MeasurementError      speed could not be measured
      RunError              the bulk run cannot start or cannot be trusted
        PreflightFailed     the cluster is too small, or the input or output cannot be used
        RunExists           the output folder holds another run
        LedgerUnbalanced    rows in and rows out do not add up

The classes know nothing of HTTP and nothing of exit codes: each door maps codes in one table of its own.
"""

from enum import StrEnum
from typing import ClassVar, Self


class FailureCode(StrEnum):
    """Stable names of failures, as they stand in rows, JSON lines and metrics."""

    EMPTY_FILE = "empty_file"
    UNREADABLE_FILE = "unreadable_file"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TRUNCATED_IMAGE = "truncated_image"
    ENCRYPTED_PDF = "encrypted_pdf"
    ZERO_SIZE_IMAGE = "zero_size_image"
    IMAGE_TOO_LARGE = "image_too_large"
    BLANK_PAGE = "blank_page"
    TOO_SMALL = "too_small"
    OTHER_SCRIPT = "other_script"
    ILLEGIBLE = "illegible"
    NO_RECIPE = "no_recipe"
    ENGINE_UNAVAILABLE = "engine_unavailable"
    RECOGNITION_FAILED = "recognition_failed"
    ENGINE_CRASHED = "engine_crashed"
    ENGINE_HUNG = "engine_hung"
    INTERNAL = "internal"


WITHOUT_RECIPE = frozenset(
    (
        *(FailureCode.BLANK_PAGE, FailureCode.TOO_SMALL, FailureCode.OTHER_SCRIPT),
        *(FailureCode.ILLEGIBLE, FailureCode.NO_RECIPE),
    )
)
"""What a picture may be without a fault of file or engine: it was looked at, and there is no recipe to give."""


class NoticeCode(StrEnum):
    """Stable names of remarks on images that were read all the same."""

    WRONG_EXTENSION = "wrong_extension"
    ENGINE_DEGRADED = "engine_degraded"
    LOW_RESOLUTION = "low_resolution"
    BLANK_PAGE = "blank_page"
    TEXT_BESIDE_CARD = "text_beside_card"
    NO_TITLE = "no_title"
    NO_INGREDIENTS = "no_ingredients"
    NO_DIRECTIONS = "no_directions"


INCOMPLETE = frozenset((NoticeCode.NO_TITLE, NoticeCode.NO_INGREDIENTS, NoticeCode.NO_DIRECTIONS))
"""Remarks by which what was found is no whole recipe."""


class RecipeOcrError(Exception):
    """Root of all errors that this package raises on purpose."""


class InputError(RecipeOcrError):
    """An image that cannot be read. ``code`` and ``advice`` are set by each subclass."""

    code: ClassVar[FailureCode]
    advice: ClassVar[str]
    retryable: ClassVar[bool] = False


class EmptyFile(InputError):
    """The file holds no bytes."""

    code = FailureCode.EMPTY_FILE
    advice = "The file is empty. Copy or download it again."


class UnreadableFile(InputError):
    """The file could not be opened, listed or fetched."""

    code = FailureCode.UNREADABLE_FILE
    advice = "Check that the file exists and that this user may read it, then run again with --retry-failed."
    retryable = True


class NotAnImage(InputError):
    """The bytes are of no image or document format."""

    code = FailureCode.NOT_AN_IMAGE
    advice = (
        "Give a JPEG, PNG, WebP, TIFF, GIF, BMP, HEIC or PDF file; this one is something else whatever its name says."
    )


class UnsupportedFormat(InputError):
    """The format is known, but not among those that are read."""

    code = FailureCode.UNSUPPORTED_FORMAT
    advice = "Convert it to JPEG, PNG, WebP, TIFF, GIF, BMP, HEIC or PDF."


class TruncatedImage(InputError):
    """The image data ends too early or is damaged."""

    code = FailureCode.TRUNCATED_IMAGE
    advice = "The file is damaged or was cut short. Copy, download or scan it again."


class EncryptedPdf(InputError):
    """The PDF asks for a password."""

    code = FailureCode.ENCRYPTED_PDF
    advice = "Save the PDF without a password and give it again."


class ZeroSizeImage(InputError):
    """Width or height is zero."""

    code = FailureCode.ZERO_SIZE_IMAGE
    advice = "The picture has no pixels. Export or scan it again."


class ImageTooLarge(InputError):
    """More pixels or bytes than the limits allow; found before decoding."""

    code = FailureCode.IMAGE_TOO_LARGE
    advice = (
        "Scale the picture down, or raise pipeline.prepare.max_pixels (or max_bytes) if you trust where it came from."
    )


class BlankPage(InputError):
    """No text stands on the page."""

    code = FailureCode.BLANK_PAGE
    advice = "No text was found. If there is some, photograph it again: sharper, closer, in even light."


class TooSmall(InputError):
    """There may be text, but the picture has too few pixels to read it."""

    code = FailureCode.TOO_SMALL
    advice = "Give the picture itself, not its thumbnail, or photograph it closer: letters should be 20 pixels high."

    @classmethod
    def thumbnail(cls, size: tuple[int, int]) -> Self:
        """Returns the error of a picture of this (width, height) on which nothing can be read."""
        return cls(f"nothing can be read on {size[0]} x {size[1]} pixels")


class OtherScript(InputError):
    """The text is in another script than the Latin one."""

    code = FailureCode.OTHER_SCRIPT
    advice = "Only recipes in Latin letters are read, and only English ones are taken apart well."


class Illegible(InputError):
    """Something was read, but it makes no words."""

    code = FailureCode.ILLEGIBLE
    advice = "Photograph it again: sharper, closer, in even light. Scripts other than the Latin one are not read."


class NoRecipe(InputError):
    """Text was read, but nothing in it looks like a recipe."""

    code = FailureCode.NO_RECIPE
    advice = "The text is kept in the row. If this is a recipe, check that the page is complete and sharp."


class EngineError(RecipeOcrError):
    """An engine cannot do its work; raised plainly where its process cannot be started at all."""

    code: ClassVar[FailureCode] = FailureCode.ENGINE_CRASHED
    advice: ClassVar[str] = "The engine cannot be kept running here; its own words stand above. Try another (--engine)."
    retryable: ClassVar[bool] = False


class EngineUnavailable(EngineError):
    """The engine or its weights are not installed; raised before any image is read."""

    code = FailureCode.ENGINE_UNAVAILABLE
    advice = "Install the engine's extra, or choose another engine."


class RecognitionFailed(EngineError):
    """The engine gave up on one image."""

    code = FailureCode.RECOGNITION_FAILED
    advice = "Try another engine for this image (--engine), or run again with --retry-failed."
    retryable = True


class EngineCrashed(EngineError):
    """The engine's process died on this image each time it was tried."""

    code = FailureCode.ENGINE_CRASHED
    advice = "The image is quarantined. Re-save it with another program, or try another engine (--engine)."


class EngineHung(EngineError):
    """The engine gave no answer in time for this image each time it was tried."""

    code = FailureCode.ENGINE_HUNG
    advice = "The image is quarantined. Re-save it smaller, try another engine, or raise pipeline.worker.timeout_s."


class ConfigError(RecipeOcrError):
    """A setting is unknown or out of range; the message names it."""


class MeasurementError(RecipeOcrError):
    """A measurement could not be taken: the service did not come up, or load could not be made."""


class RunError(RecipeOcrError):
    """A bulk run cannot start, or its outcome cannot be trusted."""


class PreflightFailed(RunError):
    """The cluster, the input or the output cannot carry the run; nothing was read."""


class RunExists(RunError):
    """The output folder belongs to another run (other settings or other weights)."""


class LedgerUnbalanced(RunError):
    """Rows in and rows out do not add up."""
