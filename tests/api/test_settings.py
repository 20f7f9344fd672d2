from pathlib import Path

import pytest

from api.settings import Settings
from jobs.errors import InvalidInput


def test_nothing_is_needed_on_one_machine(tmp_path: Path) -> None:
    settings = Settings.from_environment({"AIPROD_DATA": str(tmp_path / "data")})

    assert settings.database_url == f"sqlite:///{tmp_path}/data/aiprod.db"
    assert settings.bucket is settings.topic is settings.push_audience is None
    assert settings.pool_size == 20


def test_settings_are_taken_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "DATABASE_URL": "postgresql://db/aiprod",
            "GCS_BUCKET_NAME": "media",
            "AIPROD_DB_POOL": "5",
            "AIPROD_ANSWER_TIMEOUT_S": "8",
            "AIPROD_RATE_PER_KEY": "60",
            "AIPROD_OPEN_METRICS": "1",
            "AIPROD_TENANT_DAY_USD": "20",
            "LOG_LEVEL": "debug",
        }
    )

    assert settings.database_url == "postgresql://db/aiprod"
    assert (settings.bucket, settings.pool_size, settings.rate_per_key) == ("media", 5, 60)
    assert settings.has_open_metrics
    assert settings.tenant_day_usd == 20
    assert settings.answer_timeout_s == 8
    assert settings.log_level == "DEBUG"


@pytest.mark.parametrize(
    ("given", "topic"),
    [
        pytest.param({}, None, id="no Pub/Sub"),
        pytest.param(
            {"PUBSUB_TOPIC_NAME": "projects/p/topics/a"}, "projects/p/topics/a-dlq", id="by name"
        ),
        pytest.param(
            {
                "PUBSUB_TOPIC_NAME": "projects/p/topics/a",
                "AIPROD_DEAD_LETTER_TOPIC": "projects/p/topics/b",
            },
            "projects/p/topics/b",
            id="another one",
        ),
    ],
)
def test_dead_letters_go_beside_the_jobs(given: dict[str, str], topic: str | None) -> None:
    settings = Settings.from_environment({"DATABASE_URL": "postgresql://db/a", **given})

    assert settings.dead_letter_topic == topic


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIPROD_DB_POOL", "0"),
        ("AIPROD_ANSWER_TIMEOUT_S", "0.5"),
        ("AIPROD_RATE_PER_KEY", "-1"),
        ("AIPROD_RATE_PER_TENANT", "1e3"),
        ("AIPROD_MAX_UPLOAD_BYTES", "\u0663"),
        ("AIPROD_OPEN_METRICS", "yes"),
        ("AIPROD_TENANT_DAY_USD", "-1"),
        ("AIPROD_LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        Settings.from_environment({"DATABASE_URL": "postgresql://db/a", name: value})
