"""Photographs and videos of a flight, and notes of its moments."""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from werkzeug.test import TestResponse

from telemetry.evidence import media
from telemetry.wire import FlightRecord
from tests.web.conftest import FLIGHT, Browser, flight, problem
from tests.web.evidence import sealed_flight
from tests.web.photographs import TAKEN, jpeg
from web.api import Sortie
from web.api_flights import Attachment, FlightNote, NoteCreate, Taken
from web.store.database import Database


def movie(seconds: int) -> bytes:
    return b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\x6cmoov\0\0\0\x6cmvhd\0\0\0\0" + struct.pack(">II", seconds, 0)


class TestMedia:
    @pytest.mark.parametrize("order", ["<", ">"])
    def test_a_photograph_says_when_it_was_taken(self, order: str) -> None:
        assert media.taken_at(jpeg("2026:11:22 05:18:30", "+00:00", order)) == TAKEN
        assert media.taken_at(jpeg("2026:11:22 06:18:30", "+01:00", order)) == TAKEN
        assert media.taken_at(jpeg("2026:11:22 05:18:30", None, order)) == TAKEN

    def test_a_video_says_when_it_began(self) -> None:
        seconds = int((TAKEN - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
        assert media.taken_at(movie(seconds)) == TAKEN
        assert media.taken_at(movie(0)) is None

    def test_what_it_is_is_seen_in_its_bytes(self) -> None:
        assert media.media_type(jpeg("", None)) == "image/jpeg"
        assert media.media_type(movie(1)) == "video/mp4"
        assert media.media_type(b"\x89PNG\r\n\x1a\n") == "image/png"
        assert media.media_type(b"<html><script>") is None
        assert media.media_type(b"") is None

    def test_damaged_ones_never_raise(self) -> None:
        for sound in (jpeg("2026:11:22 05:18:30", "+00:00"), movie(9)):
            for at in range(len(sound)):
                for hurt in (sound[:at], sound[:at] + b"\xff" + sound[at + 1 :]):
                    taken = media.taken_at(hurt)
                    assert taken is None or taken.tzinfo is UTC


@pytest.fixture
def flown(tmp_path: Path, data: Path, database: Database, approved: Sortie) -> FlightRecord:
    return sealed_flight(tmp_path, data, database, approved)


def attach(browser: Browser, content: bytes, query: str = "name=roof.jpg") -> TestResponse:
    path = f"/api/flights/{FLIGHT}/attachments?{query}"
    return browser.client.post(path, data=content, content_type="image/jpeg", headers={"X-CSRFToken": browser.token})


def test_a_photograph_is_kept_as_it_came_with_its_hash_and_time(pilot: Browser, flown: FlightRecord) -> None:
    content = jpeg("2026:11:22 05:18:30", "+00:00")
    answered = attach(pilot, content)
    assert answered.status_code == 201
    made = msgspec.json.decode(answered.data, type=Attachment)
    assert (made.sha256, made.by, made.media_type) == (hashlib.sha256(content).hexdigest(), "pilot", "image/jpeg")
    assert made.taken == Taken(TAKEN, "file")
    assert flight(pilot).attachments == (made,)
    given = pilot.get(f"/flights/{FLIGHT}/attachments/{made.attachment_id}")
    assert (given.data, given.mimetype) == (content, "image/jpeg")


def test_a_given_time_beats_the_cameras_and_a_name_is_only_a_name(pilot: Browser, flown: FlightRecord) -> None:
    content = jpeg("2026:11:22 05:18:30", None)
    answered = attach(pilot, content, "name=../../etc/p%20w.jpg&taken_at=2026-11-22T05:20:00Z")
    made = msgspec.json.decode(answered.data, type=Attachment)
    assert made.taken == Taken(datetime(2026, 11, 22, 5, 20, tzinfo=UTC), "given")
    assert made.name == "etc-p-w.jpg"
    assert problem(attach(pilot, content, "name=a&taken_at=yesterday"), 400).where == "taken_at"


def test_a_video_comes_in_pieces_and_may_say_its_time_at_its_end(pilot: Browser, flown: FlightRecord) -> None:
    began = int((TAKEN - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    content = b"\0\0\0\x18ftypisom" + bytes(3_000_000) + movie(began)[24:]
    upload = f"/api/flights/{FLIGHT}/logs/00112233445566ff"
    for at in range(0, len(content), 1 << 20):
        assert pilot.send("PUT", f"{upload}?at={at}", content[at : at + (1 << 20)]).status_code == 204
    answered = attach(pilot, b"", "name=roof.mp4&upload=00112233445566ff")
    made = msgspec.json.decode(answered.data, type=Attachment)
    assert (made.sha256, made.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (made.media_type, made.taken) == ("video/mp4", Taken(TAKEN, "file"))
    assert attach(pilot, b"", "name=roof.mp4&upload=00112233445566ff").status_code == 404
    assert pilot.get(f"/flights/{FLIGHT}/attachments/{made.attachment_id}").data == content


def test_only_photographs_and_videos_are_taken(
    pilot: Browser, control_room: Browser, flown: FlightRecord, tmp_path: Path
) -> None:
    assert problem(attach(pilot, b"<svg onload=alert(1)>"), 400).where == "file"
    assert flight(pilot).attachments == ()
    assert list((tmp_path / "attachments" / FLIGHT).iterdir()) == []
    problem(attach(control_room, jpeg("", None)), 403)
    assert pilot.get(f"/flights/{FLIGHT}/attachments/9").status_code == 404


def test_a_note_is_of_a_moment(pilot: Browser, flown: FlightRecord) -> None:
    answered = pilot.send("POST", f"/api/flights/{FLIGHT}/notes", NoteCreate("Gusts.", TAKEN))
    note = msgspec.json.decode(answered.data, type=FlightNote)
    assert note.moment == TAKEN
    assert flight(pilot).notes == (note,)
    timeless = b'{"text":"x","moment":"2026-11-22T05:18:30"}'
    assert problem(pilot.send("POST", f"/api/flights/{FLIGHT}/notes", timeless), 400).where == "moment"
