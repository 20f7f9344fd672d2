import pytest

# Clauses that several suites share, and what they judge by: failures show both sides there, too.
pytest.register_assert_rewrite(
    "tests.contracts.every_service", "tests.contracts.films", "tests.contracts.house"
)
