"""The contract with Google's real services. It costs money: about 2 US dollars for all three."""

import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from media.run import Workspace
from providers.gemini.lyria import Lyria
from providers.gemini.omni import Omni
from providers.gemini.veo import Veo
from providers.service import Access
from providers.takes import Music, Scenery

SEA = Scenery("a calm sea at dawn, seen from a cliff", 640, 360, 3.0)
PIANO = Music("calm piano", 30.0)


def _fetch(url: str, most_bytes: int) -> bytes:
    answer = httpx.get(url, timeout=60, follow_redirects=True).raise_for_status()
    assert len(answer.content) <= most_bytes
    return answer.content


@pytest.mark.live
@pytest.mark.parametrize(
    ("kind", "method", "wish"), [(Omni, "film", SEA), (Veo, "film", SEA), (Lyria, "compose", PIANO)]
)
def test_what_is_ordered_can_be_decoded_and_asked_for_again(
    kind: Any, method: str, wish: Scenery | Music, tmp_path: Path, space: Workspace
) -> None:
    key = os.environ.get(kind.KEY)
    if not key:
        pytest.skip(f"{kind.__name__} is asked when {kind.KEY} is set")
    names: list[str] = []
    session = kind.configured(os.environ).open(
        Access(key=lambda: key, renew=lambda _: False, fetch=_fetch)
    )

    try:
        make = getattr(session, method)
        made = make(wish, None, names.append, time.sleep)
        again = make(wish, names[0], names.append, time.sleep) if names else made
    finally:
        session.close()

    path = tmp_path / f"made{made.suffix}"
    path.write_bytes(made.data)
    space.run(["-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"])
    assert again.data == made.data
