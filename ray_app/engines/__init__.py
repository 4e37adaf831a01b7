"""Pixels to lines: one file an engine, and the choice between them."""
