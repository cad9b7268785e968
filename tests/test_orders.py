"""The measure of orders is measured itself: functions of order 1, 2 and 0.3."""

import numpy as np
import pytest

from metaltwin.validation.orders import from_three, observed, pairwise

SIZES = 0.1 / 2.0 ** np.arange(5)


@pytest.mark.parametrize("order", [1.0, 2.0, 0.3])
def test_a_power_has_its_order(order):
    errors = 3.0 * SIZES**order
    assert observed(SIZES, errors) == pytest.approx(order, abs=1e-12)
    assert pairwise(SIZES, errors) == pytest.approx([order] * 4, abs=1e-12)
    assert from_three(SIZES[:3], 7.0 - errors[:3]) == pytest.approx(order, abs=1e-9)


@pytest.mark.parametrize(
    "order, slope",
    [
        (1.0, lambda h: (np.sin(1.0 + h) - np.sin(1.0)) / h),
        (2.0, lambda h: (np.sin(1.0 + h) - np.sin(1.0 - h)) / (2.0 * h)),
    ],
)
def test_difference_quotients(order, slope):
    found = np.array([slope(h) for h in SIZES])
    assert observed(SIZES, np.abs(found - np.cos(1.0))) == pytest.approx(order, abs=0.05)
    assert from_three(SIZES[:3], found[:3]) == pytest.approx(order, abs=0.05)


def test_a_slow_method_does_not_pass_as_second_order():
    """The midpoint rule on x^-0.7, singular at 0, is of order 0.3."""
    errors = []
    for h in SIZES:
        x = (np.arange(round(1.0 / h)) + 0.5) * h
        errors.append(abs(h * np.sum(x**-0.7) - 1.0 / 0.3))
    assert observed(SIZES, errors) == pytest.approx(0.3, abs=0.02)


def test_an_error_that_stays_has_no_order():
    assert observed(SIZES, np.full(5, 0.2)) == pytest.approx(0.0, abs=1e-12)


def test_sizes_and_errors_are_not_exchanged():
    assert observed(SIZES**2, SIZES) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "sizes, errors",
    [([0.1], [0.1]), ([0.1, 0.2], [0.1]), ([0.1, 0.2], [0.1, 0.0]), ([0.1, -0.2], [0.1, 0.2]),
     ([0.1, 0.2], [0.1, np.nan]), ([0.1, 0.1], [0.1, 0.2])],
)  # fmt: skip
def test_what_has_no_order_is_refused(sizes, errors):
    with pytest.raises(ValueError, match="an order needs"):
        observed(sizes, errors)


def test_three_values_need_a_constant_ratio():
    with pytest.raises(ValueError, match="constant ratio"):
        from_three([0.4, 0.2, 0.05], [1.0, 0.9, 0.8])
