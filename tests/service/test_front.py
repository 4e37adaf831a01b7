import pytest

from ray_app.serving.front import Front
from ray_app.serving.reader import ReplicaTooLarge
from tests.local_service import own_profile


def test_a_front_door_over_its_memory_says_so(tmp_path):
    Front(own_profile(tmp_path, front={"memory_mb": 100_000}), {}, None).check_health()
    with pytest.raises(ReplicaTooLarge, match="128 are allowed"):  # this process has loaded Ray, which takes more
        Front(own_profile(tmp_path, front={"memory_mb": 128}), {}, None).check_health()
