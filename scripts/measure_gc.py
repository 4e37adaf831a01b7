"""Does tuning Python's garbage collector pay? CPU time of reading the samples with and without, by turns (A-B-B-A).

"Tuned" is what services are often advised: freeze what start-up left, and collect a hundred times less often. CPU time of
this process counts, so that other programs on the machine hardly do.

Usage: scripts/measure_gc.py [ENGINE] [ROUNDS]
"""

import gc
import statistics
import sys
import time
from pathlib import Path

from ray_app import config
from ray_app.imaging.identity import image_id
from ray_app.pipeline import RecipePipeline
from ray_app.types import ImageInput

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
NAMES = ("card_ginger_snaps.jpg", "screenshot_dark.png", "printed_page.png")


def tune(tuned: bool) -> None:
    """Sets the collector; the other way restores Python's own settings."""
    gc.collect()
    if tuned:
        gc.freeze()
        gc.set_threshold(70_000, 50, 100)
    else:
        gc.unfreeze()
        gc.set_threshold(700, 10, 10)


def main() -> None:
    """Measures and prints."""
    engine = sys.argv[1] if len(sys.argv) > 1 else "tesseract"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    pipeline = RecipePipeline.from_options(config.load(None, (), engine).pipeline)
    images = [
        ImageInput(image_id=image_id(data), data=data, source=name)
        for name in NAMES
        for data in [(SAMPLES / name).read_bytes()]
    ]
    pipeline.run(images)
    spent: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for tuned in (False, True, True, False):
            tune(tuned)
            started = time.process_time()
            pipeline.run(images)
            spent[tuned].append(time.process_time() - started)
    for tuned, seconds in spent.items():
        name = "tuned" if tuned else "as it is"
        print(f"{name}: median {statistics.median(seconds):.3f} s, {min(seconds):.3f} to {max(seconds):.3f}")
    print(f"tuned over as it is: {statistics.median(spent[True]) / statistics.median(spent[False]):.3f}")


if __name__ == "__main__":
    main()
