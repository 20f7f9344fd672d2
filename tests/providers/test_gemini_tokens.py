from dataclasses import replace
from typing import Any

import pytest
from google.auth.exceptions import DefaultCredentialsError, RefreshError, TransportError

from jobs.errors import Charged, InvalidInput, ProviderAccess, ProviderUnavailable
from providers.gemini.tokens import Tokens
from tests.providers.gemini_desk import Desk


class Account:
    """Credentials that give one token after the other, or raise."""

    def __init__(self, *answers: str | Exception) -> None:
        self.token: str | None = None
        self.valid = False
        self._answers = list(answers)

    def refresh(self, _request: Any) -> None:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.token, self.valid = answer, True


def _error(kind: type[Exception]) -> Exception:
    return kind("no answer")


def test_a_token_is_kept_while_it_is_valid() -> None:
    account = Account("first", "second")
    tokens = Tokens(account)

    assert [tokens.key(), tokens.key()] == ["first", "first"]
    account.valid = False
    assert tokens.key() == "second"


def test_a_token_that_was_refused_is_replaced() -> None:
    tokens = Tokens(Account("first", "second"))

    assert tokens.renew(tokens.key())
    assert tokens.key() == "second"


def test_a_token_that_another_thread_replaced_is_not_replaced_again() -> None:
    tokens = Tokens(Account("first", "second"))
    refused = tokens.key()
    tokens.renew(refused)

    assert tokens.renew(refused)
    assert tokens.key() == "second"


def test_the_same_token_again_is_none() -> None:
    tokens = Tokens(Account("first", "first"))

    assert not tokens.renew(tokens.key())


@pytest.mark.parametrize("kind", [DefaultCredentialsError, RefreshError])
def test_a_machine_without_an_account_has_no_access(kind: type[Exception]) -> None:
    tokens = Tokens(Account(kind("none"), kind("none")))
    access = replace(Desk().access, key=tokens.key, renew=tokens.renew)

    with pytest.raises(InvalidInput, match="GOOGLE_APPLICATION_CREDENTIALS"):
        tokens.key()
    with pytest.raises(ProviderAccess, match="the key of gemini cannot be read"):
        access.key_of("gemini")


def test_a_token_that_cannot_be_renewed_is_none() -> None:
    tokens = Tokens(Account("first", _error(RefreshError)))

    assert not tokens.renew(tokens.key())


def test_who_issues_tokens_may_be_away() -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        Tokens(Account(_error(TransportError))).key()

    assert caught.value.charged is Charged.NO
