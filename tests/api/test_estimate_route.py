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


SKY = {"type": "prompt", "prompt": "sky"}
