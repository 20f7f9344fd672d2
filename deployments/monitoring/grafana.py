"""Dashboards as the JSON that Grafana imports."""

from typing import Any

from deployments.monitoring.panels import Dashboard, Panel

COLUMNS = 24  # of Grafana's grid
PANEL_COLUMNS, PANEL_ROWS = 8, 8  # three beside each other
SCHEMA_VERSION = 38  # of Grafana 10.1; newer ones migrate what they read
SOURCE = {"type": "prometheus", "uid": "${source}"}  # chosen at the top of the page


def model(dashboard: Dashboard) -> dict[str, Any]:
    """What Grafana imports."""
    return {
        "uid": f"aiprod-{dashboard.name}",
        "title": dashboard.title,
        "tags": ["aiprod"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "templating": {
            "list": [
                {
                    "name": "source",
                    "label": "Prometheus",
                    "type": "datasource",
                    "query": "prometheus",
                    "hide": 0,
                }
            ]
        },
        "panels": [_panel(number, panel) for number, panel in enumerate(dashboard.panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number * PANEL_COLUMNS, COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.told,
        "datasource": SOURCE,
        "gridPos": {"x": column, "y": row * PANEL_ROWS, "w": PANEL_COLUMNS, "h": PANEL_ROWS},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {
            "legend": {
                "displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": [],
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": SOURCE,
                "expr": query.expression,
                "legendFormat": query.legend,
                "range": True,
            }
            for place, query in enumerate(panel.queries)
        ],
    }  # fmt: skip
