"""Seals, the log of flights, and every way to tamper with them."""

from __future__ import annotations

import json
import os
import random
import shutil
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telemetry.errors import RecordingError, SettingsError
from telemetry.evidence import keys, verify, verify_log
from telemetry.evidence.ed25519 import NotReadable, is_signed
from telemetry.evidence.flight_log import NAME, FlightLog
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.sealing import seal, seal_flight
from telemetry.evidence.verifier import CHUNK, NO_HASH, SEAL, canonical, links_of, parse
from tests.telemetry.evidence.conftest import flight, public

AT = "2026-11-29T07:15:30+00:00"


def test_a_sealed_flight_verifies(home: Path, data: Path) -> None:
    verdict = verify(flight(home, data), public(home))
    assert verdict.good
    assert verdict.flight_id == "20261122T071530Z-UAV-07"
    assert verdict.files == 4
    assert verdict.unsealed == ()


def test_sealing_again_changes_nothing(home: Path, data: Path) -> None:
    folder = flight(home, data)
    before = (folder / SEAL).read_bytes(), (home / "flights" / NAME).read_bytes()
    (folder / "empty").mkdir()
    EvidenceKeys(home / "keys").rotate()
    seal_flight(folder)
    assert ((folder / SEAL).read_bytes(), (home / "flights" / NAME).read_bytes()) == before


@pytest.mark.parametrize("chunk", [0, 1, 3])
def test_the_first_chunk_that_differs_is_named(home: Path, data: Path, chunk: int) -> None:
    folder = flight(home, data)
    content = bytearray((folder / "telemetry.tlog").read_bytes())
    content[chunk * CHUNK + 500] ^= 1
    (folder / "telemetry.tlog").write_bytes(content)
    (problem,) = verify(folder, public(home)).problems
    assert (problem.file, problem.chunk, problem.offset) == ("telemetry.tlog", chunk, chunk * CHUNK)


