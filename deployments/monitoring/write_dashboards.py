"""`make dashboards`: writes the dashboards, for Grafana and for Cloud Monitoring.

What is counted in the ledger is the same on every instance, hence `max`; instances come and go,
hence the growth of a maximum rather than the maximum of growths.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deployments.monitoring import google_cloud, grafana
from deployments.monitoring.panels import Dashboard, Panel, Query

FOLDER = Path(__file__).parent

ASKED = 'aiprod_http_request_seconds_count{route!~"/health|/ready|/metrics"}'
FAILED = 'aiprod_http_request_seconds_count{route!~"/health|/ready|/metrics",status="5xx"}'
CALLS = "max by (provider, status) (aiprod_provider_calls)"
COSTS = "max by (provider, status) (aiprod_provider_cost_usd)"
LOST_COSTS = 'max by (provider, status) (aiprod_provider_cost_usd{status=~"unknown|unusable"})'


def _in_hour(series: str) -> str:
    """How much it has grown."""
    return f"clamp_min(delta({series}[1h:1m]), 0)"


def _in_day(series: str) -> str:
    return f"clamp_min(delta({series}[1d:5m]), 0)"


def _latency(share: float) -> str:
    buckets = "sum by (le) (rate(aiprod_http_request_seconds_bucket[5m]))"
    return f"histogram_quantile({share}, {buckets})"


def _parts(statuses: str) -> str:
    return f'sum by (stage) (max by (stage, status) (aiprod_parts{{status=~"{statuses}"}}))'


SERVICE = Dashboard(
    "service",
    "AIPROD: service",
    [
        Panel(
            "Requests, by status", "reqps",
            [Query(f"sum by (status) (rate({ASKED}[5m]))", "{{status}}")],
            "Without probes. aborted: the client went away before the answer began.",
        ),
        Panel(
            "Requests that fail", "percentunit",
            [Query(f"(sum(rate({FAILED}[5m])) or vector(0)) / sum(rate({ASKED}[5m]))", "5xx")],
            "An alert fires above 5 %.",
        ),
        Panel(
            "Time until an answer begins", "s",
            [Query(_latency(0.5), "half of the requests"), Query(_latency(0.95), "95 % of them")],
        ),
        Panel(
            "Requests, by route", "reqps",
            [
                Query(
                    "topk(10, sum by (method, route)"
                    " (rate(aiprod_http_request_seconds_count[5m])))",
                    "{{method}} {{route}}",
                )
            ],
            "The ten that are asked most.",
        ),
        Panel(
            "Instances", "short",
            [
                Query("count(aiprod_ledger_up)", "that answer"),
                Query("sum(aiprod_ledger_up)", "that reach the ledger"),
            ],
        ),
        Panel(
            "Free on the disk of the data", "percentunit",
            [
                Query(
                    "min by (instance) (aiprod_disk_free_bytes / aiprod_disk_bytes)", "{{instance}}"
                )
            ],
        ),
        Panel(
            "Webhooks, by status", "short",
            [Query("max by (status) (aiprod_webhook_deliveries)", "{{status}}")],
        ),
        Panel(
            "Attempts to deliver webhooks that failed, in an hour", "short",
            [Query(_in_hour("max(aiprod_webhook_failed_attempts)"), "attempts")],
        ),
        Panel(
            "Until the next API key ends", "s",
            [Query("min(aiprod_key_expires_seconds)", "key in use")],
            "Nothing is shown while no key that is in use ends.",
        ),
    ],
)  # fmt: skip

PIPELINE = Dashboard(
    "pipeline",
    "AIPROD: pipeline",
    [
        Panel(
            "Jobs that wait", "short",
            [Query("max by (queue) (aiprod_queue_jobs)", "{{queue}}")],
        ),
        Panel(
            "How long the first in line has waited", "s",
            [Query("max by (queue) (aiprod_queue_oldest_seconds)", "{{queue}}")],
        ),
        Panel(
            "Jobs at work", "short",
            [
                Query(
                    "max by (status)"
                    ' (aiprod_jobs{status=~"planning|generating|rendering|awaiting_review"})',
                    "{{status}}",
                )
            ],
        ),
        Panel(
            "Jobs that ended, in an hour", "short",
            [
                Query(
                    _in_hour('max by (status) (aiprod_jobs{status=~"done|failed|cancelled"})'),
                    "{{status}}",
                )
            ],
        ),
        Panel(
            "Jobs and messages that need somebody", "short",
            [
                Query("max(aiprod_stuck_jobs)", "stuck jobs"),
                Query("max(aiprod_dead_letters)", "dead letters"),
            ],
        ),
        Panel(
            "How long a ring has waited to be published", "s",
            [Query("max(aiprod_outbox_oldest_seconds)", "the oldest")],
        ),
        Panel(
            "Parts that ended, in an hour", "short",
            [Query(_in_hour(_parts("done|cached|failed")), "{{stage}}")],
        ),
        Panel(
            "Time that a part takes", "s",
            [
                Query(
                    'max by (stage) (aiprod_part_seconds{status="done"})'
                    ' / (max by (stage) (aiprod_parts{status="done"}) > 0)',
                    "{{stage}}",
                )
            ],
            "The mean since the ledger began, of parts that were made and not found.",
        ),
        Panel(
            "Seconds of video per second of rendering", "short",
            [
                Query(
                    "max(aiprod_rendered_video_seconds) / max(aiprod_rendering_seconds)",
                    "of one task",
                )
            ],
        ),
        Panel(
            "Video delivered, in an hour", "s",
            [Query(_in_hour("max(aiprod_video_seconds)"), "how long it plays")],
        ),
        Panel(
            "Videos delivered, in an hour", "short",
            [Query(_in_hour("max(aiprod_videos)"), "videos")],
        ),
        Panel(
            "Frames rendered, in an hour", "short",
            [Query(_in_hour("max(aiprod_rendered_frames)"), "frames")],
        ),
    ],
)  # fmt: skip

MONEY = Dashboard(
    "money",
    "AIPROD: money",
    [
        Panel(
            "Spent in an hour, by provider", "currencyUSD",
            [Query(f"sum by (provider) (delta({COSTS}[1h:1m]))", "{{provider}}")],
        ),
        Panel(
            "Spent in a day, by provider", "currencyUSD",
            [Query(f"sum by (provider) (delta({COSTS}[1d:5m]))", "{{provider}}")],
        ),
        Panel(
            "Spent today, by tenant", "currencyUSD",
            [
                Query("max by (tenant) (aiprod_tenant_spent_today_usd)", "{{tenant}}"),
                Query("max(aiprod_tenant_day_limit_usd)", "limit of each"),
            ],
            "Spent or reserved since midnight UTC, by the tenants that spent most.",
        ),
        Panel(
            "Paid calls, in an hour", "short",
            [
                Query(
                    _in_hour('max by (provider) (aiprod_provider_calls{status="paid"})'),
                    "{{provider}}",
                )
            ],
        ),
        Panel(
            "Cost of a paid call", "currencyUSD",
            [
                Query(
                    'max by (provider) (aiprod_provider_cost_usd{status="paid"})'
                    ' / (max by (provider) (aiprod_provider_calls{status="paid"}) > 0)',
                    "{{provider}}",
                )
            ],
            "The mean since the ledger began.",
        ),
        Panel(
            "Cost of a minute of video", "currencyUSD",
            [Query(f"sum({COSTS}) / (max(aiprod_video_seconds) / 60)", "mean")],
            "All that was spent since the ledger began, by all that was delivered.",
        ),
        Panel(
            "Calls that are under way", "short",
            [
                Query(
                    'max by (provider) (aiprod_provider_calls{status="open"})', "{{provider}}"
                )
            ],
        ),
        Panel(
            "Paid for nothing, in a day", "currencyUSD",
            [Query(f"sum by (provider) (delta({LOST_COSTS}[1d:5m]))", "{{provider}}")],
            "Calls whose outcome is unknown, and answers that were of no use.",
        ),
        Panel(
            "Paid, and removed as garbage since", "currencyUSD",
            [
                Query(
                    'max by (provider) (aiprod_provider_cost_usd{status="let_go"})', "{{provider}}"
                )
            ],
        ),
    ],
)  # fmt: skip

QUALITY = Dashboard(
    "quality",
    "AIPROD: quality",
    [
        Panel(
            "Jobs that fail, of those that ended in a day", "percentunit",
            [
                Query(
                    'delta(max(aiprod_jobs{status="failed"})[1d:5m])'
                    ' / (delta(max(aiprod_jobs{status="failed"})[1d:5m])'
                    ' + delta(max(aiprod_jobs{status="done"})[1d:5m]))',
                    "failed",
                )
            ],
        ),
        Panel(
            "Parts that failed, in an hour", "short",
            [Query(_in_hour(_parts("failed")), "{{stage}}")],
        ),
        Panel(
            "Videos that the quality gate held back, in a day", "short",
            [
                Query(
                    _in_day('max(aiprod_parts{stage="finish",status="failed"})'),
                    "finishes that failed",
                )
            ],
            "Some finishes fail for another reason, a full disk say: `aiprod jobs show` tells.",
        ),
        Panel(
            "Parts that were found and not made again", "percentunit",
            [Query(f"{_parts('cached')} / {_parts('done|cached')}", "{{stage}}")],
            "Since the ledger began.",
        ),
        Panel(
            "Answers of providers that were of no use, in a day", "short",
            [
                Query(
                    _in_day('max by (provider) (aiprod_provider_calls{status="unusable"})'),
                    "{{provider}}",
                )
            ],
        ),
        Panel(
            "Calls by how they ended, in a day", "short",
            [
                Query(
                    _in_day(CALLS),
                    "{{provider}} {{status}}",
                )
            ],
        ),
        Panel(
            "Providers that were left, in jobs of the last day", "short",
            [
                Query(
                    "max by (provider, code) (aiprod_providers_left)", "{{provider}} {{code}}"
                )
            ],
            "The next one was asked instead. Of the newest 1,000 jobs that were submitted.",
        ),
        Panel(
            "Jobs that wait for a review", "short",
            [Query('max(aiprod_jobs{status="awaiting_review"})', "jobs")],
        ),
        Panel(
            "Jobs that their owners cancelled, in a day", "short",
            [
                Query(
                    _in_day('max(aiprod_jobs{status="cancelled"})'), "cancelled"
                )
            ],
        ),
        Panel(
            "Length of a video", "s",
            [Query("max(aiprod_video_seconds) / max(aiprod_videos)", "mean")],
        ),
    ],
)  # fmt: skip

ALL = (SERVICE, PIPELINE, MONEY, QUALITY)


def files() -> dict[str, str]:
    """What is written, by its path in the folder."""
    of_grafana = {f"dashboards/{one.name}.json": _text(grafana.model(one)) for one in ALL}
    of_google = {
        f"google-dashboards/{one.name}.json": _text(google_cloud.model(one)) for one in ALL
    }
    return of_grafana | of_google


def _text(page: Mapping[str, Any]) -> str:
    return json.dumps(page, indent=1) + "\n"


def main() -> int:
    for path, text in files().items():
        (FOLDER / path).parent.mkdir(exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
