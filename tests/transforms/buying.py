"""Somebody who sells what is ordered, for tests."""

from dataclasses import dataclass, field

from jobs.elements import Run
from jobs.errors import Charged, ProviderError, ProviderUnavailable
from jobs.stages import Stage
from providers.service import Call
from storage.artefacts import Origin
from transforms.purchase import Bought, Order
from transforms.studio import Studio

VOICE = Order(Stage.VOICE, "elevenlabs", "eleven_v3", {"text": "Hi."}, 0.10, 4)
BOUGHT = Bought({"audio": (b"sound", ".wav")}, {"n": 1}, Origin("elevenlabs", "eleven_v3", "req"))


def unavailable(charged: Charged, retry_after_s: float | None = None) -> ProviderError:
    return ProviderUnavailable("gone", charged=charged, retry_after_s=retry_after_s)


@dataclass
class Shop:
    """Answers calls as told, at last with the goods.

    Attributes:
      answers: What the next calls raise; None: they succeed.
      asked: The remote id that each call was given.
      waited: Pauses that were asked for, in seconds.
      submits: The name of a job that the provider begins with each call.
    """

    answers: list[BaseException | None] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    submits: str | None = None

    def buy(self, call: Call) -> Bought:
        self.asked.append(call.remote_id)
        if self.submits and call.remote_id is None:
            call.started(self.submits)
        if self.answers and (error := self.answers.pop(0)):
            raise error
        return BOUGHT

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)


def ended(studio: Studio, run: Run) -> list[tuple[str, float]]:
    """Status and cost of the calls of a run."""
    return [(call.status, call.cost_usd) for call in studio.calls.of_run(run)]
