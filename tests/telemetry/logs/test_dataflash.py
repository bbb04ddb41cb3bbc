"""The DataFlash reader against pymavlink, and against damage."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymavlink.DFReader import DFReader_binary

from telemetry.errors import RecordingError
from telemetry.logs import Log, read
from telemetry.logs.walk import Walked, candidates, damage_between, walk

RECORDINGS = ("survey-start.bin", "survey.bin", "fence-breach.bin", "battery-failsafe.bin")
UNTIMED = ("FMT", "FILE")


def joined(blocks: list[Walked]) -> Walked:
    return Walked(*(np.concatenate(column) for column in zip(*blocks, strict=True)))


def by_pymavlink(path: Path) -> dict[str, list[Any]]:
    reader = DFReader_binary(str(path))
    found: dict[str, list[Any]] = defaultdict(list)
    while (message := reader.recv_msg()) is not None:
        found[message.get_type()].append(message)
    return found


def assert_equal(log: Log, expected: dict[str, list[Any]]) -> None:
    assert set(log.tables) == set(expected)
    for table in log:
        messages = expected[table.name]
        assert len(table) == len(messages)
        if table.name not in UNTIMED:
            assert np.allclose(table.time_s, [message._timestamp for message in messages], rtol=0, atol=5e-7)
        for field in table.fields:
            theirs = [getattr(message, field) for message in messages]
            ours = table[field].tolist()
            if table.name == "FILE" and field == "Data":
                ours = [bytes(row) for row in ours]
            elif table[field].dtype.kind == "S":
                ours = [text.decode("utf-8") for text in ours]
            for mine, his in zip(ours, theirs, strict=True):
                assert mine == his or (mine != mine and his != his), f"{table.name}.{field}"


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_value_is_pymavlinks(data: Path, name: str) -> None:
    assert_equal(read(data / name), by_pymavlink(data / name))


def test_units_and_instances_are_pymavlinks(data: Path) -> None:
    reader = DFReader_binary(str(data / "survey-start.bin"))
    prefixes = {1.0: "", 10.0: "d", 100.0: "c", 1000.0: "m", 1e6: "µ", 1e9: "n"}
    for table in read(data / "survey-start.bin"):
        theirs = reader.formats[reader.name_to_id[table.name]]
        assert table.instance == theirs.instance_field
        for field, unit in table.units.items():
            his = theirs.get_unit(field).replace("deglatitude", "deg").replace("deglongitude", "deg")
            prefix = prefixes.get(round(unit.per, 6))
            if prefix is not None:
                assert prefix + unit.base == his.replace("degheading", "deg"), f"{table.name}.{field}"


def test_what_the_log_tells(data: Path) -> None:
    story = read(data / "battery-failsafe.bin").story
    assert [(mode.name, mode.reason) for mode in story.modes] == [
        ("GUIDED", "by the ground station"),
        ("AUTO", "by the ground station"),
        ("RTL", "battery failsafe"),
        ("LAND", "battery failsafe"),
    ]
    assert len(story.armings) == 1
    assert story.parameter("BATT_CRT_MAH") is not None
    assert "Battery 1 is critical 12.60V used 701 mAh" in [text.text for text in story.texts]
    assert story.plan is not None
    assert len(story.plan.items) == 20


def test_the_plan_on_board_is_the_same_by_both_logs(data: Path) -> None:
    by_bin, by_tlog = read(data / "survey.bin").story.plan, read(data / "survey.tlog").story.plan
    assert by_bin is not None
    assert by_tlog is not None
    assert by_bin.items == by_tlog.items
    assert by_bin.geofence == by_tlog.geofence
    assert by_bin.rally == by_tlog.rally


def test_what_is_no_log_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "holiday.bin").write_bytes(b"\xa3\x95\x07snow" * 500)
    with pytest.raises(RecordingError, match=r"holiday\.bin at byte 0: holds no FMT"):
        read(tmp_path / "holiday.bin")


def test_damage_costs_only_what_it_hits(data: Path) -> None:
    """1,000 mutations: every record before the damage and every one behind it is found where it then lies."""
    whole = np.fromfile(data / "survey-start.bin", dtype=np.uint8)
    fmt = read(data / "survey-start.bin")["FMT"]
    lengths = np.zeros(256, dtype=np.int64)
    lengths[fmt["Type"]] = fmt["Length"]
    sound_all = joined(walk(candidates(whole), lengths, len(whole)))
    chance = random.Random(11)
    for _ in range(1000):
        first = chance.randrange(len(sound_all.start) - 100)
        piece = whole[sound_all.start[first] : sound_all.start[first + 80]].tobytes()
        starts = sound_all.start[first : first + 80] - sound_all.start[first]
        ends = starts + lengths[sound_all.kind[first : first + 80]]
        at, removed, put = _mutation(piece, chance)
        hurt = np.frombuffer(piece[:at] + put + piece[at + removed :], dtype=np.uint8)
        blocks = walk(candidates(hurt), lengths, len(hurt))
        before = starts[ends <= at]
        behind = starts[starts >= at + removed] + len(put) - removed
        assert set(before.tolist()) | set(behind.tolist()) <= set(joined(blocks).start.tolist())
        assert sum(gap.bytes for gap in damage_between(hurt, blocks, lengths)) <= len(put) + 2 * 256


def test_a_flood_of_headers_costs_at_most_the_record_behind_it(data: Path, tmp_path: Path) -> None:
    """DataFlash has no checksum: bytes made to look like records can pass for some, and hide what follows on them."""
    whole = (data / "survey-start.bin").read_bytes()
    (tmp_path / "flood.bin").write_bytes(whole[:300_000] + b"\xa3\x95" * 5000 + whole[300_000:])
    flooded, sound = read(tmp_path / "flood.bin"), read(data / "survey-start.bin")
    assert set(flooded.tables) == set(sound.tables)
    assert all(set(sound[name].time_s) - set(flooded[name].time_s) == set() for name in ("PARM", "MSG", "MODE"))
    assert sum(len(set(table.time_s) - set(flooded[table.name].time_s)) for table in sound if "TimeUS" in table) <= 2


def _mutation(piece: bytes, chance: random.Random) -> tuple[int, int, bytes]:
    """Where, how many bytes go, and what comes in their place."""
    at = chance.randrange(len(piece))
    flipped = bytes([piece[at] ^ 1 << chance.randrange(8)])
    return chance.choice(
        [
            (at, 1, flipped),
            (at, chance.randrange(1, 200), b""),
            (at, 0, chance.randbytes(chance.randrange(1, 200))),
            (at, 100, b"\xff" * 100),
            (at, len(piece) - at, b""),
        ]
    )


def test_without_the_fmt_of_one_type_the_others_are_read(data: Path, tmp_path: Path) -> None:
    whole = (data / "survey-start.bin").read_bytes()
    expected = read(data / "survey-start.bin")
    kind = int(expected["FMT"]["Type"][expected["FMT"]["Name"] == b"ATT"][0])
    fmt = whole.index(b"\xa3\x95\x80" + bytes([kind]))
    (tmp_path / "short.bin").write_bytes(whole[:fmt] + whole[fmt + 89 :])
    log = read(tmp_path / "short.bin")
    assert "ATT" not in log
    assert len(log["POS"]) == len(expected["POS"])
    assert log.messages == expected.messages - len(expected["ATT"]) - 1
    assert any("no FMT describes" in damage.what for damage in log.damage)


def test_a_reboot_within_the_log_starts_the_clock_again(data: Path, tmp_path: Path) -> None:
    whole = (data / "fence-breach.bin").read_bytes()
    (tmp_path / "twice.bin").write_bytes(whole + (data / "battery-failsafe.bin").read_bytes())
    log = read(tmp_path / "twice.bin")
    first, second = read(data / "fence-breach.bin"), read(data / "battery-failsafe.bin")
    assert log["POS"].time_s.tolist() == [*first["POS"].time_s.tolist(), *second["POS"].time_s.tolist()]


def test_a_log_with_damaged_descriptions_is_read_or_refused(data: Path, tmp_path: Path) -> None:
    """300 mutations, most of them among FMT, UNIT, MULT and FMTU: what is left is read to its last value."""
    whole = (data / "survey-start.bin").read_bytes()[:60_000]
    path, chance = tmp_path / "hurt.bin", random.Random(13)
    for _ in range(300):
        at, removed, put = _mutation(whole[:20_000], chance)
        path.write_bytes(whole[:at] + put + whole[at + removed :])
        log = read(path)
        for table in log:
            assert len(table.time_s) == len(table)
            assert all(len(table[field]) == len(table) for field in table.fields)
            assert all(len(table.si(field)) == len(table) for field in table.numbers)
        assert log.story.plan is None


def test_a_damaged_time_is_that_of_the_record_before(data: Path, tmp_path: Path) -> None:
    sound, path = read(data / "survey-start.bin"), tmp_path / "hurt.bin"
    whole = (data / "survey-start.bin").read_bytes()
    row = sound["ATT"]["TimeUS"][50].tobytes()
    path.write_bytes(whole.replace(row, row[:7] + b"\x40"))
    hurt = read(path)
    assert hurt["ATT"].time_s[50] == sound["ATT"].time_s[49]
    assert np.delete(hurt["ATT"].time_s, 50).tolist() == np.delete(sound["ATT"].time_s, 50).tolist()
    assert hurt.span_s == sound.span_s


@pytest.mark.parametrize("size", [1 << 12, 1 << 16])
def test_blocks_of_any_size_hold_the_same_records(data: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    whole = np.fromfile(data / "survey-start.bin", dtype=np.uint8)
    fmt = read(data / "survey-start.bin")["FMT"]
    lengths = np.zeros(256, dtype=np.int64)
    lengths[fmt["Type"]] = fmt["Length"]
    seam = int(joined(walk(candidates(whole), lengths, len(whole))).start[5000])
    hurt = np.insert(whole, seam, np.full(100, 7, dtype=np.uint8))
    whole_blocks = walk(candidates(hurt), lengths, len(hurt))
    monkeypatch.setattr("telemetry.logs.walk._BLOCK", size)
    monkeypatch.setattr("telemetry.logs.walk._ROWS", size // 64)
    blocks = walk(candidates(hurt), lengths, len(hurt))
    assert len(blocks) > 5
    assert joined(blocks).start.tolist() == joined(whole_blocks).start.tolist()
    damage = damage_between(hurt, blocks, lengths)
    assert damage == damage_between(hurt, whole_blocks, lengths)
    assert (seam, 100) in [(gap.offset, gap.bytes) for gap in damage]
