from pathlib import Path
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as peer

from telemetry.errors import SettingsError
from telemetry.mavlink.frame import Frame, FrameReader
from telemetry.mavlink.messages import encode
from telemetry.mavlink.signing import EPOCH_S, TICKS_PER_S, Signing, key_of

KEY = key_of("hyde park")
NOW_S = EPOCH_S + 1000.0


class Clock:
    now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vehicle(tmp_path: Path, clock: Clock) -> Signing:
    return Signing(KEY, tmp_path / "vehicle.json", link_id=3, clock=clock)


@pytest.fixture
def station(tmp_path: Path, clock: Clock) -> Signing:
    return Signing(KEY, tmp_path / "station.json", clock=clock)


def framed(raw: bytes) -> Frame:
    (frame,) = FrameReader().feed(raw)
    return frame


def heartbeat(signer: Signing | None, **header: int) -> Frame:
    header = {"seq": 0, "sysid": 1, "compid": 1} | header
    return framed(encode("HEARTBEAT", {"type": 2}, signer=signer, **header))


def test_right_signature_is_believed_once(vehicle: Signing, station: Signing) -> None:
    frame = heartbeat(vehicle)
    assert frame.signed
    assert station.refusal(frame) is None
    assert station.refusal(frame) == "replayed"
    assert station.refusal(heartbeat(vehicle)) is None
    assert station.refused == {"replayed": 1}


def test_forged_altered_and_unsigned_are_refused(tmp_path: Path, vehicle: Signing, station: Signing) -> None:
    forger = Signing(key_of("regent's park"), tmp_path / "forger.json", clock=Clock())
    assert station.refusal(heartbeat(forger)) == "wrong signature"
    raw = heartbeat(vehicle).raw
    assert station.refusal(Frame(0, 1, 1, 0, raw[:-1] + bytes([raw[-1] ^ 1]))) == "wrong signature"
    assert station.refusal(heartbeat(None)) == "not signed"
    assert station.refused == {"wrong signature": 2, "not signed": 1}


def test_forged_frame_does_not_move_the_time(tmp_path: Path, vehicle: Signing, station: Signing) -> None:
    ahead = Clock()
    ahead.now_s += 3600
    station.refusal(heartbeat(Signing(key_of("other"), tmp_path / "forger.json", link_id=3, clock=ahead)))
    assert station.refusal(heartbeat(vehicle)) is None


def test_modem_status_needs_no_signature(station: Signing) -> None:
    radio = encode("RADIO_STATUS", {"rssi": 100}, seq=0, sysid=51, compid=68)
    assert station.refusal(framed(radio)) is None


def test_first_frame_of_a_sender_may_be_a_minute_late(vehicle: Signing, station: Signing, clock: Clock) -> None:
    late, too_late = heartbeat(vehicle, compid=1), heartbeat(vehicle, compid=2)
    clock.now_s += 59
    assert station.refusal(late) is None
    clock.now_s += 2
    assert station.refusal(too_late) == "timestamp too old"


def test_senders_are_told_apart(tmp_path: Path, station: Signing, clock: Clock) -> None:
    by_radio = Signing(KEY, tmp_path / "radio.json", link_id=1, clock=clock)
    by_mobile = Signing(KEY, tmp_path / "mobile.json", link_id=2, clock=clock)
    first, second = heartbeat(by_radio), heartbeat(by_radio, sysid=2)
    assert station.refusal(second) is None
    assert station.refusal(first) is None
    assert station.refusal(heartbeat(by_mobile)) is None


def test_restart_neither_believes_old_frames_nor_repeats_its_times(tmp_path: Path, vehicle: Signing) -> None:
    behind = Clock()
    station = Signing(KEY, tmp_path / "s.json", clock=behind)
    old = heartbeat(vehicle)
    assert station.refusal(old) is None
    sent = heartbeat(station)
    station.save()
    behind.now_s -= 500
    again = Signing(KEY, tmp_path / "s.json", clock=behind)
    assert again.refusal(old) == "replayed"
    assert int.from_bytes(heartbeat(again).raw[-12:-6], "little") > int.from_bytes(sent.raw[-12:-6], "little")


def test_times_are_saved_within_a_second_without_being_asked(tmp_path: Path, station: Signing, clock: Clock) -> None:
    heartbeat(station)
    assert (tmp_path / "station.json").exists()
    before = (tmp_path / "station.json").read_bytes()
    clock.now_s += 1
    heartbeat(station)
    assert (tmp_path / "station.json").read_bytes() != before


@pytest.mark.parametrize("content", ["", "{", '{"own": "x", "streams": {}}', "[]"])
def test_damaged_times_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "s.json").write_text(content)
    with pytest.raises(SettingsError, match=r"s\.json"):
        Signing(KEY, tmp_path / "s.json")


def test_key_of_wrong_length_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="32 bytes, not 5"):
        Signing(b"short", tmp_path / "s.json")


def test_pymavlink_believes_our_signature_and_we_its(vehicle: Signing, station: Signing) -> None:
    theirs: Any = peer.MAVLink(None, 9, 8)
    theirs.signing.secret_key = KEY
    theirs.signing.timestamp = int((NOW_S - EPOCH_S) * TICKS_PER_S)
    (message,) = theirs.parse_buffer(heartbeat(vehicle).raw)
    assert message.get_signed()
    theirs.signing.sign_outgoing = True
    assert station.refusal(framed(peer.MAVLink_heartbeat_message(2, 3, 0, 0, 4, 3).pack(theirs))) is None
