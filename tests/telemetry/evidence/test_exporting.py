"""A flight given out: the zip verifies by itself alone, and nothing in it can be changed unseen."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import random
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from telemetry.evidence import custody, verify
from telemetry.evidence.custody import Line
from telemetry.evidence.exporting import Handover, export, standalone_verifier
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.verifier import NO_HASH, custody_problems, hash_of
from tests.telemetry.evidence.conftest import flight, public

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HANDOVER = Handover("Test Unit", 17, "rosei", "control_room", "CPS London", "Trial\nT2026/4711", NOW, "R. Oséi")


def log(flight_id: str, lines: int = 3) -> list[str]:
    """A custody log of so many looks."""
    statements: list[str] = []
    for number in range(1, lines + 1):
        previous = hash_of(statements[-1]) if statements else NO_HASH
        line = Line(flight_id, number, previous, NOW, "pilot", "pilot", "consultation", "flight.view", {"n": number})
        statements.append(custody.statement(line))
    return statements


def packed(folder: Path, target: Path, *of: Any) -> str:
    with target.open("w+b") as file:
        return export(folder, file, *of)


@pytest.fixture
def folder(home: Path, data: Path) -> Path:
    return flight(home, data)


@pytest.fixture
def evidence(home: Path, folder: Path, tmp_path: Path) -> Path:
    target, taken = tmp_path / "evidence.zip", b"a photograph" * 9000
    photo = tmp_path / hashlib.sha256(taken).hexdigest()
    photo.write_bytes(taken)
    digest = packed(
        folder,
        target,
        HANDOVER,
        log(folder.name),
        {"audit.jsonl": b"{}\n", "working/track.kml": b"<kml/>"},
        {"attachments/1-roof.jpg": photo},
        EvidenceKeys(home / "keys"),
    )
    assert digest == hashlib.sha256(target.read_bytes()).hexdigest()
    return target


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The zip's own verifier, by the system's Python, with an empty environment."""
    python = shutil.which("python3", path=os.defpath)
    assert python
    command = [python, "-I", "-S", "verifier.py", *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)


def unpacked(evidence: Path, target: Path) -> Path:
    with zipfile.ZipFile(evidence) as archive:
        archive.extractall(target)
    return target


def test_it_verifies_by_its_own_verifier_alone(evidence: Path, home: Path, tmp_path: Path) -> None:
    folder = unpacked(evidence, tmp_path / "court")
    for what in (str(evidence), "."):
        done = run(folder, what, public(home))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "every sealed byte is as it was" in done.stdout
        assert "export 17" in done.stdout
        assert "not covered" not in done.stdout
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert run(folder, ".", other).returncode == 1
    assert run(folder, "nothing.zip", other).returncode == 2
    no_key = run(folder, ".", "public-key.txt")
    assert (no_key.returncode, "64 hex digits" in no_key.stdout) == (2, True)
    sums = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    assert sums.returncode == 0


def test_any_changed_byte_of_any_file_is_named(evidence: Path, home: Path, tmp_path: Path) -> None:
    folder, chance, key = unpacked(evidence, tmp_path / "court"), random.Random(4), public(home)
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size):
        sound, name = path.read_bytes(), path.name
        for _ in range(4):
            at = chance.randrange(len(sound))
            path.write_bytes(sound[:at] + bytes([sound[at] ^ 1 << chance.randrange(8)]) + sound[at + 1 :])
            problems = verify(folder, key).problems
            assert any(Path(problem.file or "").name == name for problem in problems), (name, at, problems)
        path.write_bytes(sound)
    assert verify(folder, key).good


def test_a_removed_and_an_added_file_are_named(evidence: Path, home: Path, tmp_path: Path) -> None:
    folder, key = unpacked(evidence, tmp_path / "court"), public(home)
    for name in ("custody.jsonl", "audit.jsonl", "attachments/1-roof.jpg", "export.json", "flight/events.jsonl"):
        kept = (folder / name).read_bytes()
        (folder / name).unlink()
        assert [problem.kind for problem in verify(folder, key).problems] == ["missing"], name
        (folder / name).write_bytes(kept)
    (folder / "attachments" / "2-other.jpg").write_bytes(b"")
    verdict = verify(folder, key)
    assert verdict.good
    assert verdict.unsealed == ("attachments/2-other.jpg",)


def test_who_gave_it_out_is_told_by_name_and_role_and_in_older_exports_by_account(
    evidence: Path, home: Path, folder: Path, tmp_path: Path
) -> None:
    assert verify(evidence, public(home)).export == (
        "export 17, given out at 2026-11-22T09:00:00+00:00 by R. Oséi (account rosei), control room, to CPS London; "
        'reason: "Trial\\nT2026/4711"'
    ), "a line that would be broken stays as it was written"
    unnamed = replace(HANDOVER, name=None)
    packed(folder, tmp_path / "old.zip", unnamed, log(folder.name), {}, {}, EvidenceKeys(home / "keys"))
    told = verify(tmp_path / "old.zip", public(home))
    assert told.good
    assert " by account rosei, control room, to CPS London; " in str(told.export)


def test_a_custody_log_without_its_beginning_is_not_accepted(home: Path, folder: Path, tmp_path: Path) -> None:
    whole = log(folder.name, 4)
    for lines in (whole[1:], [whole[0], *whole[2:]], [whole[1], whole[0], *whole[2:]]):
        packed(folder, tmp_path / "e.zip", HANDOVER, lines, {}, {}, EvidenceKeys(home / "keys"))
        assert {problem.kind for problem in verify(tmp_path / "e.zip", public(home)).problems} == {"custody"}


