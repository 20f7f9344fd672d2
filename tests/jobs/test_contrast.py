import pytest

from jobs.contrast import contrast


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        pytest.param("#000000", "#ffffff", 21.0, id="the most there is"),
        pytest.param("#777777", "#ffffff", 4.48, id="the grey that just fails on white"),
        pytest.param("#767676", "#ffffff", 4.54, id="the grey that just passes"),
        pytest.param("#0000ff", "#ffffff", 8.59, id="blue is dark"),
        pytest.param("#204060", "#204060", 1.0, id="none"),
    ],
)
def test_contrast_is_that_of_wcag_in_either_order(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)
