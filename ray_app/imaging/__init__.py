"""Bytes to pixels: decoding, scaling, deskewing, measuring."""
