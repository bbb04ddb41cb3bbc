"""What is left of a flight that was disposed of: proof that it was, and nothing of its content."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import msgspec
import pytest

from telemetry.errors import RecordingError
from telemetry.evidence import publishing, verify, verify_log
from telemetry.evidence.disposal import dispose
from telemetry.evidence.flight_log import NAME, FlightLog
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.publishing import Head
from telemetry.evidence.verifier import DISPOSAL, SEAL, canonical
from tests.telemetry.evidence.conftest import DECISION, NOW, flight, public


def disposed(home: Path, data: Path, name: str = "20261122T071530Z-UAV-07") -> Path:
    folder = flight(home, data, name)
    (folder / "attachments").mkdir()
    (folder / "attachments" / "photo.jpg").write_bytes(b"content")
    dispose(folder, DECISION, EvidenceKeys(home / "keys"))
    return folder


def test_the_certificate_verifies_and_nothing_else_is_left(home: Path, data: Path) -> None:
    folder = disposed(home, data)
    assert [path.name for path in folder.iterdir()] == [DISPOSAL]
    verdict = verify(folder, public(home))
    assert verdict.good
    assert verdict.disposed is not None
    both = (
        "proposed by R. Osei (account supervisor) at 2026-11-22T09:00:00+00:00, "
        "confirmed by M. Weber (account manager) at 2026-11-22T09:00:00+00:00"
    )
    assert verdict.disposed == f"disposed of: {both}; reason: Reviewed: no policing purpose"
    assert (verdict.files, verdict.flight_id) == (4, folder.name)
    assert verify_log(home / "flights" / NAME, public(home), flights=home / "flights") == []


def test_the_certificate_holds_no_content(home: Path, data: Path) -> None:
    certificate = (disposed(home, data) / DISPOSAL).read_text()
    assert "armed" not in certificate
    assert len(certificate) < 4000


def test_any_changed_byte_of_it_is_found(home: Path, data: Path) -> None:
    path, chance = disposed(home, data) / DISPOSAL, random.Random(8)
    sound = path.read_bytes()
    for _ in range(60):
        at = chance.randrange(len(sound))
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        assert not verify(path.parent, public(home)).good, sound[at - 20 : at + 20]


def test_a_lost_flight_is_not_a_disposed_one(home: Path, data: Path, tmp_path: Path) -> None:
    """Neither without a certificate, nor with one that is not in the log, nor with that of another flight."""
    log, key = home / "flights" / NAME, public
    one, other = flight(home, data, "20261123T071530Z-UAV-07"), disposed(home, data)
    saved = shutil.copytree(one, tmp_path / "saved")
    shutil.rmtree(one)
    assert "its seal" in verify_log(log, key(home), flights=home / "flights")[0].text
    one.mkdir()
    shutil.copy(other / DISPOSAL, one / DISPOSAL)
    assert "its seal" in verify_log(log, key(home), flights=home / "flights")[0].text
    shutil.copy(saved / SEAL, one / SEAL)
    (one / DISPOSAL).unlink()
    shutil.rmtree(other)
    assert "certificate of disposal" in verify_log(log, key(home), flights=home / "flights")[0].text


def test_a_certificate_of_one_person_is_named(home: Path, data: Path) -> None:
    """Whoever holds the key can write one."""
    folder = flight(home, data)
    dispose(folder, msgspec.structs.replace(DECISION, confirmed_by="supervisor"), EvidenceKeys(home / "keys"))
    (problem,) = verify(folder, public(home)).problems
    assert problem.text == "one person alone proposed and confirmed it"


def test_a_certificate_with_the_entry_of_another_is_named(home: Path, data: Path) -> None:
    one, other = disposed(home, data), disposed(home, data, "20261123T071530Z-UAV-07")
    held, foreign = (json.loads((folder / DISPOSAL).read_bytes()) for folder in (one, other))
    (one / DISPOSAL).write_bytes(canonical({**held, "entry": foreign["entry"]}))
    (problem,) = verify(one, public(home)).problems
    assert "belongs to another disposal" in problem.text


def test_content_that_came_back_is_named(home: Path, data: Path) -> None:
    folder = disposed(home, data)
    (folder / "telemetry.tlog").write_bytes(b"still here")
    (problem,) = verify(folder, public(home)).problems
    assert problem.text == "telemetry.tlog is still there"


def test_it_is_taken_up_again_where_it_was_interrupted(home: Path, data: Path) -> None:
    folder = disposed(home, data)
    before = (folder / DISPOSAL).read_bytes(), (home / "flights" / NAME).read_bytes()
    (folder / "telemetry.tlog").write_bytes(b"not yet deleted")
    dispose(folder, DECISION, EvidenceKeys(home / "keys"))
    assert [path.name for path in folder.iterdir()] == [DISPOSAL]
    assert ((folder / DISPOSAL).read_bytes(), (home / "flights" / NAME).read_bytes()) == before


def test_a_flight_without_a_seal_is_not_disposed_of(home: Path, data: Path) -> None:
    folder = flight(home, data)
    (folder / SEAL).unlink()
    with pytest.raises(RecordingError, match="seal cannot be read"):
        dispose(folder, DECISION, EvidenceKeys(home / "keys"))
    assert (folder / "telemetry.tlog").is_file()


def test_keys_are_followed_through_a_certificate(home: Path, data: Path) -> None:
    flight(home, data, "20261121T071530Z-UAV-07")
    first = public(home)
    EvidenceKeys(home / "keys").rotate()
    disposed(home, data)
    assert verify_log(home / "flights" / NAME, first, flights=home / "flights") == []


class TestThePublishedHead:
    def head(self, home: Path) -> Head:
        count, last = FlightLog(home / "flights" / NAME).head()
        return Head(count, last, 5, "b" * 64, NOW)

    def test_it_is_read_back_by_the_key_and_its_followers(self, home: Path, data: Path) -> None:
        flight(home, data)
        first, keys = public(home), EvidenceKeys(home / "keys")
        assert publishing.read(publishing.sign(self.head(home), keys), first, "head")[0] == self.head(home)
        keys.rotate()
        published = publishing.sign(self.head(home), keys)
        assert publishing.read(published, first, "head")[0] == self.head(home)

    def test_a_changed_or_foreign_one_is_refused(self, home: Path, data: Path, tmp_path: Path) -> None:
        flight(home, data)
        published = publishing.sign(self.head(home), EvidenceKeys(home / "keys"))
        for wrong in (published.replace(b"flights 1", b"flights 2"), b"{}", b"[1]", b"no head"):
            with pytest.raises(RecordingError, match="head"):
                publishing.read(wrong, public(home), "head.json")
        with pytest.raises(RecordingError, match="holds no published head"):
            publishing.read_all(b"", public(home), "head.json")
        with pytest.raises(RecordingError, match="not signed by that key"):
            publishing.read(published, EvidenceKeys(tmp_path / "other").public, "head.json")