@pytest.mark.parametrize(("who", "role"), [("pilot", "supervisor"), ("pilot", None), (None, None)])
def test_a_line_of_the_custody_log_reads_back_as_it_was_written(who: str | None, role: str | None) -> None:
    line = Line("F-1", 2, "a" * 64, NOW, who, role, "alteration", "flight.note", {"note": 3})
    text = custody.statement(line)
    assert custody.parse(text) == line
    assert custody.problems(text, "F-1", 2, "a" * 64) == []
    for flight_id, number, previous in (("F-2", 2, "a" * 64), ("F-1", 3, "a" * 64), ("F-1", 2, NO_HASH)):
        (problem,) = custody.problems(text, flight_id, number, previous)
        assert f"line {number} of flight {flight_id} was changed" in problem
    (problem,) = custody.problems(text.replace("number 2", "number two"), "F-1", 2, "a" * 64)
    assert "cannot be read" in problem


def test_a_custody_log_without_its_end_is_not_accepted(folder: Path) -> None:
    whole = log(folder.name, 4)
    raw = [json.dumps(statement).encode() for statement in whole]
    assert custody_problems(b"\n".join(raw), folder.name, hash_of(whole[-1])) == []
    (problem,) = custody_problems(b"\n".join(raw[:-1]), folder.name, hash_of(whole[-1]))
    assert "at or after line 3" in problem.text


def test_an_export_written_otherwise_than_it_was_signed_is_found(evidence: Path, home: Path, tmp_path: Path) -> None:
    folder = unpacked(evidence, tmp_path / "court")
    signed = json.loads((folder / "export.json").read_bytes())
    (folder / "export.json").write_text(json.dumps(signed, indent=1))
    assert [problem.kind for problem in verify(folder, public(home)).problems] == ["seal"]


def test_an_export_of_another_flight_is_found(home: Path, data: Path, evidence: Path, tmp_path: Path) -> None:
    folder = unpacked(evidence, tmp_path / "court")
    other = flight(home, data, "20261123T071530Z-UAV-07")
    for path in other.iterdir():
        shutil.copy(path, folder / "flight" / path.name)
    problems = verify(folder, public(home)).problems
    assert [problem.text for problem in problems] == ["the flight in it is not the one that was exported"]


def test_an_export_after_a_rotation_verifies_by_the_first_key(home: Path, folder: Path, tmp_path: Path) -> None:
    first = public(home)
    EvidenceKeys(home / "keys").rotate()
    packed(folder, tmp_path / "e.zip", HANDOVER, log(folder.name), {}, {}, EvidenceKeys(home / "keys"))
    assert verify(tmp_path / "e.zip", first).good
    assert not verify(tmp_path / "e.zip", public(home)).good, "the flight was sealed before there was that key"


def test_a_damaged_zip_never_verifies_with_another_content(evidence: Path, home: Path, tmp_path: Path) -> None:
    sound, chance = evidence.read_bytes(), random.Random(9)
    for _ in range(60):
        at = chance.randrange(len(sound))
        (tmp_path / "hurt.zip").write_bytes(sound[:at] + bytes([sound[at] ^ 0x10]) + sound[at + 1 :])
        if verify(tmp_path / "hurt.zip", public(home)).good:
            with zipfile.ZipFile(tmp_path / "hurt.zip") as hurt, zipfile.ZipFile(evidence) as good:
                for name in hurt.namelist():
                    assert hurt.read(name) == good.read(name)


@pytest.mark.parametrize(
    "name",
    [
        "flight/telemetry.tlog",
        "Flight/Telemetry.tlog",
        "flight/./telemetry.tlog",
        "flight\\telemetry.tlog",
        "ｆlight/telemetry.tlog",
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_file_of_one_name_is_refused(evidence: Path, home: Path, name: str) -> None:
    """The verifier would look at one of them, the expert's unpacker might show the other."""
    with zipfile.ZipFile(evidence, "a") as archive:
        sound = archive.read("flight/telemetry.tlog")
        archive.writestr(name, b"another recording")
        if name == "flight/telemetry.tlog":
            archive.writestr(name, sound)  # so that the last one is as it was sealed
    (problem,) = verify(evidence, public(home)).problems
    assert "two files in it have one name" in problem.text


def test_a_name_that_only_looks_like_anothers_is_told_by_its_letters(
    evidence: Path, home: Path, tmp_path: Path
) -> None:
    folder = unpacked(evidence, tmp_path / "court")
    with zipfile.ZipFile(evidence, "a") as archive:
        archive.writestr("flight/te\u200blemetry.tlog", b"another recording")
    done = run(folder, str(evidence), public(home))
    assert "not covered by the seal: te\\u200blemetry.tlog" in done.stdout


def test_a_link_in_place_of_a_file_is_no_file(evidence: Path, home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(evidence) as sound, zipfile.ZipFile(tmp_path / "linked.zip", "w") as linked:
        for one in sound.infolist():
            if one.filename == "flight/telemetry.tlog":
                one.external_attr = 0o120777 << 16
                linked.writestr(one, b"/etc/passwd")
            else:
                linked.writestr(one, sound.read(one.filename))
    problems = verify(tmp_path / "linked.zip", public(home)).problems
    assert {problem.file for problem in problems} == {"telemetry.tlog"}


def test_the_verifier_in_the_zip_imports_nothing_of_ours() -> None:
    source = standalone_verifier()
    assert "telemetry" not in source.replace("telemetry.tlog", "")
    assert ast.parse(source, feature_version=(3, 9)).body, "an expert's Python may be older than ours"
