"""Telling other servers by HTTP that a batch is over: signed, again and again, and never inside our own network.

What is checked is the address of each connection at the moment it is made, so that no way of writing a host, and no
name that changes its address in between (DNS rebinding), leads around the check.
Knows HTTP and addresses; who is to be told of what stands in ``storage.webhooks``.
"""

import asyncio
import hmac
import ipaddress
import json
import logging
import random
import re
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version

import aiohttp
from yarl import URL

from ray_app.errors import RecipeOcrError
from ray_app.serving.jobs import job_out
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.security_options import WebhookOptions
from ray_app.storage.webhooks import DueDelivery, WebhookStore

log = logging.getLogger(__name__)

SIGNATURE = "X-Recipe-OCR-Signature"
DELIVERY = "X-Recipe-OCR-Delivery"

WAITS_S = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0)
"""How long is waited after the first failed attempt, the second, and so on, 20 % more or less."""

AT_ONCE = 20
"""Deliveries of one round, made at the same time."""

_LEASE_SLACK_S = 30.0
"""How much longer than its own time a delivery is held, for noting what became of it."""

_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_INSIDE = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # for protocols, and Oracle's metadata; older Pythons take it for public
    ipaddress.IPv4Network("168.63.129.16/32"),  # Azure's own, which each of its machines can reach
)
_SIGNED = re.compile(r"t=(\d{1,15}),v1=[0-9a-f]{64}", re.ASCII)
_GONE = 410


class NotDelivered(RecipeOcrError):
    """The other side was not told; ``retry`` is False where trying again is of no use."""

    def __init__(self, reason: str, *, retry: bool) -> None:
        super().__init__(reason)
        self.retry = retry


def sign(secret: str, body: bytes, timestamp: int) -> str:
    """Returns the header ``X-Recipe-OCR-Signature`` of a body sent at this Unix time: ``t=<unix>,v1=<hex>``."""
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def verify(secret: str, body: bytes, signature: str, now: float, tolerance_s: float = 300.0) -> bool:
    """Tells whether the header signs this body, and was made at most ``tolerance_s`` ago: what a receiver does."""
    found = _SIGNED.fullmatch(signature)
    if found is None or abs(now - int(found[1])) > tolerance_s:
        return False
    return hmac.compare_digest(sign(secret, body, int(found[1])), signature)


def retry_at(attempt: int, now: datetime) -> datetime | None:
    """Returns when to try again after a failed attempt, counted from 1; None: never."""
    if attempt > len(WAITS_S):
        return None
    return now + timedelta(seconds=WAITS_S[attempt - 1] * random.uniform(0.8, 1.2))


async def check_url(url: str, options: WebhookOptions) -> None:
    """Refuses at registration what could never be told. Names are looked up, and the answer is not told: it may be secret.

    Raises:
        Problem: the settings do not allow this address, or it leads nowhere.
    """
    try:
        target = _target(url, options)
        if not options.allow_private and not await _leads_outside(target, options.timeout_s):
            raise NotDelivered("its host has no address in the public network", retry=False)
    except NotDelivered as error:
        raise Problem(ServiceCode.INVALID_REQUEST, f"url: {error}") from None


async def deliver(url: str, body: bytes, headers: Mapping[str, str], options: WebhookOptions) -> None:
    """Posts a body. The answer's body is not read; redirects are not followed, as they could lead anywhere.

    Raises:
        NotDelivered: the address is not allowed, nobody answers in time, or the answer is not 2xx.
    """
    target = _target(url, options)
    # A connector each: no connection is kept, and proxies of the environment, which would look up the name, are not used.
    connector = aiohttp.TCPConnector(
        socket_factory=None if options.allow_private else _public_socket, happy_eyeballs_delay=None, force_close=True
    )
    timeout = aiohttp.ClientTimeout(total=options.timeout_s)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session,
            session.post(target, data=body, headers=headers, allow_redirects=False) as response,
        ):
            status = response.status
    except TimeoutError:
        raise NotDelivered(f"no answer within {options.timeout_s:g} s", retry=True) from None
    except (aiohttp.InvalidURL, UnicodeError):
        raise NotDelivered("its host is not written as one", retry=False) from None
    except (aiohttp.ClientError, OSError) as error:
        raise NotDelivered(f"it cannot be reached: {error or type(error).__name__}", retry=True) from None
    if not 200 <= status < 300:
        raise NotDelivered(f"it answered {status}", retry=status != _GONE)


class Postman:
    """Tells what the outbox holds. Any number may work on one outbox; an end may be told twice, under one delivery id.

    Args:
        store: addresses and outbox.
        options: settings.
        clock: the time now.
    """

    def __init__(
        self, store: WebhookStore, options: WebhookOptions, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self._options, self._clock = store, options, clock
        self._agent = f"recipe-ocr/{version('recipe-ocr')}"

    async def round(self) -> None:
        """Tells what is due now, at most ``AT_ONCE``, and notes what became of it.

        Raises:
            ExceptionGroup: the database fails meanwhile; what was told but not noted will be told again.
            DatabaseUnavailable: it fails before.
        """
        due = await self._store.claim_due(AT_ONCE, self._options.timeout_s + _LEASE_SLACK_S)
        async with asyncio.TaskGroup() as group:
            for one in due:
                group.create_task(self._tell(one))

    async def _tell(self, due: DueDelivery) -> None:
        message = {"event": "job.finished", "delivery": due.id, "job": job_out(due.job)}
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self._agent,
            DELIVERY: due.id,
            SIGNATURE: sign(due.secret, body, int(self._clock().timestamp())),
        }
        try:
            await deliver(due.url, body, headers, self._options)
        except NotDelivered as error:
            again = retry_at(due.attempt, self._clock()) if error.retry else None
            await self._store.failed(due, str(error), again)
            if again is None:
                # The host only: a path or query may hold a secret of the receiver's.
                log.warning("%s is not told that job %s is over: %s", URL(due.url).host, due.job.id, error)
        else:
            await self._store.delivered(due)


def _target(url: str, options: WebhookOptions) -> URL:
    """The address as the HTTP client will understand it."""
    try:
        target = URL(url)
    except ValueError as error:
        raise NotDelivered(str(error), retry=False) from None
    except IndexError:  # yarl's answer to brackets in a user's name without a host
        raise NotDelivered("its host is not written as one", retry=False) from None
    if target.scheme != "https" and not (options.allow_http and target.scheme == "http"):
        raise NotDelivered(f"it must begin with https://{' or http://' if options.allow_http else ''}", retry=False)
    if not target.raw_host or target.user is not None or target.password is not None:
        raise NotDelivered("it must name a host, and no user or password", retry=False)
    if target.port != _PORTS[target.scheme] and not options.allow_private:
        raise NotDelivered(f"port {target.port} is not allowed", retry=False)
    return target


async def _leads_outside(target: URL, timeout_s: float) -> bool:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            found = await loop.getaddrinfo(target.raw_host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return False
    return all(is_public(str(address[0])) for *_, address in found)


def _public_socket(connection: aiohttp.AddrInfoType) -> socket.socket:
    """The socket for a connection to this very address, if that is allowed; what aiohttp makes all its sockets with."""
    family, kind, protocol, _, address = connection
    if not is_public(str(address[0])):
        raise NotDelivered("it leads into a private network", retry=False)
    return socket.socket(family, kind, protocol)


def is_public(text: str) -> bool:
    """Tells whether this is an address of one server in the public network, also where IPv6 only carries IPv4."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)))
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    if any(address in network for network in _INSIDE):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
