"""Class breaks hold all data, are the optimum, and are short; colours are what they claim."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from spatialcarbon.core.errors import DegenerateDataError, MissingDataError, OptionError
from spatialcarbon.report import palettes
from spatialcarbon.report.layers import graduated_style


def deviations(parts):
    return sum(((part - part.mean()) ** 2).sum() for part in parts)


def test_natural_breaks_reach_the_optimum_that_trying_all_partitions_finds():
    rng = np.random.default_rng(20240501)
    for offset in (0.0, 1e6):
        values = np.sort(rng.normal(offset, 10, 11))
        bounds = palettes.natural_breaks(values, 4)
        place = palettes.classify(values, bounds)
        best = min(deviations(np.split(values, cuts)) for cuts in combinations(range(1, 11), 3))
        ours = deviations([values[place == i] for i in range(4)])
        assert ours == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("rule", [palettes.natural_breaks, palettes.quantile_breaks])
def test_classes_hold_all_values_and_none_is_empty(rule):
    values = np.random.default_rng(7).lognormal(3, 1, 200)
    bounds = rule([*values, float("nan")], 5)
    assert len(bounds) == 6
    assert set(palettes.classify(values, bounds).tolist()) == {0, 1, 2, 3, 4}
    assert all(float(f"{bound:.2e}") == bound for bound in bounds)


def test_quantiles_hold_equal_counts():
    place = palettes.classify(np.arange(100.0), palettes.quantile_breaks(np.arange(100.0), 4))
    assert np.bincount(place).tolist() == [25, 25, 25, 25]


def test_bounds_stay_long_where_short_ones_would_empty_a_class():
    assert palettes.natural_breaks([1000.1, 1000.2, 1000.7], 3)[1:3] == (1000.1, 1000.4)


@pytest.mark.parametrize("rule", [palettes.natural_breaks, palettes.quantile_breaks])
@pytest.mark.parametrize(
    "values",
    [[0, 10], [1, 2], [0, 0, 10], [-10, 0], [10, 20, 30], [0, 0, 0, 1.5, 3], [1.0, 1.0004, 1.2]],
)
def test_a_lowest_value_that_is_round_and_alone_has_a_class_of_some_width(rule, values):
    for k in (2, 3, 5):
        bounds = rule(values, k)
        assert all(low < high for low, high in pairwise(bounds))
        assert set(palettes.classify(values, bounds)) == set(range(len(bounds) - 1))
        assert len(bounds) - 1 == min(k, len(set(values))) or rule is palettes.quantile_breaks
        graduated_style("x", values, k=k)


def test_a_bound_shortened_to_the_lowest_value_would_repeat_it():
    values = [1.0, *np.linspace(1.00039, 1.00041, 9)]
    assert palettes.readable_breaks([1.0, 1.00039, 2.0], values)[0] == 1.0
    bounds = palettes.natural_breaks([*np.repeat(1.0, 20), *np.repeat(1.0004, 20)], 2)
    assert all(low < high for low, high in pairwise(bounds))


def test_neighbours_without_a_number_between_them_share_a_class():
    beside = float(np.nextafter(1.0, 2.0))
    assert palettes.natural_breaks([1.0, beside], 2) == (1.0, beside)
    assert palettes.natural_breaks([1.0, beside, 3.0], 3) == (1.0, 2.0, 3.0)


@pytest.mark.parametrize("value", [5.0, 0.0, -3.0])
def test_one_distinct_value_is_one_class(value):
    assert palettes.natural_breaks([value, value], 4) == (value, value)
    assert palettes.quantile_breaks([value, value], 4) == (value, value)


def test_zero_centred_breaks_are_symmetric_and_hold_the_data():
    bounds = palettes.zero_centred_breaks([-3.2, 0.5, 9.7], 5)
    assert bounds[0] <= -9.7
    assert bounds == tuple(-b + 0.0 for b in reversed(bounds))


def test_what_cannot_be_classed_is_refused():
    with pytest.raises(MissingDataError, match="infinite"):
        palettes.natural_breaks([1.0, float("inf")], 2)
    with pytest.raises(DegenerateDataError):
        palettes.quantile_breaks([float("nan")], 2)
    with pytest.raises(OptionError):
        palettes.natural_breaks([1.0], 0)


def test_values_outside_the_bounds_have_no_class():
    assert palettes.classify([-0.1, 0.0, 1.0, 2.0, 2.1], (0, 1, 2)).tolist() == [-1, 0, 0, 1, -1]


def test_groups_have_distinct_colours_as_long_as_there_are_some():
    labels = ["YRD", *"abcdef"]
    colours = palettes.qualitative_colours(labels)
    assert colours["YRD"] == palettes.CLUSTER_COLOURS["YRD"]
    assert len(set(colours.values())) == len(labels)


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("k", [2, 4, 5, 7])
def test_more_is_darker_also_without_colour_vision(k):
    shades = [luminance(colour) for colour in palettes.sequential_colours(k)]
    assert shades == sorted(shades, reverse=True)
