from collections.abc import Iterator

import pytest

from jobs.errors import InvalidInput, StoreUnavailable
from storage.service_keys import FRESH_S, ServiceKeys
from tests.fakes.secret_manager import FakeSecretManager
from tests.fakes.service import Fault

KEY = "ELEVENLABS_API_KEY"


@pytest.fixture
def manager() -> Iterator[FakeSecretManager]:
    with FakeSecretManager().serving() as fake:
        fake.secrets["elevenlabs-api-key"] = ["first", "second"]
        yield fake


def keys(manager: FakeSecretManager, **more: object) -> ServiceKeys:
    options = {"environment": {}, "client": manager.client(), **more}
    return ServiceKeys("film-studio", **options)  # type: ignore[arg-type]


def test_the_environment_comes_first(manager: FakeSecretManager) -> None:
    assert keys(manager, environment={KEY: "given"}).get(KEY) == "given"
    assert manager.journal == []


@pytest.mark.parametrize("text", ["given\n", " given\r\n"])
def test_the_line_break_that_ends_a_typed_key_is_no_part_of_it(text: str) -> None:
    assert ServiceKeys(environment={KEY: text}).get(KEY) == "given"


def test_a_variable_with_nothing_but_space_is_not_given() -> None:
    assert not ServiceKeys(environment={KEY: " \n"}).is_given(KEY)


def test_else_the_secret_of_that_name_is_read(manager: FakeSecretManager) -> None:
    found = keys(manager)

    assert found.get(KEY) == "second"
    assert [one.path for one in manager.journal] == [
        "/v1/projects/film-studio/secrets/elevenlabs-api-key/versions/latest:access"
    ]


def test_a_version_can_be_pinned(manager: FakeSecretManager) -> None:
    assert keys(manager, versions={"elevenlabs-api-key": "1"}).get(KEY) == "first"


def test_a_version_that_there_is_not_is_named(manager: FakeSecretManager) -> None:
    with pytest.raises(InvalidInput, match="elevenlabs-api-key/versions/9 cannot be read"):
        keys(manager, versions={"elevenlabs-api-key": "9"}).get(KEY)


def test_a_key_that_is_no_text_is_refused_and_not_shown(manager: FakeSecretManager) -> None:
    manager.secrets["elevenlabs-api-key"] = ["hidden\udcff"]

    with pytest.raises(InvalidInput, match="elevenlabs-api-key/versions/latest is not") as refused:
        keys(manager).get(KEY)

    assert "hidden" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_it_is_kept_for_a_while(manager: FakeSecretManager) -> None:
    now_s = [0.0]
    found = keys(manager, clock=lambda: now_s[0])
    found.get(KEY)
    manager.secrets["elevenlabs-api-key"].append("third")

    now_s[0] = FRESH_S - 1
    before = found.get(KEY)
    now_s[0] = FRESH_S
    after = found.get(KEY)

    assert (before, after) == ("second", "third")


def test_a_key_that_was_refused_is_read_anew(manager: FakeSecretManager) -> None:
    found = keys(manager)
    found.get(KEY)

    is_same = found.refresh(KEY, "second")
    manager.secrets["elevenlabs-api-key"].append("third")
    is_other = found.refresh(KEY, "second")

    assert (is_same, is_other, found.get(KEY)) == (False, True, "third")


def test_a_key_that_somebody_else_has_read_anew_is_taken(manager: FakeSecretManager) -> None:
    found = keys(manager)
    found.get(KEY)

    assert found.refresh(KEY, "long ago")
    assert len(manager.journal) == 1


def test_what_was_damaged_on_the_way_is_not_used(manager: FakeSecretManager) -> None:
    manager.is_damaged = True

    with pytest.raises(StoreUnavailable, match="damaged on the way"):
        keys(manager).get(KEY)


@pytest.mark.parametrize(
    ("variable", "kind"),
    [
        pytest.param("SUNO_API_KEY", InvalidInput, id="no such secret"),
        pytest.param("GEMINI_API_KEY", InvalidInput, id="may not be read"),
    ],
)
def test_a_secret_that_cannot_be_read_is_named(
    variable: str, kind: type[Exception], manager: FakeSecretManager
) -> None:
    manager.secrets["gemini-api-key"] = []

    with pytest.raises(kind, match=variable.lower().replace("_", "-")):
        keys(manager).get(variable)


def test_without_a_project_there_is_only_the_environment() -> None:
    with pytest.raises(InvalidInput, match="SUNO_API_KEY is not set"):
        ServiceKeys(environment={}).get("SUNO_API_KEY")


def test_a_manager_that_breaks_is_asked_later(manager: FakeSecretManager) -> None:
    manager.plan(Fault(status=500, body="{}"), times=9)

    with pytest.raises(StoreUnavailable):
        keys(manager).get(KEY)
