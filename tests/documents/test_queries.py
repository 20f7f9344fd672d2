"""The queries that docs/operations.md tells to ask the database, asked."""

import re

import pytest
from sqlalchemy import text

from storage.database import Database
from tests.documents.told import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
QUERIES = [" ".join(found.split()) for found in re.findall(r"`((?:SELECT|SHOW) [^`]+)`", PAGE)]


def test_there_are_queries() -> None:
    assert len(QUERIES) > 4


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_query_of_the_manual_is_answered(database: Database, query: str) -> None:
    with database.reading() as connection:
        answer = connection.execute(text(query.replace("'...'", "'2026-02-04'")))

    assert list(answer.keys())
