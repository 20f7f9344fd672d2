"""What lies between us and readers, such as a CDN, may keep what is public."""

from tests.api.service import Service

PUBLIC = {"/v1/schema"}


def test_only_what_is_the_same_for_everybody_may_be_kept_for_others(embedded: Service) -> None:
    job_id = embedded.submit()
    embedded.finish(job_id, {"final.mp4": b"film"})
    document = embedded.anonymous.get("/openapi.json").json()
    kept = {}

    for path, methods in document["paths"].items():
        # Of events only what an ended job says: others go on.
        if "get" in methods:
            address = path.replace("{job_id}", job_id).replace("{name}", "final.mp4")
            answer = embedded.client.get(address)
            kept[path] = answer.headers["cache-control"]

    assert {path for path, said in kept.items() if "public" in said} == PUBLIC
    assert all(
        "no-store" in said or "no-cache" in said
        for path, said in kept.items()
        if path not in PUBLIC
    )
