import pytest

from ray_app.errors import ConfigError
from ray_app.options import PipelineOptions
from ray_app.serving.profile import ServingProfile


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({}, "environment"),
        ({"environment": "home"}, "environment"),
        ({"environment": "staging", "default_reader": "nobody"}, "readers are: paddle"),
        (
            {"environment": "staging", "readers": {"paddle": {"min_replicas": 3, "max_replicas": 2}}},
            "below min_replicas",
        ),
        ({"environment": "staging", "readers": {"paddle": {"batch_size": 9, "max_ongoing": 4}}}, "never fill"),
        ({"environment": "staging", "limits": {"file_mb": 0}}, "limits.file_mb"),
        ({"environment": "staging", "cache": {"ttl_second": 3}}, "did you mean 'ttl_seconds'"),
    ],
)
def test_a_wrong_profile_is_refused_and_the_setting_named(tree, said):
    with pytest.raises(ConfigError) as refused:
        ServingProfile.load(tree)
    assert said in str(refused.value)


def test_limits_hold_in_the_reader_and_leave_its_results_the_same():
    profile = ServingProfile.load({"environment": "staging", "limits": {"file_mb": 3, "request_timeout_s": 7.0}})
    pipeline = profile.pipeline("paddle")
    assert pipeline.prepare.max_bytes == 3 * 1024 * 1024
    assert pipeline.worker.timeout_s == 7.0
    assert pipeline.fingerprint("x") == PipelineOptions().fingerprint("x")


def test_passwords_are_not_told():
    secret = {"url": "postgresql://me:" + "hidden@db/jobs"}
    assert "hidden" not in repr(ServingProfile.load({"environment": "staging", "database": secret}))
