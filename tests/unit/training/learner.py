"""One of two learners that share their gradients over gloo, as Ray Train sets them up: python learner.py RANK MEETING_FILE."""

import hashlib
import sys

import torch
from PIL import ImageFont
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from ray_app.training import fonts
from ray_app.training.learn import Course, State, learn, plain, start


def main(rank: int, meeting: str) -> None:
    """Prints the mean loss and the digest of the weights."""
    fonts.font = lambda package, weight, size: ImageFont.load_default(size)
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=2)

    def told(state: State, figures: dict[str, float]) -> None:
        weights = b"".join(value.numpy().tobytes() for value in plain(state.net).state_dict().values())
        print(figures["loss"], hashlib.sha256(weights).hexdigest())

    course = Course(steps=2, batch=2, warm_up=1, save_every=2, loaders=0, threads=1)
    learn(course, start(course, DistributedDataParallel), rank=rank, world=2, report=told)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
