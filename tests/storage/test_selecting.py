"""Which jobs an option means, on both databases."""

from typing import Any

from sqlalchemy import update

from jobs.elements import Ending, PartStatus
from jobs.reprocessing import Measure
from jobs.stages import Stage
from jobs.states import Status
from storage.intake import Intake
from storage.tables import JOBS, PARTS
from tests.storage.archive import TENANT, Archive, Made


def test_each_option_means_its_jobs(archive: Archive) -> None:
    archive.submit("quiet", preset="quick_social")
    archive.end(
        "quiet", Ending.DONE, Made(Stage.VOICE, provider="elevenlabs", model="v3"), lufs=-23.5
    )
    archive.submit("loud", preset="brand_campaign", metadata={"preset": "quick_social"})
    archive.end("loud", Ending.DONE, Made(Stage.VOICE, PartStatus.CACHED, "espeak"), lufs=-14)
    archive.done("mute", Made(Stage.MUSIC, PartStatus.FAILED, "suno"))
    archive.submit("broken")
    archive.end("broken", Ending.FAILED, Made(Stage.VOICE, provider="elevenlabs"))
    archive.submit("stopped")
    Intake(archive.database).cancel(TENANT, "stopped")
    archive.submit("waiting")
    archive.done("strange", tenant="other")
    with archive.database.begin() as connection:
        for at, name in enumerate(("quiet", "loud", "mute", "broken", "stopped")):
            connection.execute(update(JOBS).where(JOBS.c.id == name).values(created_at=float(at)))
        connection.execute(update(PARTS).where(PARTS.c.job_id == "mute").values(version=0))
    options: dict[str, tuple[dict[str, Any], list[str]]] = {
        "nothing": ({}, ["quiet", "loud", "mute", "broken", "stopped"]),
        "done": ({"status": Status.DONE}, ["quiet", "loud", "mute"]),
        "failed": ({"status": Status.FAILED}, ["broken"]),
        "cancelled": ({"status": Status.CANCELLED}, ["stopped"]),
        "since": ({"since_s": 3.0}, ["broken", "stopped"]),
        "until": ({"until_s": 2.0}, ["quiet", "loud"]),
        "preset": ({"preset": "quick_social"}, ["quiet"]),
        "provider": ({"provider": "elevenlabs"}, ["quiet"]),
        "provider of what was found": ({"provider": "espeak"}, ["loud"]),
        "provider that failed": ({"provider": "suno"}, []),
        "model": ({"model": "v3"}, ["quiet"]),
        "below": ({"measures": (Measure("lufs", "<", -20.0),)}, ["quiet"]),
        "above": ({"measures": (Measure("lufs", ">", -20.0),)}, ["loud"]),
        "missing": ({"missing": Stage.MUSIC}, ["mute"]),
        "stale": ({"is_stale": True}, ["mute"]),
        "ids": ({"ids": ("loud", "strange", "waiting", "broken")}, ["loud", "broken"]),
        "both": ({"status": Status.DONE, "since_s": 1.0, "preset": "brand_campaign"}, ["loud"]),
    }

    found = {name: archive.matching(**given) for name, (given, _) in options.items()}

    assert found == {name: meant for name, (_, meant) in options.items()}


def test_a_job_that_was_run_again_is_meant_by_the_video_that_it_shows(archive: Archive) -> None:
    archive.done("one", Made(Stage.VOICE, provider="espeak"))
    Intake(archive.database).retry(TENANT, "one")
    archive.end("one", Ending.DONE, Made(Stage.VOICE, provider="elevenlabs"))

    newest = archive.matching(provider="espeak"), archive.matching(provider="elevenlabs")
    archive.reruns.show(TENANT, "one", 1)

    assert newest == ([], ["one"])
    assert archive.matching(provider="espeak") == ["one"]
