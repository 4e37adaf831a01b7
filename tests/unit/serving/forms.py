"""Forms as clients send them, and requests without a server."""

from collections.abc import Iterable

from starlette.requests import Request

BOUNDARY = "-----boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def file_part(field, name, data, media_type="image/jpeg"):
    head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: {media_type}\r\n\r\n'
    return head.encode() + data


def field_part(name, value):
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value


def form(*parts):
    return b"".join(b"--%s\r\n%s\r\n" % (BOUNDARY.encode(), part) for part in parts) + b"--%s--\r\n" % BOUNDARY.encode()


def pieces(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


def request(chunks: Iterable[bytes], content_type=MULTIPART, *, gone=False, headers=()):
    """A request whose body comes in these chunks; then the client goes away or is done."""
    coming = iter(chunks)

    async def receive():
        for chunk in coming:
            return {"type": "http.request", "body": chunk, "more_body": True}
        return {"type": "http.disconnect"} if gone else {"type": "http.request", "body": b"", "more_body": False}

    head = [(b"content-type", content_type.encode("latin-1")), *headers]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": head}, receive)
