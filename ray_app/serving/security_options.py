"""Settings of what stands between the network and the service, and what they may not be where. Uses none of them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ray_app.errors import ConfigError
from ray_app.options import Options

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-zA-Z0-9.\-]+(:\d{1,5})?$")]


class SecurityOptions(Options):
    """Who may ask, how much, from which sites, and whom the service tells of finished batches."""

    auth: Literal["keys", "off"] = Field("keys", description="off: everybody is an admin; for one's own machine.")
    keys_file: Path | None = Field(
        None, description="YAML file of API keys, as `recipe-ocr keys new` writes it; read again when it changes."
    )
    i_know_this_is_open: bool = Field(False, description="Production runs with `auth: off` only where this is true.")
    requests_per_minute: int = Field(
        120, ge=0, description="Requests a minute for each key, or for each address without keys; 0: no limit."
    )
    redis_url: str | None = Field(
        None,
        pattern=r"^(redis|rediss|unix)://",
        repr=False,  # may hold a password
        description="Redis that counts requests for all front doors together; null: each counts for itself.",
    )
    redis_timeout_s: float = Field(
        0.1, gt=0.0, description="Longest wait for Redis; then this front door counts by itself."
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Proxies in front that each add an address to X-Forwarded-For; tells clients without keys apart.",
    )
    cors_origins: tuple[Origin, ...] = Field(
        (), description="Other sites whose pages may use this service, such as https://recipes.example."
    )
    webhooks_allow_private: bool = Field(
        False,
        description="Webhooks may lead into this network and machine, to any port: whoever registers one reaches them.",
    )
    webhooks_allow_http: bool = Field(False, description="Webhooks may be told without TLS.")
    webhooks_timeout_s: float = Field(
        10.0, gt=0.0, description="Longest time for telling one webhook once, looking up its address included."
    )


def check(environment: str, options: SecurityOptions) -> None:
    """Refuses settings that would leave the service open, or closed to everybody.

    Args:
        environment: what the profile is for, such as ``production``.
        options: of that profile.

    Raises:
        ConfigError: keys are off in production and nobody has said aloud that they shall be, or no file has any.
    """
    if options.auth == "off":
        if environment == "production" and not options.i_know_this_is_open:
            raise ConfigError(
                "security.auth is off, so everybody could read and delete everything; "
                "set it to `keys`, or say security.i_know_this_is_open: true"
            )
    elif options.keys_file is None:
        raise ConfigError("security.auth is `keys`: name the file that holds them in security.keys_file")
