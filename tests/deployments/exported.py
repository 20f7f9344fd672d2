"""What the service exports to Prometheus, and whether an expression asks for anything else."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from api.metrics import HttpMetrics, MachineMetrics, render_metrics
from jobs.elements import PartStatus
from jobs.stages import Stage
from jobs.states import Status
from storage.calls import CallStatus
from storage.intake import RENDER_QUEUE, SERVICE_QUEUE
from tests.api.counted import CURRENT, TOTALS

SCRAPED = frozenset({"instance", "job"})  # labels that Prometheus adds
WORDS = frozenset(
    {
        "absent", "and", "by", "clamp_min", "count", "delta", "group_left", "histogram_quantile",
        "increase", "max", "min", "on", "or", "rate", "sum", "topk", "unless", "vector",
    }
)  # fmt: skip
# Labels with a closed set of values, by the metrics that have them.
VALUES: Mapping[tuple[str, str], Collection[str]] = {
    ("aiprod_jobs", "status"): {one.value for one in Status},
    ("aiprod_parts", "stage"): {one.value for one in Stage},
    ("aiprod_parts", "status"): {one.value for one in PartStatus},
    ("aiprod_part_seconds", "status"): {one.value for one in PartStatus},
    ("aiprod_provider_calls", "status"): {one.value for one in CallStatus},
    ("aiprod_provider_cost_usd", "status"): {one.value for one in CallStatus},
    ("aiprod_queue_jobs", "queue"): {SERVICE_QUEUE, RENDER_QUEUE},
    ("aiprod_queue_oldest_seconds", "queue"): {SERVICE_QUEUE, RENDER_QUEUE},
    ("aiprod_webhook_deliveries", "status"): {"pending", "delivered", "failed"},
    ("aiprod_http_request_seconds_count", "status"): {"2xx", "3xx", "4xx", "5xx", "aborted"},
}


def exported() -> dict[str, set[str]]:
    """Labels by name of metric, of a page that has something of everything."""
    http = HttpMetrics()
    http.seconds.labels("GET", "/", "2xx").observe(0.1)
    http.registry.register(MachineMetrics(Path(__file__).parent, 20.0))
    page = render_metrics((CURRENT, TOTALS), http.registry).decode()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def strangers(expression: str, known: Mapping[str, set[str]]) -> Iterator[str]:
    """What an expression names that is no metric, label or value of ours, nor a word of PromQL."""
    labels = set().union(*known.values()) | SCRAPED
    for metric, matchers in re.findall(r"(\w+)\s*\{([^}]*)\}", expression):
        for label, _, value in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers):
            if label not in known.get(metric, set()) | SCRAPED:
                yield f"{metric}{{{label}}}"
            accepted = VALUES.get((metric, label))
            if accepted is not None:
                yield from (f"{label}={one}" for one in value.split("|") if one not in accepted)
    rest = re.sub(r"\{[^}]*\}", " ", expression)
    for names in re.findall(r"\b(?:by|on|group_left)\s*\(([^)]*)\)", rest):
        yield from (name for name in re.findall(r"\w+", names) if name not in labels)
    rest = re.sub(r"\b(by|on|group_left)\s*\([^)]*\)", " ", rest)
    rest = re.sub(r"\[[^\]]*\]", " ", rest)  # ranges of time
    rest = re.sub(r"\b\d[\d.e]*\b", " ", rest)
    yield from (word for word in re.findall(r"\w+", rest) if word not in WORDS | known.keys())
