"""The columns of a recording: what they hold, and how they are thinned."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from mission.plan import Plan
from telemetry.mavlink import tlog
from tests.telemetry.review.changed import changed
from web import recordings, track


def test_the_loss_of_a_link_is_counted_by_the_frames_numbers(data: Path, tmp_path: Path) -> None:
    assert np.nanmax(track.read(data / "survey.tlog").link_loss_pct) == 0.0
    frames = list(tlog.read(data / "survey.tlog"))
    kept = [(at, frame) for number, (at, frame) in enumerate(frames) if number % 5]
    lossy = tmp_path / "lossy.tlog"
    lossy.write_bytes(b"".join(tlog.record(at, [frame.raw]) for at, frame in kept))
    assert np.nanmean(track.read(lossy).link_loss_pct) == pytest.approx(20.0, abs=1.0)


def test_thinning_keeps_the_peaks(data: Path) -> None:
    whole = track.read(data / "survey.tlog")
    kept = track.thinned(whole, rows=200)
    assert len(kept) <= 200
    assert list(kept) == sorted(set(kept.tolist()))
    assert whole.height_home_m[kept].max() == whole.height_home_m.max()
    assert whole.ground_speed_m_s[kept].max() == whole.ground_speed_m_s.max()
    assert whole.battery_pct[kept].min() == whole.battery_pct.min()


def test_a_recording_cut_in_the_middle_of_a_frame_is_read_up_to_there(data: Path, tmp_path: Path) -> None:
    whole = track.read(data / "survey.tlog")
    cut = tmp_path / "cut.tlog"
    cut.write_bytes((data / "survey.tlog").read_bytes()[:500_003])
    part = track.read(cut)
    assert 10 < len(part.time_s) < len(whole.time_s)
    assert (part.lat_deg == whole.lat_deg[: len(part.lat_deg)]).all()


def test_what_is_found_out_of_a_long_recording_is_kept_until_it_changes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "LONG_BYTES", 1)
    recording = tmp_path / "flights" / "F1" / "telemetry.tlog"
    recording.parent.mkdir(parents=True)
    whole = (data / "survey.tlog").read_bytes()
    recording.write_bytes(whole)
    track.forget()
    first = track.series(recording)
    assert [file.name for file in recording.parent.iterdir()] == ["telemetry.tlog"]
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "attachments" / "F1").iterdir()}
    assert {file.suffix for file in kept} == {".places", ".track"}
    track.forget()
    assert msgspec.json.encode(track.series(recording)) == msgspec.json.encode(first)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    recording.write_bytes(whole[:500_003])
    assert track.series(recording).rows_recorded < first.rows_recorded


def test_a_log_is_examined_once_while_it_and_the_plan_stay(data: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.bin"
    changed(data / "survey.bin", log, "RCOU", {"C2": 1990}, slice(60, 110))
    found = recordings.examined(log, None)
    assert "motor at its limit" in {one.check for one in found}
    assert recordings.examined(log, None) is found
    assert recordings.examined(log, Plan()) is not found
    log.unlink()
    log.write_bytes((data / "survey-start.bin").read_bytes())
    assert recordings.examined(log, None) == ()
