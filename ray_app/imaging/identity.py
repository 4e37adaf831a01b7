"""Names for images, made from their content alone. Knows nothing of formats; imports no image library."""

import hashlib

_ID_LENGTH = 32
"""Hex characters kept of the SHA-256: 128 bits, far more than a billion images need to stay apart."""


def content_digest(data: bytes) -> str:
    """Returns the SHA-256 of the bytes, 64 hex characters; equal files have equal digests."""
    return hashlib.sha256(data).hexdigest()


def image_id(data: bytes, page: int = 1, pages: int = 1) -> str:
    """Returns the id of one page: 32 hex characters, and ``-p0002`` for page 2 of a document with several.

    Args:
        data: the whole file.
        page: which page, from 1.
        pages: how many pages the file has.

    Raises:
        ValueError: ``page`` does not lie in 1..``pages``.
    """
    if not 1 <= page <= pages:
        raise ValueError(f"page {page} of {pages}")
    digest = content_digest(data)[:_ID_LENGTH]
    return digest if pages == 1 else f"{digest}-p{page:04d}"


def file_id(page_id: str) -> str:
    """Returns the id of the file that a page is of: what :func:`image_id` makes of its bytes alone."""
    return page_id.partition("-p")[0]
