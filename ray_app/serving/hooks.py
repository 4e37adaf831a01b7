"""``/webhooks``: who wants to be told when a batch is over. Telling them is ``webhooks``' part."""

import secrets
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from ray_app.options import Options
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.process import PROBLEMS
from ray_app.serving.schemas import WebhookOut, WebhooksOut
from ray_app.serving.state import Asking, Parts, viewer
from ray_app.serving.webhooks import check_url
from ray_app.storage.webhooks import Webhook

router = APIRouter(tags=["webhooks"])


class WebhookIn(Options):
    """An address to be told."""

    url: str = Field(max_length=2000, description="https address that takes a POST.")
    secret: str | None = Field(
        None, min_length=16, max_length=200, description="Signs what is sent; null: one is made and told once."
    )


@router.post("/webhooks", status_code=201, summary="Register", responses={201: {"model": WebhookOut}, **PROBLEMS})
async def register(asked: WebhookIn, state: Parts, caller: Asking) -> Response:
    """Each batch of the caller's that is over is told to the address from now on, signed with the secret."""
    await check_url(asked.url, state.profile.security.webhooks)
    secret = asked.secret or secrets.token_urlsafe(32)
    hook = await state.resources.webhooks.register(caller.name, asked.url, secret)
    return JSONResponse({**_out(hook), "secret": None if asked.secret else secret}, 201)


@router.get("/webhooks", summary="List", responses={200: {"model": WebhooksOut}, **PROBLEMS})
async def listed(state: Parts, caller: Asking) -> Response:
    """Lists the caller's addresses; secrets are never told again."""
    hooks = await state.resources.webhooks.list(viewer(caller))
    return JSONResponse({"webhooks": [_out(hook) for hook in hooks]})


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="Remove", responses=PROBLEMS)
async def remove(webhook_id: str, state: Parts, caller: Asking) -> Response:
    """Tells the address nothing more."""
    if not await state.resources.webhooks.delete(webhook_id, viewer(caller)):
        raise Problem(ServiceCode.NOT_FOUND, "there is no such webhook")
    return Response(status_code=204)


def _out(hook: Webhook) -> dict[str, str | None]:
    created: datetime = hook.created_at
    return {"id": hook.id, "url": hook.url, "created_at": created.isoformat(), "secret": None}
