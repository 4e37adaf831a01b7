"""Settings of what stands between the network and the service. Knows nothing of how they are used."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ray_app.options import Options

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-zA-Z0-9.\-]+(:\d{1,5})?$")]


class RateOptions(Options):
    """How much one client may ask for."""

    per_minute: int = Field(
        120, ge=0, description="Requests a minute for each key, or for each address without keys; 0: no limit."
    )
    redis_url: str | None = Field(
        None,
        pattern=r"^(redis|rediss|unix)://",
        repr=False,  # may hold a password
        description="Redis that counts for all front doors together; null: each front door counts for itself.",
    )
    redis_timeout_s: float = Field(
        0.1, gt=0.0, description="Longest wait for Redis; then this front door counts alone."
    )


class WebhookOptions(Options):
    """Telling other servers that a batch is over."""

    allow_http: bool = Field(False, description="Addresses without TLS are taken, too.")
    allow_private: bool = Field(
        False,
        description="Addresses inside this network or machine are taken, too, at any port: whoever registers one reaches them.",
    )
    timeout_s: float = Field(
        10.0, gt=0.0, description="Longest time for telling one address once, its lookup included."
    )


class SecurityOptions(Options):
    """Who may ask, how much, and what the answers say to browsers."""

    auth: Literal["keys", "off"] = Field("keys", description="off: everybody is an admin; for one's own machine.")
    keys_file: Path = Field(
        Path("~/.config/recipe-ocr/keys.yaml"),
        description="API keys, as `recipe-ocr keys new` writes them; read again when it changes.",
    )
    i_know_this_is_open: bool = Field(False, description="Production runs with `auth: off` only where this is true.")
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Proxies in front that each add an address to X-Forwarded-For; tells clients without keys apart.",
    )
    behind_https: bool = Field(
        False, description="A proxy in front speaks HTTPS: browsers are told to never come without (HSTS)."
    )
    cors_origins: tuple[Origin, ...] = Field(
        (), description="Other sites whose pages may use this service, such as https://recipes.example."
    )
    rates: RateOptions = RateOptions()
    webhooks: WebhookOptions = WebhookOptions()
