"""The dashboards, of Grafana and of Cloud Monitoring."""

import re

import pytest

from deployments.monitoring import google_cloud
from deployments.monitoring.grafana import COLUMNS, model
from deployments.monitoring.panels import Dashboard, Panel
from deployments.monitoring.write_dashboards import ALL, FOLDER, files
from tests.deployments.exported import exported, strangers
from tests.deployments.gcloud import refusal

KNOWN = exported()
PANELS = [panel for dashboard in ALL for panel in dashboard.panels]


def test_files_are_those_that_make_dashboards_writes() -> None:
    found = {
        str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8")
        for path in FOLDER.glob("*dashboards/*")
    }

    assert found == files()


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_asks_for_what_the_service_exports(panel: Panel) -> None:
    for query in panel.queries:
        assert list(strangers(query.expression, KNOWN)) == []


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_has_a_unit_and_its_series_have_names(panel: Panel) -> None:
    assert panel.unit in google_cloud.UNITS
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
        grids = [panel["gridPos"] for panel in model(dashboard)["panels"]]
        tiles = google_cloud.model(dashboard)["mosaicLayout"]["tiles"]
        for columns, places in (
            (COLUMNS, [(one["x"], one["y"], one["w"], one["h"]) for one in grids]),
            (
                google_cloud.COLUMNS,
                [(one["xPos"], one["yPos"], one["width"], one["height"]) for one in tiles],
            ),
        ):
            covered = [
                (column, row)
                for x, y, width, height in places
                for column in range(x, x + width)
                for row in range(y, y + height)
            ]
            assert len(set(covered)) == len(covered)
            assert max(column for column, _ in covered) < columns


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


def test_cloud_monitoring_is_asked_what_grafana_is_asked() -> None:
    for dashboard in ALL:
        panels = model(dashboard)["panels"]
        widgets = [one["widget"] for one in google_cloud.model(dashboard)["mosaicLayout"]["tiles"]]

        assert [one["title"] for one in widgets] == [one["title"] for one in panels]
        assert [
            [one["timeSeriesQuery"]["prometheusQuery"] for one in widget["xyChart"]["dataSets"]]
            for widget in widgets
        ] == [[one["expr"] for one in panel["targets"]] for panel in panels]


@pytest.mark.parametrize("dashboard", ALL, ids=lambda dashboard: dashboard.name)
def test_gcloud_takes_the_dashboard(dashboard: Dashboard) -> None:
    page = google_cloud.model(dashboard)
    misspelt = {**page, "mosaicLayout": {**page["mosaicLayout"], "column": 12}}

    assert refusal(page, "monitoring.v1.Dashboard") == ""
    assert "column" in refusal(misspelt, "monitoring.v1.Dashboard")


def test_a_legend_names_labels_as_cloud_monitoring_does() -> None:
    legends = [
        (query.legend, told["legendTemplate"])
        for dashboard in ALL
        for panel, tile in zip(
            dashboard.panels,
            google_cloud.model(dashboard)["mosaicLayout"]["tiles"],
            strict=True,
        )
        for query, told in zip(panel.queries, tile["widget"]["xyChart"]["dataSets"], strict=True)
    ]

    assert ("{{method}} {{route}}", "${method} ${route}") in legends
    assert not [told for _, told in legends if "{{" in told]
