"""What is on dashboards, whoever draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Unit = Literal["short", "s", "reqps", "percentunit", "currencyUSD"]


@dataclass(frozen=True)
class Query:
    """An expression of PromQL, and what its series are called: `{{label}}` is put in."""

    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """Series over time, as lines.

    Attributes:
      unit: What is counted; as in Grafana, whose ids these are.
      told: What a reader may not know.
    """

    title: str
    unit: Unit
    queries: Sequence[Query]
    told: str = ""


@dataclass(frozen=True)
class Dashboard:
    """A page of panels. `name` is part of its address in Grafana, and names its files."""

    name: str
    title: str
    panels: Sequence[Panel]
