from tests.api.service import Service


def test_an_operator_switches_paying_off_and_on(service: Service) -> None:
    operator = service.client_with("operator")

    before = operator.get("/v1/spending")
    off = operator.put("/v1/spending", json={"is_on": False})
    after = operator.get("/v1/spending")
    on = operator.put("/v1/spending", json={"is_on": True})

    assert (before.status_code, before.json()) == (200, {"is_on": True, "spent_today_usd": 0.0})
    assert (off.json()["is_on"], after.json()["is_on"], on.json()["is_on"]) == (False, False, True)
    entries = service.services.audit.page("acme", 10)
    noted = [entry.data for entry in entries if entry.action == "spending.switched"]
    assert noted == [{"is_on": True}, {"is_on": False}]


def test_nobody_else_may(service: Service) -> None:
    answer = service.client_with("jobs:read", "jobs:write", "admin").put(
        "/v1/spending", json={"is_on": False}
    )

    assert (answer.status_code, answer.json()["scope"]) == (403, "operator")
