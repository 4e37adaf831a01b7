"""What a request's handlers need, in one place; how they come by it, and who is asking.

Knows FastAPI's dependencies; knows nothing of single addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from ray_app.serving.auth import ApiKeys, Caller, require
from ray_app.serving.extractor import Reads
from ray_app.serving.problems import Problem
from ray_app.serving.profile import ServingProfile
from ray_app.serving.rate_limits import RateLimits, client_address
from ray_app.serving.resources import Resources
from ray_app.storage.jobs_values import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything behind the front door."""

    profile: ServingProfile
    readers: Mapping[str, Reads]
    keys: ApiKeys
    rates: RateLimits
    resources: Resources


def _state(request: Request) -> State:
    return cast(State, request.app.state.recipe_ocr)


Parts = Annotated[State, Depends(_state)]


async def _caller(request: Request, state: Parts) -> Caller:
    """Who asks; counted against their rate limit. Who has no valid key is counted by address, so that none is guessed."""
    address = client_address(request, state.profile.security.trusted_proxies)
    try:
        caller = state.keys.caller(request.headers)
    except Problem:
        await state.rates.hit(address)
        raise
    request.state.rate_headers = await state.rates.hit(caller.name or address)
    return caller


Asking = Annotated[Caller, Depends(_caller)]


def _admin(caller: Asking) -> Caller:
    require(caller, "admin")
    return caller


Admin = Annotated[Caller, Depends(_admin)]


def viewer(caller: Caller) -> Viewer:
    """Returns the jobs' view of who asks."""
    return Viewer(owner=caller.name, admin="admin" in caller.scopes)
