"""The dashboards of Grafana."""

import re

import pytest

from deployments.monitoring.grafana import COLUMNS, Panel, model
from deployments.monitoring.write_dashboards import ALL, FOLDER, text
from tests.deployments.exported import exported, strangers

KNOWN = exported()
UNITS = {"short", "s", "reqps", "percentunit", "currencyUSD"}
PANELS = [panel for dashboard in ALL for panel in dashboard.panels]


def test_files_are_those_that_make_dashboards_writes() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}

    assert found == {f"{dashboard.name}.json": text(dashboard) for dashboard in ALL}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_asks_for_what_the_service_exports(panel: Panel) -> None:
    for query in panel.queries:
        assert list(strangers(query.expression, KNOWN)) == []


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_has_a_unit_and_its_series_have_names(panel: Panel) -> None:
    assert panel.unit in UNITS
    for query in panel.queries:
        assert query.legend
        for label in re.findall(r"{{(\w+)}}", query.legend):
            assert re.search(rf"by \([^)]*\b{label}\b", query.expression), query.legend


def test_titles_are_told_apart() -> None:
    for dashboard in ALL:
        titles = [panel.title for panel in dashboard.panels]
        assert len(set(titles)) == len(titles)


def test_every_metric_is_on_a_dashboard() -> None:
    shown = " ".join(query.expression for panel in PANELS for query in panel.queries)
    parts = {"aiprod_http_request_seconds_sum", "aiprod_http_request_seconds_created"}

    missing = [name for name in KNOWN.keys() - parts if not re.search(rf"\b{name}\b", shown)]

    assert missing == ["aiprod_outbox_rings"]  # their age says more


def test_panels_lie_beside_and_below_each_other() -> None:
    for dashboard in ALL:
        covered = [
            (column, row)
            for panel in model(dashboard)["panels"]
            for place in [panel["gridPos"]]
            for column in range(place["x"], place["x"] + place["w"])
            for row in range(place["y"], place["y"] + place["h"])
        ]
        assert len(set(covered)) == len(covered)
        assert max(column for column, _ in covered) < COLUMNS


def test_every_query_goes_to_the_source_that_is_chosen() -> None:
    for dashboard in ALL:
        page = model(dashboard)
        (variable,) = page["templating"]["list"]
        source = {"type": variable["query"], "uid": f"${{{variable['name']}}}"}
        for panel in page["panels"]:
            assert panel["datasource"] == source
            assert [target["datasource"] for target in panel["targets"]] == [source] * len(
                panel["targets"]
            )
