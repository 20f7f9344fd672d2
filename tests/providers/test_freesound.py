import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from jobs.casting import Clearance
from jobs.errors import (
    Charged,
    InvalidInput,
    NoMatch,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from jobs.stages import Stage
from providers.freesound import Freesound, FreesoundSession, licence_name, searches
from providers.service import Access
from providers.takes import Sound
from tests.fakes.films import song_mp3
from tests.fakes.freesound import CATALOGUE, FakeFreesound
from tests.fakes.service import Fault
from tests.providers.desk import Desk
from tests.providers.reading import read

WAVES = {"query": "ocean waves", "is_commercial": True}


@pytest.fixture
def fake() -> Iterator[FakeFreesound]:
    with FakeFreesound().serving() as service:
        yield service


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def opened(fake: FakeFreesound, desk: Desk) -> Iterator[Callable[..., FreesoundSession]]:
    sessions = []

    def build(**changes: Any) -> FreesoundSession:
        access = Access(desk.access.key, desk.access.renew, read)
        sessions.append(Freesound(fake.url, **changes).open(access))
        return sessions[-1]

    yield build
    for session in sessions:
        session.close()


def best(session: FreesoundSession, params: dict[str, Any]) -> Sound:
    return next(session.offers(params)).bring()


def test_one_clean_event_is_found_and_credited(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    sound = best(opened(), WAVES)

    search, _page, preview = fake.journal
    assert (search.path, search.headers["authorization"]) == ("/apiv2/search/", "Token fake-key")
    assert search.query == {
        "query": "ocean waves",
        "filter": 'duration:[0.2 TO 30.0] license:("Creative Commons 0") loudness:[-50 TO *]',
        "fields": "id,name,username,license,url,duration,previews,avg_rating,num_downloads,"
        "is_explicit,single_event",
        "page": "1",
        "page_size": "50",
    }
    assert "authorization" not in preview.headers
    assert sound == Sound(
        song_mp3(2.0),
        ".mp3",
        request_id="102",
        cost_usd=0.0,
        title="one wave",
        licence="http://creativecommons.org/publicdomain/zero/1.0/",
        attribution=(
            "one wave by bob -- https://freesound.org/s/102/ -- License: Creative Commons 0",
        ),
        source_type="digitalCapture",
    )


@pytest.mark.parametrize(
    ("licences", "is_commercial", "found"),
    [
        pytest.param(("cc0",), True, "102", id="the default"),
        pytest.param(("by",), True, "104", id="with credits"),
        pytest.param(("by-nc",), False, "103", id="not commercial"),
        pytest.param(("by", "by-nc"), True, "104", id="commercial leaves NonCommercial out"),
    ],
)
def test_licences_decide(
    licences: tuple[str, ...],
    is_commercial: bool,
    found: str,
    opened: Callable[..., FreesoundSession],
) -> None:
    session = opened(licences=licences)

    assert best(session, {**WAVES, "is_commercial": is_commercial}).request_id == found


def test_nothing_under_a_licence_is_no_match(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    with pytest.raises(NoMatch, match="no sound for 'ocean waves' under a licence that may"):
        best(opened(licences=("by-nc",)), WAVES)

    assert fake.journal == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"license": "https://creativecommons.org/licenses/by-nc/4.0/"}, id="by-nc"),
        pytest.param({"license": "http://creativecommons.org/licenses/sampling+/1.0/"}, id="s+"),
        pytest.param({"license": "https://a.test/publicdomain/zero/1.0/"}, id="another host"),
        pytest.param(
            {"license": "https://creativecommons.org/x?/publicdomain/zero/"}, id="another path"
        ),
        pytest.param({"license": None}, id="none"),
        pytest.param({"duration": 31.0}, id="too long"),
        pytest.param({"duration": float("nan")}, id="no length"),
    ],
)
def test_what_was_not_asked_for_is_not_taken(
    changes: dict[str, Any], fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    # As if its index were behind: by now the sound is not what it was found for.
    fake.catalogue = (CATALOGUE[1],)
    original = fake._shown
    fake._shown = lambda one, fields: {  # type: ignore[method-assign]  # of the fake
        **original(one, fields),
        **changes,
    }

    with pytest.raises(NoMatch):
        best(opened(), WAVES)


@pytest.mark.parametrize(
    ("ghosts", "pages"),
    [
        pytest.param(49, ["1"], id="on the first page"),
        pytest.param(100, ["1", "2", "3"], id="on the third"),
    ],
)
def test_pages_without_a_sound_are_turned(
    ghosts: int,
    pages: list[str],
    fake: FakeFreesound,
    opened: Callable[..., FreesoundSession],
) -> None:
    ghost, wave = CATALOGUE[5], CATALOGUE[1]
    fake.catalogue = (*(replace(ghost, id=1000 + number) for number in range(ghosts)), wave)

    assert best(opened(), WAVES).request_id == "102"
    asked = [one.query["page"] for one in fake.journal if "search" in one.path]
    assert asked == pages


def test_three_pages_without_a_sound_are_enough(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    fake.catalogue = (replace(CATALOGUE[5], tags="waves"),) * 200

    with pytest.raises(NoMatch):
        best(opened(), {"query": "waves", "is_commercial": True})

    assert [one.query["page"] for one in fake.journal] == ["1", "2", "3"]


def test_no_address_of_an_answer_is_followed(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    fake.catalogue = (CATALOGUE[1],) * 60
    told = {"results": [None], "next": "https://a.test/apiv2/search/?page=7"}
    fake.plan(Fault(path="/search/", body=json.dumps(told)))

    assert best(opened(), WAVES).request_id == "102"
    searched = [one.query["page"] for one in fake.journal if "search" in one.path]
    assert searched == ["1", "2"]


def test_sources_of_a_remix_are_credited(opened: Callable[..., FreesoundSession]) -> None:
    assert best(opened(), {"query": "door slam", "is_commercial": True}).attribution == (
        "door by ann -- https://freesound.org/s/201/ -- License: Creative Commons 0",
        "door is a remix; its sources: https://freesound.org/s/201/",
    )


def test_names_cannot_break_out_of_their_line(opened: Callable[..., FreesoundSession]) -> None:
    (line,) = best(opened(), {"query": "kettle", "is_commercial": True}).attribution

    assert line.startswith("kettle whistle by fay smith -- ")


@pytest.mark.parametrize(
    ("query", "tried"),
    [
        pytest.param("ocean waves", ["ocean waves", "ocean"], id="two words"),
        pytest.param(
            'a loud "door" -slam +x id:5 license:*',
            ["a loud door slam x id", "loud door", "loud"],
            id="signs mean nothing",
        ),
        pytest.param(
            "rain NOT thunder OR", ["rain not thunder or", "rain thunder", "thunder"], id="no logic"
        ),
        pytest.param("…!?", [], id="no words"),
        pytest.param("波の音", ["波の音"], id="no spaces"),
    ],
)
def test_what_is_searched_for(query: str, tried: list[str]) -> None:
    assert searches(query) == tried


def test_fewer_words_are_tried_when_all_find_nothing(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    sound = best(opened(), {"query": "an old kettle", "is_commercial": True})

    asked = [one.query["query"] for one in fake.journal if "search" in one.path]
    assert asked == ["an old kettle", "old kettle", "kettle"]
    assert sound.title == "kettle whistle"


@pytest.mark.parametrize(
    ("deed", "name"),
    [
        ("http://creativecommons.org/publicdomain/zero/1.0/", "Creative Commons 0"),
        ("https://creativecommons.org/licenses/by/3.0/", "Attribution 3.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "Attribution NonCommercial 4.0"),
        ("https://example.com/odd", "https://example.com/odd"),
    ],
)
def test_a_deed_has_a_name(deed: str, name: str) -> None:
    assert licence_name(deed) == name


def test_its_throttle_says_how_long_in_words(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    fake.left = 0

    with pytest.raises(ProviderUnavailable) as caught:
        best(opened(), WAVES)
    fake.plan(Fault(status=429, body='{"detail": "... request limit rate (2000/day)"}'))
    with pytest.raises(ProviderUnavailable) as of_the_day:
        best(opened(), WAVES)

    assert (caught.value.retry_after_s, of_the_day.value.retry_after_s) == (60.0, 86_400.0)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(Fault(status=404, body='{"detail": "x"}'), ProviderRejected, id="404"),
        pytest.param(Fault(body="[" * 100_000), ProviderUnusable, id="deep"),
        pytest.param(Fault(body='{"results": null}'), ProviderUnusable, id="no list"),
        pytest.param(Fault(body='{"results": [{"id": 1}]}'), ProviderUnusable, id="half a result"),
    ],
)
def test_whatever_goes_wrong_costs_nothing(
    fault: Fault,
    kind: type[ProviderError],
    fake: FakeFreesound,
    opened: Callable[..., FreesoundSession],
) -> None:
    fake.plan(fault, times=2)

    with pytest.raises(kind) as caught:
        best(opened(), WAVES)

    assert caught.value.charged is Charged.NO
    assert "fake-key" not in caught.value.message


def test_a_preview_that_is_gone_may_come_back(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    fake.plan(Fault(path=".mp3", status=404))

    with pytest.raises(ProviderUnavailable, match="preview of a sound cannot be had"):
        best(opened(), WAVES)


def test_the_next_best_are_offered_and_asked_for_in_their_turn(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    fake.catalogue = tuple(replace(CATALOGUE[1], id=900 + number) for number in range(5))

    offers = opened().offers(WAVES)

    assert next(offers).name == "'one wave' (https://freesound.org/s/900/)"
    assert [asked.path for asked in fake.journal] == ["/apiv2/search/"]
    assert [offer.bring().request_id for offer in offers] == ["901", "902"]


def test_a_sound_whose_page_is_gone_cannot_be_used(
    fake: FakeFreesound, opened: Callable[..., FreesoundSession]
) -> None:
    fake.plan(Fault(path="/sounds/102/", status=404, body='{"detail": "Not found."}'))

    with pytest.raises(ProviderUnusable, match="freesound has this sound no longer"):
        best(opened(), WAVES)


def test_a_key_that_was_changed_is_read_anew(
    desk: Desk, opened: Callable[..., FreesoundSession]
) -> None:
    desk.key, desk.fresh_key = "old-key", "fake-key"

    assert best(opened(), WAVES).request_id == "102"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AIPROD_FREESOUND_LICENCES": "gpl"}, "'gpl'; give some of cc0, by, by-nc"),
        ({"AIPROD_FREESOUND_AGREEMENT": "yes"}, "'yes'; give 0 or 1"),
    ],
)
def test_a_wrong_setting_is_told_by_name(variables: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Freesound.configured(variables)

    assert said in caught.value.message
    assert next(iter(variables)) in caught.value.message


@pytest.mark.parametrize(
    ("agreement", "clearance"), [("0", Clearance.PERSONAL), ("1", Clearance.CLEAR)]
)
def test_commercial_use_needs_an_agreement(agreement: str, clearance: Clearance) -> None:
    config = Freesound.configured({"AIPROD_FREESOUND_AGREEMENT": agreement})

    assert [choice.clearance for choice in config.choices(Stage.EFFECT)] == [clearance]
    assert config.quote_usd(Stage.EFFECT, WAVES) == 0.0


def search(fake: FakeFreesound, path: str = "/apiv2/search/", **query: str) -> httpx.Response:
    key = {"Authorization": f"Token {fake.key}"}
    return httpx.get(f"{fake.url}{path}", params=query, headers=key, timeout=10)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        pytest.param({}, 400, "Malformed request.", id="neither words nor filter"),
        pytest.param({"query": "x", "filter": ""}, 400, "Invalid filter.", id="empty filter"),
        pytest.param(
            {"query": "x", "filter": "license:by"}, 400, "Invalid filter.", id="unknown filter"
        ),
        pytest.param({"query": "x", "colour": "red"}, 400, "Malformed", id="unknown field"),
        pytest.param({"query": "ocean", "page": "9"}, 404, "Not found.", id="past the end"),
        pytest.param({"query": "ocean", "page": "0"}, 404, "Not found.", id="before the first"),
    ],
)
def test_the_fake_refuses_as_its_contract_says(
    query: dict[str, str], status: int, said: str, fake: FakeFreesound
) -> None:
    answer = search(fake, **query)

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


def test_the_fake_links_its_pages(fake: FakeFreesound) -> None:
    first = search(fake, "/apiv2/search/text/", query="ocean", page_size="2").json()
    second = httpx.get(
        first["next"], headers={"Authorization": f"Token {fake.key}"}, timeout=10
    ).json()

    assert (first["count"], first["previous"], len(first["results"])) == (9, None, 2)
    assert [one["id"] for one in second["results"]] == [103, 104]
    assert "page=1" in second["previous"]


def test_the_fake_clamps_and_falls_back(fake: FakeFreesound) -> None:
    fake.catalogue = CATALOGUE[:1] * 200

    assert len(search(fake, query="ocean", page_size="999").json()["results"]) == 150
    assert len(search(fake, query="ocean", page_size="many").json()["results"]) == 15
