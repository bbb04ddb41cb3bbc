"""DataFlash as text and PX4's ULog."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from pyulog import ULog

from telemetry.errors import RecordingError
from telemetry.logs import read
from telemetry.review.track import track_of

TEXT_LOG = """\
FMT, 128, 89, FMT, BBnNZ, Type,Length,Name,Format,Columns
FMT, 60, 31, POS, QLLfff, TimeUS,Lat,Lng,Alt,RelHomeAlt,RelOriginAlt
FMT, 61, 31, MODE, QMBB, TimeUS,Mode,ModeNum,Rsn
FMT, 62, 31, MSG, QZ, TimeUS,Message
POS, 1000000, 51.5073500, -0.1637000, 24.10, 0.00, 0.01
MODE, 1100000, Guided, 4, 2
MSG, 1200000, Arming motors, at last
POS, 2000000, 51.5073600, -0.1637000, 34.10, 10.00, 10.01
POS, 3000000, 51.50
MODE, 3100000, RTL, 6, 10
"""


def test_a_text_log_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "flight.log").write_text(TEXT_LOG)
    log = read(tmp_path / "flight.log")
    assert log["POS"]["Lat"].tolist() == [51.50735, 51.50736]
    assert log["POS"].time_s.tolist() == [1.0, 2.0]
    assert [(mode.name, mode.reason) for mode in log.story.modes] == [
        ("GUIDED", "by the ground station"),
        ("RTL", "fence breached"),
    ]
    assert [text.text for text in log.story.texts] == ["Arming motors, at last"]
    assert [(damage.offset, damage.what) for damage in log.damage] == [
        (TEXT_LOG.index("POS, 3000000"), "no values of a POS")
    ]


def test_a_text_log_without_formats_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "diary.log").write_text("Dear diary,\n")
    with pytest.raises(RecordingError, match=r"diary\.log at byte 0: holds no FMT"):
        read(tmp_path / "diary.log")


HURT_LINES = [
    ("FMT, 64, 31, VIBE, QfB, TimeUS,VibeX", "an FMT line that describes nothing"),
    ("FMT, 64, 31, VIBE, Qf, TimeUS,TimeUS", "an FMT line that describes nothing"),
    ("MODE, 3100000, RTL, 1e999, 10", "no values of a MODE"),
    ("MODE, 99999999999999999999, RTL, 6, 10", "no values of a MODE"),
    ("MODE, nan, RTL, 6, 10", "no values of a MODE"),
]


@pytest.mark.parametrize(("line", "what"), HURT_LINES)
def test_a_damaged_line_of_a_text_log_costs_only_itself(tmp_path: Path, line: str, what: str) -> None:
    (tmp_path / "flight.log").write_text(f"{TEXT_LOG}{line}\nMODE, 4000000, Land, 9, 10\n")
    log = read(tmp_path / "flight.log")
    assert (log.damage[-1].offset, log.damage[-1].what) == (len(TEXT_LOG), what)
    assert [mode.name for mode in log.story.modes] == ["GUIDED", "RTL", "LAND"]


def test_a_mode_number_that_is_no_number_is_text(tmp_path: Path) -> None:
    (tmp_path / "flight.log").write_text(
        TEXT_LOG.replace("MBB", "MMB") + "MODE, 4000000, Land, \u00b2, 10\n", "latin-1"
    )
    assert read(tmp_path / "flight.log")["MODE"]["ModeNum"].dtype.kind == "S"


def ulog_message(kind: str, body: bytes) -> bytes:
    return struct.pack("<HB", len(body), ord(kind)) + body


def ulog_file(path: Path) -> None:
    place = "vehicle_global_position:uint64_t timestamp;double lat;double lon;float alt;"
    parts = [
        b"ULog\x01\x12\x35\x01" + struct.pack("<Q", 1_000_000),
        ulog_message("B", bytes(40)),
        ulog_message("F", place.encode()),
        ulog_message("P", bytes([len(b"float MPC_XY_CRUISE")]) + b"float MPC_XY_CRUISE" + struct.pack("<f", 5.0)),
        ulog_message("A", struct.pack("<BH", 0, 1) + b"vehicle_global_position"),
        ulog_message("A", struct.pack("<BH", 1, 2) + b"vehicle_global_position"),
    ]
    for row in range(3):
        stamp = 1_000_000 + row * 100_000
        parts.append(ulog_message("D", struct.pack("<HQddf", 1, stamp, 47.39 + row, 8.54, 488.0)))
        parts.append(ulog_message("D", struct.pack("<HQddf", 2, stamp, 47.0, 8.0, 480.0)))
    parts.append(ulog_message("L", struct.pack("<BQ", ord("4"), 1_150_000) + b"[commander] Takeoff detected"))
    path.write_bytes(b"".join(parts))


def test_every_value_of_a_ulog_is_pyulogs(tmp_path: Path) -> None:
    ulog_file(tmp_path / "flight.ulg")
    log = read(tmp_path / "flight.ulg")
    for topic in ULog(str(tmp_path / "flight.ulg")).data_list:
        table = log[topic.name].of(topic.multi_id)
        for field, values in topic.data.items():
            assert np.array_equal(table[field], values)
    assert log["vehicle_global_position"].of(0).time_s.tolist() == pytest.approx([1.0, 1.1, 1.2])
    assert log.story.parameter("MPC_XY_CRUISE") == 5.0
    assert [(text.severity, text.text) for text in log.story.texts] == [(4, "[commander] Takeoff detected")]
    track = track_of(log)
    assert track is not None
    assert track.altitude_amsl_m.max() == 488.0


def test_a_ulog_with_a_damaged_length_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    """pyulog by itself stays for ever where such a length stands near the end."""
    path = tmp_path / "flight.ulg"
    ulog_file(path)
    whole = path.read_bytes()
    for at in range(16, len(whole) - 3):
        path.write_bytes(whole[:at] + b"\xff\xff\x01" + whole[at + 3 :])
        with contextlib.suppress(RecordingError):
            log = read(path)
            assert all(len(table[field]) == len(table) for table in log for field in table.fields)
            assert log.story.plan is None


def test_a_ulogs_parameter_of_a_damaged_type_is_left_out(tmp_path: Path) -> None:
    ulog_file(tmp_path / "flight.ulg")
    whole = (tmp_path / "flight.ulg").read_bytes()
    (tmp_path / "flight.ulg").write_bytes(whole.replace(b"float MPC_XY_CRUISE", b"flo_t MPC_XY_CRUISE"))
    log = read(tmp_path / "flight.ulg")
    assert log.story.parameters == ()
    assert len(log["vehicle_global_position"]) == 6


def test_a_broken_ulog_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "broken.ulg").write_bytes(b"no log at all")
    with pytest.raises(RecordingError, match=r"broken\.ulg at byte 0"):
        read(tmp_path / "broken.ulg")
