"""The pipeline alone, as a program: what profilers look at, and what the service is measured against.

``python -m ray_app.performance.reading IMAGE...`` reads each once. With ``--turns`` it reads the first at each line of its
standard input, and prints the seconds it took.
"""

import argparse
import sys
import time
from pathlib import Path

from ray_app import config
from ray_app.imaging.identity import image_id
from ray_app.pipeline import RecipePipeline
from ray_app.types import ImageInput


def main() -> None:
    """Reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", action="store_true")
    parser.add_argument("--engine")
    parser.add_argument("images", nargs="+", type=Path)
    chosen = parser.parse_args()
    pipeline = RecipePipeline.from_options(config.load(None, (), chosen.engine).pipeline)
    images = [_image(path) for path in chosen.images]
    pipeline.run(images[:1])  # the first one also loads weights
    for _ in sys.stdin if chosen.turns else ():
        started = time.perf_counter()
        pipeline.run(images[:1])
        print(time.perf_counter() - started, flush=True)  # noqa: T201 -- the answer to whoever measures
    if not chosen.turns:
        for image in images:
            pipeline.run([image])


def _image(path: Path) -> ImageInput:
    data = path.read_bytes()
    return ImageInput(image_id=image_id(data), data=data, source=path.name)


if __name__ == "__main__":
    main()
