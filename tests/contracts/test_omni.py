"""The contract of Gemini Omni."""

from providers.gemini.omni import Omni
from providers.takes import Scenery
from tests.contracts.films import *  # noqa: F403

HIRE = Omni
SCENE = Scenery("a calm sea at dawn, seen from a cliff", 640, 360, 3.0)
