"""The answers' shape as OpenAPI tells it. Answers are not built from these; a test holds real ones against them.

Knows field names and their meaning; knows nothing of how they come about.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of all answers: a field that is not described here is a mistake."""

    model_config = ConfigDict(extra="forbid")


class AmountOut(Answer):
    """One amount of an ingredient."""

    quantity: str | None = Field(description='"2", "1/2", "1 1/2", "2-3"; null where none is given or readable.')
    unit: str | None = Field(description='Singular full word such as "tablespoon".')
    text: str = Field(description="As written on the page.")


class IngredientOut(Answer):
    """One ingredient with its place in the picture."""

    line: str = Field(description="The line as read.")
    quantity: str | None = Field(description="Of the amount to cook with; null is never a guess.")
    unit: str | None
    name: str | None
    preparation: str | None
    size: str | None
    comment: str | None
    group: str | None = Field(description='Heading that it stands under, such as "For the sauce".')
    confidence: float = Field(ge=0.0, le=1.0)
    polygon: list[tuple[float, float]] = Field(description="Corners in pixels of the upright picture, origin top left.")
    recipe: int = Field(ge=0, description="Index among `titles`.")
    page: int = Field(ge=1)
    amounts: list[AmountOut] = Field(description='All amounts; composites such as "1 (14 oz) can" have several.')
    readings_disagree: list[AmountOut] = Field(
        description="The amount as each recognizer alone read it, where they disagree; else empty."
    )


class MentionedOut(IngredientOut):
    """One ingredient that only the directions name, apart from the list."""

    sentence: str = Field(description="Of the directions, in which it stands; `line` is the words that name it.")


class RecipeOut(Answer):
    """One recipe of the file."""

    title: str | None
    servings: str | None
    times: dict[str, str]
    directions: list[str]
    notes: list[str]


class ErrorOut(Answer):
    """Why nothing (or not all) was read."""

    code: str
    message: str
    advice: str


class WarningOut(Answer):
    """A remark on a page that was read all the same, or on one that holds no recipe."""

    page: int
    code: str
    message: str
    advice: str | None = None


class SizeOut(Answer):
    """A page's size in pixels, upright; pages that could not be decoded have none."""

    page: int
    width: int
    height: int


class ExtractionOut(Answer):
    """What was found in one file."""

    job_id: str
    path: str = Field(description="Name of the file as it was sent.")
    status: Literal["ok", "partial", "failed"] = Field(
        description="partial: less than a whole recipe; `warnings` say what is missing."
    )
    error: ErrorOut | None
    engine: str | None
    text: str
    title: str | None
    titles: list[str | None]
    ingredients: list[IngredientOut]
    directions: list[str]
    mentioned: list[MentionedOut] = Field(description="What has an amount in the directions and not in the list.")
    recipes: list[RecipeOut]
    pages: int
    warnings: list[WarningOut]
    cached: bool
    cache_level: Literal["memory", "redis", "disk"] | None
    degraded: str | None = Field(description="Why another engine than the usual one has read.")
    processing_ms: float
    quality_score: float | None = Field(description="How good the picture is for reading, 0..1.")
    confidence: float | None = Field(description="Mean over the ingredients, 0..1.")
    review: list[int] = Field(description="Indexes of ingredients that a person should look at.")
    images: list[SizeOut]
    fingerprint: str = Field(description="Digest of settings, engine, weights and code that made this result.")


class JobOut(Answer):
    """One job as lists and progress show it."""

    id: str
    kind: Literal["process", "batch"]
    name: str | None
    status: Literal["queued", "running", "completed", "failed", "cancelled"]
    priority: int
    total: int
    done: int
    failed: int
    cancelled: int
    created_at: str
    finished_at: str | None


class SkippedOut(Answer):
    """A file of a ZIP that is no picture."""

    name: str
    why: str


class BatchOut(JobOut):
    """A batch that was taken."""

    skipped: list[SkippedOut]


class ItemOut(Answer):
    """One file of a job."""

    item: int
    name: str
    media_type: str | None
    size: int
    status: Literal["queued", "running", "ok", "failed", "cancelled"]
    attempts: int
    engine: str | None
    cached: str | None
    seconds: float | None
    error: ErrorOut | None


class JobDetailOut(JobOut):
    """One job with its files; ``result`` is the answer of a single file's job."""

    items: list[ItemOut]
    result: ExtractionOut | None = None


class JobsOut(Answer):
    """A page of jobs, newest first."""

    jobs: list[JobOut]
    next: str | None = Field(description="Give it as `cursor` for the next page; null on the last one.")


class ComponentOut(Answer):
    """One part of the service."""

    status: Literal["ok", "degraded", "down", "off"]
    latency_ms: float | None
    message: str


class HealthOut(Answer):
    """All parts; the service's own status is the worst of those that it needs."""

    status: Literal["ok", "degraded", "down"]
    version: str
    components: dict[str, ComponentOut]


class EngineOut(Answer):
    """One engine that may be asked for."""

    name: str
    available: bool
    default: bool


class LimitsOut(Answer):
    """What one client may ask for."""

    file_mb: int
    batch_items: int
    pages: int
    pixels: int
    request_seconds: float


class CapabilitiesOut(Answer):
    """What the service can do."""

    version: str
    environment: str
    engines: list[EngineOut]
    formats: list[str]
    limits: LimitsOut


class ClearedOut(Answer):
    """Entries removed from each level of the cache."""

    cleared: dict[str, int | None]


class WebhookOut(Answer):
    """An address that is told of batches that are over."""

    id: str
    url: str
    created_at: str
    secret: str | None = Field(description="Told once, and only where it was made here.")


class WebhooksOut(Answer):
    """All of the caller's."""

    webhooks: list[WebhookOut]


class ProblemOut(Answer):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable; react to this one.")
    message: str
    advice: str
    trace_id: str = Field(description="Name it when you ask for help; the service's log has the rest.")
    job_id: str | None = Field(None, description="Of the job that keeps what was read all the same.")
