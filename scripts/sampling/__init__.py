"""Rendering of the project's own sample pages; used by scripts/render_samples.py alone."""
