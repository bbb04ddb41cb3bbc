"""A recording over two links, each with its own numbers, holds the slower one's positions late: nothing comes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from telemetry.logs import read
from telemetry.mavlink import tlog
from telemetry.mavlink.messages import BY_ID, framed
from telemetry.review.examine import examine
from telemetry.review.link import loss_pct
from telemetry.review.summary import summary
from telemetry.review.track import Track, track_of

LATE_US = 1_700_000
POSITION = 33


def over_two_links(whole: Path, made: Path) -> Path:
    """Every other position comes by a second link, late and with that link's numbers."""
    entries, number = [], 0
    for at, frame in tlog.read(whole):
        raw = frame.raw
        if frame.msgid == POSITION:
            number += 1
            if number % 2:
                raw = framed(BY_ID[POSITION], frame.payload, number % 256, frame.sysid, frame.compid)
                at += LATE_US
        entries.append((at, raw))
    made.write_bytes(b"".join(tlog.record(at, [raw]) for at, raw in sorted(entries, key=lambda entry: entry[0])))
    return made


def flown(path: Path) -> Track:
    found = track_of(read(path))
    assert found is not None
    return found


def speed_by_places(track: Track) -> float:
    """The greatest that its places and times make, m/s."""
    north, east = np.diff(track.lat_deg) * 111_200, np.diff(track.lon_deg) * 111_200 * np.cos(np.radians(51.5))
    return float((np.hypot(north, east) / np.maximum(np.diff(track.time_s), 0.05)).max())


def test_positions_are_in_the_vehicles_own_order(data: Path, tmp_path: Path) -> None:
    whole, late = flown(data / "survey.tlog"), flown(over_two_links(data / "survey.tlog", tmp_path / "two.tlog"))
    assert (late.lat_deg == whole.lat_deg).all()
    assert (late.lon_deg == whole.lon_deg).all()
    assert (np.diff(late.time_s) >= 0).all()
    # But for the last one, that nothing overtook.
    assert np.abs(late.time_s - whole.time_s)[:-1].max() < 0.5
    assert speed_by_places(late) < 1.5 * speed_by_places(whole)


def test_the_flight_is_judged_as_if_it_had_come_over_one(data: Path, tmp_path: Path) -> None:
    two = over_two_links(data / "survey.tlog", tmp_path / "two.tlog")
    one, other = summary(read(data / "survey.tlog")), summary(read(two))
    assert other.distance_m == pytest.approx(one.distance_m, abs=0.5)
    assert other.planned.cross_track_p95_m == pytest.approx(one.planned.cross_track_p95_m, abs=0.1)
    assert examine(two) == ()


def test_the_links_losses_cannot_be_told_from_mixed_numbers(data: Path, tmp_path: Path) -> None:
    two = read(over_two_links(data / "survey.tlog", tmp_path / "two.tlog"))
    assert np.isnan(loss_pct(flown(data / "survey.tlog").time_s, two)).all()


def test_a_clock_that_begins_anew_is_a_reboot(data: Path, tmp_path: Path) -> None:
    """The second time is behind the first, though its clock tells the same again."""
    entries = list(tlog.read(over_two_links(data / "survey.tlog", tmp_path / "two.tlog")))
    pause_us = entries[-1][0] - entries[0][0] + 30_000_000
    twice = [*entries, *((at + pause_us, frame) for at, frame in entries)]
    (tmp_path / "twice.tlog").write_bytes(b"".join(tlog.record(at, [frame.raw]) for at, frame in twice))
    once, both = flown(tmp_path / "two.tlog"), flown(tmp_path / "twice.tlog")
    assert (both.lat_deg == np.tile(once.lat_deg, 2)).all()
    assert np.abs(both.time_s[len(once.time_s) :] - once.time_s - pause_us / 1e6)[:-1].max() < 0.01


def test_two_ground_stations_each_with_every_frame_are_no_loss(data: Path, tmp_path: Path) -> None:
    """Both record each frame, the second with its own link's numbers, which drift apart from the first's."""
    entries = []
    for number, (at, frame) in enumerate(tlog.read(data / "survey.tlog")):
        entries.append((at, frame.raw))
        if frame.sysid == 1 and frame.msgid in BY_ID:
            again = framed(BY_ID[frame.msgid], frame.payload, number // 2 % 256, frame.sysid, frame.compid)
            entries.append((at + 30_000, again))
    made = tmp_path / "both.tlog"
    made.write_bytes(b"".join(tlog.record(at, [raw]) for at, raw in sorted(entries, key=lambda entry: entry[0])))
    log = read(made)
    assert np.isnan(loss_pct(np.arange(*(log.span_s or (0.0, 0.0)), 10.0), log)).all()
    assert examine(log) == ()
