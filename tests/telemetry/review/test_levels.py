"""Levels of detail against all values."""

from __future__ import annotations

import numpy as np
import pytest

from telemetry.review.levels import Levels


@pytest.mark.parametrize("count", [0, 1, 4, 5, 399, 10_001, 250_000])
def test_the_peaks_of_any_window_are_kept(count: int) -> None:
    chance = np.random.default_rng(count)
    values = np.cumsum(chance.normal(size=count))
    values[chance.integers(0, max(count, 1), count // 20)] = np.nan
    levels = Levels(values)
    for _ in range(50):
        begin, end = sorted(chance.integers(0, count + 1, 2).tolist())
        rows = levels.rows(begin, end, 100)
        assert len(rows) <= 202
        assert rows.tolist() == sorted(set(rows.tolist()))
        window = values[begin:end]
        if not np.isnan(window).all():
            assert np.nanmin(values[rows]) == np.nanmin(window)
            assert np.nanmax(values[rows]) == np.nanmax(window)
        if end > begin:
            assert (rows[0], rows[-1]) == (begin, end - 1)


def test_every_stretch_keeps_its_own_spike() -> None:
    values = np.zeros(1_000_000)
    spikes = np.arange(500, 1_000_000, 10_000)
    values[spikes] = 7.0
    assert set(spikes.tolist()) <= set(Levels(values).rows(0, len(values), 200).tolist())


def test_a_column_without_values_is_drawn_as_nothing() -> None:
    rows = Levels(np.full(5000, np.nan)).rows(0, 5000, 100)
    assert len(rows) <= 202
