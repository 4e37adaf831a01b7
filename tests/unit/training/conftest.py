from collections.abc import Iterator

import pytest
from PIL import ImageFont

from ray_app.training import fonts


@pytest.fixture
def one_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pillow's own font in place of those from npm, so that no test needs a network."""
    fonts.has.cache_clear()
    monkeypatch.setattr(fonts, "font", lambda package, weight, size: ImageFont.load_default(size))
    yield
    fonts.has.cache_clear()
