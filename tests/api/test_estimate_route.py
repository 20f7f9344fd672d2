from typing import Any

from jobs.assets import list_assets
from jobs.casting import Casting
from jobs.document import job_from
from jobs.elements import Part, PartStatus, Task
from jobs.slate import Slate
from jobs.stages import Stage
from storage.artefacts import Artefacts, Origin
from storage.ledger import Ledger
from storage.parts import Parts
from tests.api.service import Service


def test_an_estimate_tells_length_parts_and_cost(service: Service) -> None:
    document = {
        "scenes": [{"narration": "One.", "duration_s": 2}, {"duration_s": 3, "visual": SKY}],
        "music": None,
    }

    told = service.client.post("/v1/estimate", json=document).json()

    parts = {stage["stage"]: (stage["parts"], stage["cached"]) for stage in told["stages"]}
    assert (told["scenes"], told["length_s"]) == (2, 5.0)
    assert parts["voice"] == (1, 0)
    assert parts["visual"] == (2, 0)
    assert "music" not in parts
    assert told["cost_usd"] == 0.0


def test_an_estimate_counts_once_what_variants_share(service: Service) -> None:
    french = {"translations": {"fr": {"narration": "Un."}}}
    document = {
        "scenes": [{"narration": "One.", "visual": SKY, "duration_s": 2, **french}],
        "variants": {"languages": ["en", "fr"], "aspect_ratios": ["16:9", "9:16"]},
    }

    told = service.client.post("/v1/estimate", json=document).json()

    parts = {stage["stage"]: stage["parts"] for stage in told["stages"]}
    names = ["en-16x9", "en-9x16", "fr-16x9", "fr-9x16"]
    assert (parts["voice"], parts["music"], parts["visual"], parts["finish"]) == (2, 1, 2, 4)
    assert [(one["name"], one["length_s"]) for one in told["variants"]] == [(n, 2.0) for n in names]
    assert told["length_s"] == 8.0


def test_an_estimate_makes_no_job(service: Service) -> None:
    service.client.post("/v1/estimate", json={"prompt": "One."})

    assert service.client.get("/v1/jobs").json()["jobs"] == []
    assert service.rings.commits == 0


def narrated(*narrations: str) -> dict[str, Any]:
    return {"scenes": [{"narration": one} for one in narrations], "music": None}


def speak(service: Service, job_id: str) -> None:
    """Speaks the narrations of a job, as its worker would."""
    run, ledger = service.begin(job_id), Ledger(service.services.database, patience_s=0)
    row = service.services.catalogue.job("acme", job_id, with_submission=True)
    assert row is not None
    assert row.submission is not None
    for asset in list_assets(job_from(row.submission.document), row.submission, Casting()):
        if asset.stage is Stage.VOICE:
            key = Slate("acme").key(asset.stage, asset.offer)
            facts = {"samples": 48_000, "words": [], "lufs": -20.0}
            media = {"audio": (asset.task_id.encode(), ".wav")}
            artefacts = Artefacts(service.services.blobs)
            artefacts.keep(asset.stage, key, Origin("espeak"), media, facts, 1.0)
            Parts(ledger.database, patience_s=0).plan(
                [(Task(run, asset.task_id, asset.stage, 2, True, key, "", "", {}), 1)]
            )
            done = PartStatus.DONE
            Parts(ledger.database, patience_s=0).note(
                Part(run, asset.task_id, asset.stage, 2, True, key, "", done)
            )


def voices(told: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [
        (part["task"], part["status"], part["because"])
        for part in told["parts"]
        if part["stage"] == "voice"
    ]


def test_an_estimate_says_what_becomes_of_each_part(service: Service) -> None:
    speak(service, service.submit(**narrated("One.", "Two.")))

    told = service.client.post("/v1/estimate", json=narrated("One.", "Deux.")).json()

    assert voices(told) == [("voice/000", "reused", []), ("voice/001", "new", [])]
    assert told["compared_with"] is None
    assert {part["stage"] for part in told["parts"]} == {"voice", "visual"}


def test_an_estimate_says_why_a_part_would_be_made_again(service: Service) -> None:
    job_id = service.submit(**narrated("One.", "Two."))
    speak(service, job_id)

    told = service.client.post(
        "/v1/estimate", params={"compare_with": job_id}, json=narrated("One.", "Deux.")
    ).json()

    assert voices(told) == [
        ("voice/000", "reused", []),
        ("voice/001", "made_again", ["scenes[1].narration changed"]),
    ]
    assert told["compared_with"] == {"id": job_id, "run": 1}


def test_an_estimate_compares_with_no_job_of_somebody_else(service: Service) -> None:
    job_id = service.submit(**narrated("One."))

    answer = service.stranger.post(
        "/v1/estimate", params={"compare_with": job_id}, json=narrated("One.")
    )

    assert answer.status_code == 404


SKY = {"type": "prompt", "prompt": "sky"}