def test_a_thousand_random_tamperings_are_found(home: Path, data: Path) -> None:
    folder, key = flight(home, data), public(home)
    chance = random.Random(3)
    names = ["telemetry.tlog", "events.jsonl", "manifest.json", SEAL]
    for _ in range(1000):
        name = chance.choice(names)
        path, sound = folder / name, (folder / name).read_bytes()
        hurt = _tampered(sound, chance)
        path.write_bytes(hurt)
        verdict = verify(folder, key)
        assert not verdict.good
        assert any(problem.file == name for problem in verdict.problems)
        if name == "telemetry.tlog":
            differs = next(at for at in range(len(sound)) if at >= len(hurt) or hurt[at] != sound[at])
            assert [problem.chunk for problem in verdict.problems] == [differs // CHUNK]
        path.write_bytes(sound)
    assert verify(folder, key).good


def _tampered(sound: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(sound))
    kind = chance.randrange(4)
    if kind == 0 or len(sound) < 3 * CHUNK:
        return sound[:at] + bytes([sound[at] ^ 1 << chance.randrange(8)]) + sound[at + 1 :]
    if kind == 1:
        return sound[:at]
    first, second = sorted(chance.sample(range(3), 2))
    pieces = [sound[begin : begin + CHUNK] for begin in range(0, len(sound), CHUNK)]
    if kind == 2:
        del pieces[first]
    else:
        pieces[first], pieces[second] = pieces[second], pieces[first]
    return b"".join(pieces)


def test_a_missing_file_and_a_strange_one_are_named(home: Path, data: Path) -> None:
    folder = flight(home, data)
    (folder / "events.jsonl").unlink()
    (folder / "later.txt").write_text("a note")
    verdict = verify(folder, public(home))
    assert [(problem.kind, problem.file) for problem in verdict.problems] == [("missing", "events.jsonl")]
    assert verdict.unsealed == ("later.txt",)


def test_the_chain_is_what_the_format_says(home: Path, data: Path) -> None:
    """By FORMAT.md alone, so that no change of ours makes sealed flights unreadable."""
    folder = flight(home, data)
    content, seal_file = (folder / "telemetry.tlog").read_bytes(), json.loads((folder / SEAL).read_bytes())
    link = sha256(f"airbeat-chain-1\n{folder.name}\ntelemetry.tlog\n".encode()).digest()
    links = []
    for at in range(0, len(content), 65_536):
        link = sha256(link + content[at : at + 65_536]).digest()
        links.append(link)
    listed = sha256(b"".join(links)).hexdigest()
    lines = seal_file["statement"].split("\n")
    assert f"file telemetry.tlog {len(content)} {link.hex()} {listed}" in lines
    assert lines[:2] == ["airbeat-seal-1", f"flight {folder.name}"]


@pytest.mark.parametrize("text", ["airbeat-key-1\nkey a\n", "airbeat-seal-1\nkey a", "airbeat-seal-1\n", ""])
def test_a_statement_of_another_kind_or_cut_short_is_none(text: str) -> None:
    """What was signed for one purpose never stands for another."""
    with pytest.raises(NotReadable, match="no statement airbeat-seal-1"):
        parse(text, "airbeat-seal-1")
    assert parse("airbeat-seal-1\nkey a\n", "airbeat-seal-1").values == {"key": "a"}


def test_no_seal_and_no_json_are_said(home: Path, data: Path) -> None:
    folder = flight(home, data)
    (folder / SEAL).write_bytes(b"[]")
    assert [problem.kind for problem in verify(folder, public(home)).problems] == ["seal"]
    (folder / SEAL).unlink()
    assert "no seal" in verify(folder, public(home)).problems[0].text


def test_a_replaced_manifest_sealed_with_another_key_is_found(home: Path, data: Path, tmp_path: Path) -> None:
    folder, key = flight(home, data), public(home)
    (folder / "manifest.json").write_bytes(b'{"flight_id":"another"}')
    (folder / SEAL).unlink()
    forger = EvidenceKeys(tmp_path / "forger")
    seal(folder, forger, FlightLog(tmp_path / "forged.log"))
    (problem,) = verify(folder, key).problems
    assert problem.kind == "key"
    assert forger.public in problem.text
    assert [one.kind for one in verify_log(home / "flights" / NAME, key, flights=home / "flights")] == ["changed"]


def test_a_forger_who_has_rotated_his_own_key_is_found(home: Path, data: Path, tmp_path: Path) -> None:
    folder, key = flight(home, data), public(home)
    forger = EvidenceKeys(tmp_path / "forger")
    forger.rotate()
    (folder / SEAL).unlink()
    seal(folder, forger, FlightLog(tmp_path / "forged.log"))
    assert [problem.kind for problem in verify(folder, key).problems] == ["key"]


def test_what_was_cut_off_is_told_in_bytes(home: Path, data: Path) -> None:
    folder = flight(home, data)
    recording = folder / "telemetry.tlog"
    os.truncate(recording, 2 * CHUNK)
    (problem,) = verify(folder, public(home)).problems
    assert f"the last {CHUNK + 1000} of {3 * CHUNK + 1000} bytes are missing; chunk 2" in problem.text


def test_a_file_whose_links_were_made_anew_is_found_by_its_head(home: Path, data: Path) -> None:
    folder, key = flight(home, data), public(home)
    (folder / "events.jsonl").write_bytes(b'{"kind":"forged"}\n')
    content = json.loads((folder / SEAL).read_bytes())
    with (folder / "events.jsonl").open("rb") as file:
        content["links"]["events.jsonl"] = [link.hex() for link, _ in links_of(file, folder.name, "events.jsonl")]
    (folder / SEAL).write_bytes(canonical(content))
    assert [problem.kind for problem in verify(folder, key).problems] == ["seal", "changed"]


def test_a_rotated_key_is_followed_from_the_first(home: Path, data: Path) -> None:
    before = flight(home, data, "20261122T071530Z-UAV-07")
    first = public(home)
    EvidenceKeys(home / "keys").rotate()
    after = flight(home, data, "20261123T071530Z-UAV-07")
    assert public(home) != first
    assert verify(before, first).good
    assert verify(after, first).good
    assert verify(after, public(home)).good
    assert verify_log(home / "flights" / NAME, first, flights=home / "flights") == []
    assert not verify(before, public(home)).good
    content = json.loads((after / SEAL).read_bytes())
    content["rotations"] = []
    (after / SEAL).write_bytes(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())
    assert [problem.kind for problem in verify(after, first).problems] == ["key"]


def test_the_secret_key_is_for_its_owner_alone(home: Path, data: Path) -> None:
    flight(home, data)
    assert (home / "keys" / "evidence.key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_file_signs_nothing_and_is_not_replaced(home: Path, data: Path) -> None:
    flight(home, data)
    secret = home / "keys" / "evidence.key"
    secret.write_text("no key")
    with pytest.raises(SettingsError, match="evidence key"):
        EvidenceKeys(home / "keys").sign("sealed")
    assert secret.read_text() == "no key"


class TestTheLogOfFlights:
    @pytest.fixture
    def flights(self, home: Path, data: Path) -> Path:
        for number in range(1, 5):
            flight(home, data, f"2026112{number}T071530Z-UAV-07")
        return home / "flights"

    def test_it_verifies(self, home: Path, flights: Path) -> None:
        count, head = FlightLog(flights / NAME).head()
        assert count == 4
        assert verify_log(flights / NAME, public(home), [head], flights) == []

    def test_a_removed_flight_is_named(self, home: Path, flights: Path) -> None:
        shutil.rmtree(flights / "20261122T071530Z-UAV-07")
        (problem,) = verify_log(flights / NAME, public(home), flights=flights)
        assert "20261122T071530Z-UAV-07" in problem.text

    def test_a_flight_removed_with_its_line_is_found(self, home: Path, flights: Path) -> None:
        shutil.rmtree(flights / "20261122T071530Z-UAV-07")
        lines = (flights / NAME).read_bytes().splitlines(keepends=True)
        (flights / NAME).write_bytes(b"".join(lines[:1] + lines[2:]))
        problems = verify_log(flights / NAME, public(home), flights=flights)
        assert "a line is missing before line 2" in problems[0].text

    def test_the_last_flight_removed_with_its_line_is_found_by_the_published_head(
        self, home: Path, flights: Path
    ) -> None:
        _, head = FlightLog(flights / NAME).head()
        shutil.rmtree(flights / "20261124T071530Z-UAV-07")
        lines = (flights / NAME).read_bytes().splitlines(keepends=True)
        (flights / NAME).write_bytes(b"".join(lines[:-1]))
        assert verify_log(flights / NAME, public(home), flights=flights) == []
        (problem,) = verify_log(flights / NAME, public(home), [head], flights)
        assert "published head" in problem.text

    def test_a_flight_changed_and_sealed_anew_with_the_units_own_key_is_named(self, home: Path, flights: Path) -> None:
        _, head = FlightLog(flights / NAME).head()
        folder = flights / "20261122T071530Z-UAV-07"
        (folder / "telemetry.tlog").write_bytes(b"nothing happened")
        seal_flight(folder)
        assert verify(folder, public(home)).good, "by itself the flight does not know"
        (problem,) = verify_log(flights / NAME, public(home), [head], flights)
        assert "line 5" in problem.text
        assert "second seal of flight 20261122T071530Z-UAV-07" in problem.text

    def test_yesterdays_copy_of_everything_is_found_by_the_published_head(
        self, home: Path, flights: Path, data: Path, tmp_path: Path
    ) -> None:
        yesterday = shutil.copytree(home, tmp_path / "yesterday")
        flight(home, data, "20261128T071530Z-UAV-07")
        _, head = FlightLog(flights / NAME).head()
        flight(yesterday, data, "20261129T071530Z-UAV-08")  # life goes on after the copy was put back
        log = yesterday / "flights" / NAME
        assert verify_log(log, public(yesterday), flights=log.parent) == []
        (problem,) = verify_log(log, public(yesterday), [head], log.parent)
        assert "published head" in problem.text

    def test_a_line_broken_off_by_a_power_cut_keeps_no_later_flight_from_its_seal(
        self, home: Path, flights: Path, data: Path
    ) -> None:
        sound = (flights / NAME).read_bytes()
        end = sound.rindex(b"\n", 0, -1) + 1
        for kept in (sound[: end + 100], sound[:end], sound[:-1]):
            (flights / NAME).write_bytes(kept)
            name = f"20261130T0715{len(kept) % 60:02d}Z-UAV-07"
            assert verify(flight(home, data, name), public(home)).good
            lines = len((flights / NAME).read_bytes().splitlines())
            assert FlightLog(flights / NAME).head()[0] == lines == (5 if kept == sound[:-1] else 4)
            found = verify_log(flights / NAME, public(home))
            assert found == []
            shutil.rmtree(flights / name)

    def test_any_changed_byte_is_found(self, home: Path, flights: Path) -> None:
        chance, sound = random.Random(5), (flights / NAME).read_bytes()
        for _ in range(50):
            at = chance.randrange(len(sound))
            (flights / NAME).write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
            assert verify_log(flights / NAME, public(home), flights=flights)

    def test_a_line_signed_by_a_key_that_does_not_follow_is_found(
        self, home: Path, flights: Path, tmp_path: Path
    ) -> None:
        FlightLog(flights / NAME).append("20261129T071530Z-UAV-07", "a seal", AT, EvidenceKeys(tmp_path / "forger"))
        (problem,) = verify_log(flights / NAME, public(home))
        assert "line 5 of the log was changed or is signed by another key" in problem.text

    def test_a_line_written_otherwise_or_with_more_in_it_is_found(self, home: Path, flights: Path) -> None:
        lines = (flights / NAME).read_bytes().splitlines()
        entry = json.loads(lines[1])
        for other in (json.dumps(entry).encode(), canonical({**entry, "remark": "seen"})):
            (flights / NAME).write_bytes(b"\n".join([lines[0], other, *lines[2:]]) + b"\n")
            (problem,) = verify_log(flights / NAME, public(home), flights=flights)
            assert "line 2 of the log was changed" in problem.text

    def test_a_flight_whose_seal_is_no_seal_any_more_is_found(self, home: Path, flights: Path) -> None:
        (flights / "20261122T071530Z-UAV-07" / SEAL).write_bytes(b"[]")
        (problem,) = verify_log(flights / NAME, public(home), flights=flights)
        assert (problem.kind, problem.file) == ("changed", "20261122T071530Z-UAV-07")

    def test_writers_at_once_take_turns(self, home: Path, flights: Path) -> None:
        def write(name: str) -> None:
            for number in range(20):
                FlightLog(flights / NAME).append(f"{name}-{number}", name, AT, EvidenceKeys(home / "keys"))

        threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert verify_log(flights / NAME, public(home)) == []
        assert FlightLog(flights / NAME).head()[0] == 64

    def test_no_line_follows_one_that_was_damaged(self, home: Path, flights: Path) -> None:
        (flights / NAME).write_bytes((flights / NAME).read_bytes() + b'{"statement":"nonsense"}\n')
        with pytest.raises(RecordingError, match="last line of the log of flights is damaged"):
            FlightLog(flights / NAME).append("20261129T071530Z-UAV-07", "a seal", AT, EvidenceKeys(home / "keys"))

    def test_before_the_first_flight_its_head_is_zero(self, tmp_path: Path) -> None:
        assert FlightLog(tmp_path / NAME).head() == (0, NO_HASH)

    def test_a_flight_without_a_line_is_found(self, home: Path, flights: Path, data: Path) -> None:
        sound = (flights / NAME).read_bytes()
        flight(home, data, "20261129T071530Z-UAV-07")
        (flights / NAME).write_bytes(sound)
        (problem,) = verify_log(flights / NAME, public(home), flights=flights)
        assert "is not in the log" in problem.text


def test_signatures_are_cryptographys() -> None:
    """The verifier's own Ed25519 against OpenSSL's."""
    for number in range(20):
        key = Ed25519PrivateKey.generate()
        text = f"line {number}\n" * number
        signature = key.sign(text.encode())
        shown = key.public_key().public_bytes_raw().hex()
        for check in (is_signed, keys.is_signed):
            assert check(shown, text, signature.hex())
            assert not check(shown, text + "x", signature.hex())
            assert not check(shown, text, (signature[:-1] + bytes([signature[-1] ^ 1])).hex())
            assert not check(shown, text, signature.hex().upper())
            assert not check("zz", "", "")


def test_a_signature_has_one_form() -> None:
    """RFC 8032, section 5.1.7: a second S, greater by the group's order, would make a second seal of the same bytes."""
    key, order = Ed25519PrivateKey.generate(), 2**252 + 27742317777372353535851937790883648493
    signature, shown = key.sign(b"sealed"), key.public_key().public_bytes_raw().hex()
    greater = int.from_bytes(signature[32:], "little") + order
    other = signature[:32] + greater.to_bytes(32, "little")
    for check in (is_signed, keys.is_signed):
        assert check(shown, "sealed", signature.hex())
        assert not check(shown, "sealed", other.hex())
