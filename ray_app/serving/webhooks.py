"""Telling other servers by HTTP that a batch is over: signed, and never to an address inside our own network.

The name is looked up once, all its addresses are checked, and the connection goes to one of those that were checked,
so that a name that changes in between (DNS rebinding) leads nowhere. Knows HTTP and addresses; who is to be told, and
what, stands in ``storage.webhooks``.
"""

import asyncio
import hmac
import ipaddress
import random
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit

import httpx2

from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.security_options import WebhookOptions

SIGNATURE = "X-Recipe-OCR-Signature"
DELIVERY = "X-Recipe-OCR-Delivery"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GONE = 410


class DeliveryFailed(Exception):
    """The other side was not told; ``final`` where trying again is of no use."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


def sign(secret: str, body: bytes, at: float) -> str:
    """Returns the signature header's value for a body sent at this Unix time."""
    seconds = int(at)
    digest = hmac.new(secret.encode(), b"%d." % seconds + body, sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def verify(secret: str, body: bytes, header: str, now: float, tolerance_s: float = 300.0) -> bool:
    """Tells whether the header signs this body, and not too long ago; what a receiver does."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    try:
        at = int(parts.get("t", ""))
    except ValueError:
        return False
    return abs(now - at) <= tolerance_s and hmac.compare_digest(sign(secret, body, at).encode(), header.encode())


def retry_after(attempt: int, options: WebhookOptions, jitter: Callable[[], float] = random.random) -> float | None:
    """Returns the seconds to wait after a failed attempt (from 1), 20 % more or less; None: give up."""
    if attempt >= options.attempts:
        return None
    seconds = min(options.first_retry_s * 3.0 ** (attempt - 1), options.longest_retry_s)
    return seconds * (0.8 + 0.4 * jitter())


def check_url(url: str, options: WebhookOptions) -> None:
    """Refuses at registration what could never be told.

    Raises:
        Problem: the URL is not one that the settings allow.
    """
    try:
        _split(url, options)
    except DeliveryFailed as error:
        raise Problem(ServiceCode.INVALID_REQUEST, f"url: {error}") from None


async def addresses_of(host: str, port: int) -> list[str]:
    """Looks a name up.

    Raises:
        OSError: it has no address.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class WebhookSender:
    """Sends; may be used by many tasks at once.

    Args:
        options: settings.
        resolve: looks names up.
        tls: which certificates are trusted; None: those of the system.
    """

    def __init__(
        self, options: WebhookOptions, *, resolve: Resolve = addresses_of, tls: ssl.SSLContext | None = None
    ) -> None:
        self._options, self._resolve = options, resolve
        self._tls = tls or ssl.create_default_context()

    async def send(self, url: str, secret: str, body: bytes, *, delivery_id: str) -> None:
        """Sends the body (JSON), signed; the same delivery may come twice, with the same id.

        Raises:
            DeliveryFailed: the address is not allowed, nobody answers in time, or the answer is not 2xx.
        """
        try:
            async with asyncio.timeout(self._options.timeout_s):
                status = await self._post(url, secret, body, delivery_id)
        except TimeoutError:
            raise DeliveryFailed(f"no answer within {self._options.timeout_s:g} s") from None
        except (OSError, UnicodeError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise DeliveryFailed(f"it cannot be reached: {error or type(error).__name__}") from None
        if not 200 <= status < 300:  # redirects, too: they could lead anywhere
            raise DeliveryFailed(f"it answered {status}", final=status == _GONE)

    async def _post(self, url: str, secret: str, body: bytes, delivery_id: str) -> int:
        parts = _split(url, self._options)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        address = self._allowed(await self._resolve(host, port))
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "recipe-ocr",
            DELIVERY: delivery_id,
            SIGNATURE: sign(secret, body, time.time()),
        }
        checked = httpx2.URL(url).copy_with(host=str(address), port=port)
        # A proxy from the environment would look the name up again. One client each: no connection is ever shared.
        async with (
            httpx2.AsyncClient(verify=self._tls, trust_env=False, timeout=self._options.timeout_s) as client,
            client.stream(
                "POST", checked, content=body, headers=headers, extensions={"sni_hostname": host}
            ) as response,  # whose body nobody needs
        ):
            return response.status_code

    def _allowed(self, found: list[str]) -> Address:
        addresses = [ipaddress.ip_address(one) for one in found]
        if not self._options.allow_private:
            for address in addresses:
                if not _is_public(address):
                    raise DeliveryFailed(f"{address} lies in a private network", final=True)
        return addresses[0]


def _split(url: str, options: WebhookOptions) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DeliveryFailed(str(error), final=True) from None
    schemes = {"https", "http"} if options.allow_http else {"https"}
    if parts.scheme not in schemes:
        raise DeliveryFailed("it must begin with https://", final=True)
    if not parts.hostname or "@" in parts.netloc or any(one.isspace() or not one.isprintable() for one in url):
        raise DeliveryFailed("it must name a host, and no user or password", final=True)
    if port not in (None, *_PORTS.values()) and not options.allow_any_port:
        raise DeliveryFailed(f"the port {port} is not allowed", final=True)
    return parts


def _is_public(address: Address) -> bool:
    """True for addresses of the public network, also where an IPv4 address is wrapped in the IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.is_site_local or not all(_is_public(one) for one in wrapped if one is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved
