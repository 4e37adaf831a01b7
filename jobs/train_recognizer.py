"""Teaches PP-OCRv6's recognizer to read recipes, for ``python jobs/train_recognizer.py`` or ``ray job submit``.

Running the same command again goes on from the last checkpoint below the output folder.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from ray_app.telemetry import logs
from ray_app.training.batches import Recipe
from ray_app.training.job import Place, train
from ray_app.training.learn import Course


def main(arguments: Sequence[str] | None = None) -> int:
    """Teaches and prints the digest of what was learned."""
    parser = argparse.ArgumentParser(description="Teaches PP-OCRv6's recognizer to read recipes.")
    parser.add_argument("--size", choices=("tiny", "small"), default="tiny")
    parser.add_argument("--steps", type=int, default=3600)
    parser.add_argument("--batch", type=int, default=24, help="lines a step and worker")
    parser.add_argument("--save-every", type=int, default=160, help="steps between two checkpoints")
    parser.add_argument("--body-rate", type=float, default=5e-4, help="learning rate of all but the head")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--distil", type=float, default=0.0, help="weight of the stock model's answer as a second teacher"
    )
    parser.add_argument("--kept", type=float, default=0.0, help="share of the stock weights in what is written, 0 to 1")
    parser.add_argument("--loaders", type=int, default=1, help="processes that draw lines, a worker")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads a worker")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--gpu", action="store_true", help="one GPU a worker")
    parser.add_argument("--output", type=Path, default=Path("out/taught"))
    chosen = parser.parse_args(arguments)

    logs.to_terminal()
    course = Course(
        size=chosen.size, steps=chosen.steps, batch=chosen.batch, save_every=chosen.save_every, distil=chosen.distil,
        loaders=chosen.loaders, threads=chosen.threads, body_rate=chosen.body_rate, kept=chosen.kept,
        recipe=Recipe(seed=chosen.seed),
    )  # fmt: skip
    place = Place(output=chosen.output, workers=chosen.workers, gpu=chosen.gpu, name=f"{chosen.size}-{chosen.seed}")
    logging.info("%s: %s", chosen.size, train(course, place))
    return 0


if __name__ == "__main__":
    sys.exit(main())
