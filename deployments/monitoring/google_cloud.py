"""Dashboards as the JSON that Cloud Monitoring takes.

https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from deployments.monitoring.panels import Dashboard, Panel, Unit

COLUMNS = 12
PANEL_COLUMNS, PANEL_ROWS = 4, 4  # three beside each other
# In UCUM, as units of Google's metrics are.
UNITS: Mapping[Unit, str] = MappingProxyType(
    {"short": "1", "s": "s", "reqps": "1/s", "percentunit": "10^2.%", "currencyUSD": "{USD}"}
)


def model(dashboard: Dashboard) -> dict[str, Any]:
    """What `google_monitoring_dashboard` is made from."""
    return {
        "displayName": dashboard.title,
        "mosaicLayout": {
            "columns": COLUMNS,
            "tiles": [_tile(number, panel) for number, panel in enumerate(dashboard.panels)],
        },
    }


def _tile(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number * PANEL_COLUMNS, COLUMNS)
    return {
        "xPos": column,
        "yPos": row * PANEL_ROWS,
        "width": PANEL_COLUMNS,
        "height": PANEL_ROWS,
        "widget": {
            "title": panel.title,
            "xyChart": {
                "dataSets": [
                    {
                        "timeSeriesQuery": {
                            "prometheusQuery": query.expression,
                            "unitOverride": UNITS[panel.unit],
                        },
                        "legendTemplate": re.sub(r"{{(\w+)}}", r"${\1}", query.legend),
                        "plotType": "LINE",
                    }
                    for query in panel.queries
                ],
                "yAxis": {"scale": "LINEAR"},
            },
        },
    }
