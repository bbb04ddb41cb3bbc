"""Verifies a flight that Airbeat recorded. Needs Python 3.9 or later and nothing else: no network, no other package.

    python3 verifier.py FLIGHT PUBLIC_KEY            FLIGHT is a folder or an exported .zip; the key is 64 hex digits

Prints what it found and ends with 0 if every byte is as it was sealed, with 1 if not, with 2 if it could not look.
The format is in FORMAT.md. FLIGHT may also be the folder that such a zip was unpacked into.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BufferedIOBase, TextIOWrapper
from pathlib import Path
from typing import Any, Final

from telemetry.evidence.ed25519 import NotReadable, is_signed, unhex
from telemetry.evidence.files import FLIGHT, Folder, OwnFiles, Zip

SEAL: Final = "seal.json"
EXPORT: Final = "export.json"
CUSTODY: Final = "custody.jsonl"
DISPOSAL: Final = "disposal.json"
CHUNK: Final = 65_536
SEAL_TITLE: Final = "airbeat-seal-1"
CHAIN_TITLE: Final = "airbeat-chain-1"
KEY_TITLE: Final = "airbeat-key-1"
LOG_TITLE: Final = "airbeat-flight-log-1"
CUSTODY_TITLE: Final = "airbeat-custody-1"
EXPORT_TITLE: Final = "airbeat-export-1"
DISPOSAL_TITLE: Final = "airbeat-disposal-1"
NO_HASH: Final = "0" * 64
_ZIP_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)  # a damaged zip's


@dataclass(frozen=True)
class Problem:
    """`kind`: seal, signature, key, missing, changed, log, custody, disposal. `chunk`, `offset`: where it differs."""

    kind: str
    text: str
    file: str | None = None
    chunk: int | None = None
    offset: int | None = None


@dataclass(frozen=True)
class Verdict:
    """`problems` is empty where every sealed byte is as it was. `unsealed` are files that the seal says nothing of.

    `export` says what the export that was looked at is, `disposed` how a flight whose content is gone was disposed of.
    """

    flight_id: str | None
    sealed_at: str | None
    key: str | None
    files: int
    bytes: int
    problems: tuple[Problem, ...]
    unsealed: tuple[str, ...] = ()
    export: str | None = None
    disposed: str | None = None

    @property
    def good(self) -> bool:
        return not self.problems


@dataclass
class Statement:
    """The lines of a statement, told apart."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


# -- The chain of a file ---------------------------------------------------------------------------------------------


def first_link(flight_id: str, name: str) -> bytes:
    return hashlib.sha256(f"{CHAIN_TITLE}\n{flight_id}\n{name}\n".encode()).digest()


def links_of(file: BufferedIOBase, flight_id: str, name: str) -> Iterator[tuple[bytes, int]]:
    """Each chunk's link and size, in order."""
    link = first_link(flight_id, name)
    room = memoryview(bytearray(len(link) + CHUNK))
    while size := file.readinto(room[len(link) :]):
        room[: len(link)] = link
        link = hashlib.sha256(room[: len(link) + size]).digest()
        yield link, size


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def parse(statement: str, title: str) -> Statement:
    """Raises `NotReadable` where it is no statement of that title."""
    lines = statement.split("\n")
    if lines[0] != title or lines[-1] != "" or len(lines) < 3:
        raise NotReadable(f"no statement {title}")
    found = Statement()
    for line in lines[1:-1]:
        word, _, rest = line.partition(" ")
        if word == "file":
            name, size, head, links = rest.rsplit(" ", 3)
            found.files[name] = (int(size), head, links)
        elif word == "part":
            name, digest = rest.rsplit(" ", 1)
            found.parts[name] = digest
        else:
            found.values[word] = rest
    return found


# -- Verification ----------------------------------------------------------------------------------------------------


def verify(bundle: Path, public_key: str) -> Verdict:
    """Checks a flight's folder, or an export (zip or folder), by the public key. `OSError` where it cannot be read."""
    key = public_key.strip().lower()
    try:
        files = Folder(bundle) if bundle.is_dir() else Zip(bundle)
        exported = EXPORT in files.names or any(name.startswith(FLIGHT) for name in files.names)
        flight = OwnFiles(files, exported)
        if SEAL not in flight.names and DISPOSAL in flight.names:
            return _disposed(flight, key)
        verdict = _verify(flight, key)
        return _exported(files, verdict, key) if exported else verdict
    except _ZIP_ERRORS as error:
        return _refused("seal", f"{bundle.name} is no whole zip file: {error}")


def _refused(kind: str, text: str) -> Verdict:
    return Verdict(None, None, None, 0, 0, (Problem(kind, text, SEAL),))


def _verify(files: OwnFiles, public_key: str) -> Verdict:
    if SEAL not in files.names:
        return _refused("seal", "there is no seal: it was taken away, or the flight was never closed")
    with files.open(SEAL) as file:
        raw = file.read()
    try:
        seal = json.loads(raw)
        statement = parse(seal["statement"], SEAL_TITLE)
        flight_id, key = statement.values["flight"], statement.values["key"]
        shaped = canonical(seal) == raw and set(seal) == {"statement", "signature", "links", "entry", "rotations"}
        problems = [*_signatures(seal, key, public_key), *_entry(seal, "seal", SEAL, flight_id, key)]
        links = {name: [unhex(link) for link in seal["links"][name]] for name in statement.files}
        shaped = shaped and set(seal["links"]) == set(statement.files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _refused("seal", f"the seal cannot be read, it was changed: {error}")
    if not shaped:
        problems.append(Problem("seal", "the seal is not written as it was sealed, it was changed", SEAL))
    total = 0
    for name, (size, head, digest) in sorted(statement.files.items()):
        total += size
        if name not in files.names:
            problems.append(Problem("missing", f"{name} is missing", name))
            continue
        listed = hashlib.sha256(b"".join(links[name])).hexdigest() == digest
        if not listed:
            problems.append(Problem("seal", f"the list of links of {name} was changed", SEAL))
        problems += _file(files, flight_id, name, size, head, links[name] if listed else None)
    unsealed = tuple(name for name in files.names if name not in statement.files and name != SEAL)
    return Verdict(flight_id, statement.values["sealed"], key, len(statement.files), total, tuple(problems), unsealed)


def _file(files: OwnFiles, flight_id: str, name: str, size: int, head: str, links: list[bytes] | None) -> list[Problem]:
    """What is wrong with one file, where it begins to be; without a trusted list of links only whether it is."""
    last, count, seen = first_link(flight_id, name), 0, 0
    try:
        with files.open(name) as file:
            for link, length in links_of(file, flight_id, name):
                if links is not None and (count >= len(links) or link != links[count]):
                    return [_differs(name, count, seen, length, size)]
                last, count, seen = link, count + 1, seen + length
    except _ZIP_ERRORS as error:
        return [Problem("changed", f"{name} was changed: {error}", name, count, count * CHUNK)]
    if seen < size:
        text = f"{name}: the last {size - seen} of {size} bytes are missing; chunk {count} is the first that differs"
        return [Problem("changed", text, name, count, seen)]
    if last.hex() != head:
        return [Problem("changed", f"{name} was changed", name)]
    return []


def _differs(name: str, chunk: int, offset: int, length: int, size: int) -> Problem:
    if offset + length < size and length < CHUNK:
        what = f"{size - offset - length} bytes are missing at its end, or before"
    elif offset >= size:
        what = "something was added at its end"
    else:
        what = "it was changed"
    return Problem(
        "changed", f"{name}: chunk {chunk} is the first that differs (byte {offset} on): {what}", name, chunk, offset
    )


def _signatures(seal: dict[str, Any], key: str, public_key: str, name: str = SEAL) -> list[Problem]:
    problems = []
    if not is_signed(key, seal["statement"], seal["signature"]):
        problems.append(Problem("signature", f"the statement of {name} was changed: its signature is wrong", name))
    try:
        reached = reachable(public_key, seal["rotations"])
    except NotReadable as error:
        return [*problems, Problem("key", str(error), name)]
    if key not in reached:
        problems.append(Problem("key", f"it is signed by another key, {key}, not by {public_key}", name))
    return problems


def reachable(public_key: str, rotations: list[dict[str, str]]) -> set[str]:
    """The key and those that followed it by signed rotations. Raises `NotReadable` for one that was changed."""
    reached = {public_key}
    for rotation in rotations:
        turned = parse(rotation["statement"], KEY_TITLE)
        former, following = turned.values["former"], turned.values["next"]
        by_both = is_signed(former, rotation["statement"], rotation["former"]) and is_signed(
            following, rotation["statement"], rotation["next"]
        )
        if not by_both:
            raise NotReadable("the record of a key's rotation was changed")
        if former in reached:
            reached.add(following)
    return reached


def _entry(held: dict[str, Any], what: str, name: str, flight_id: str, key: str) -> list[Problem]:
    entry = held["entry"]
    values = parse(entry["statement"], LOG_TITLE).values
    belongs = (values["flight"], values[what], values["key"]) == (flight_id, hash_of(held["statement"]), key)
    if set(entry) == {"statement", "signature"} and belongs and is_signed(key, entry["statement"], entry["signature"]):
        return []
    return [Problem("log", f"its entry in the log of flights was changed, or belongs to another {what}", name)]


# -- An export, its custody log, and the certificate of a disposal ---------------------------------------------------


def _exported(files: Folder | Zip, flight: Verdict, public_key: str) -> Verdict:
    """The verdict on the flight, and on what was added to it when it was given out."""
    if EXPORT not in files.names:
        return replace(flight, problems=(*flight.problems, Problem("missing", f"{EXPORT} is missing", EXPORT)))
    with files.open(EXPORT) as file:
        raw = file.read()
    try:
        export = json.loads(raw)
        statement = parse(export["statement"], EXPORT_TITLE)
        said = statement.values
        problems = _signatures(export, said["key"], public_key, EXPORT)
        if canonical(export) != raw or set(export) != {"statement", "signature", "rotations"}:
            problems.append(Problem("seal", "the export is not written as it was signed, it was changed", EXPORT))
        account, _, role = said["by"].partition(" ")
        who = f"{_person(said.get('name'), account)}, {role.replace('_', ' ')}"
        to, why = _plain(said["recipient"]), _plain(said["reason"])
        what = f"export {said['number']}, given out at {said['at']} by {who}, to {to}; reason: {why}"
        flight_id, seal, custody = said["flight"], said["seal"], said["custody"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Problem("seal", f"{EXPORT} cannot be read, it was changed: {error}", EXPORT)
        return replace(flight, problems=(*flight.problems, problem))
    if _part(files, FLIGHT + SEAL, seal):
        problems.append(Problem("seal", "the flight in it is not the one that was exported", SEAL))
    for name, digest in sorted(statement.parts.items()):
        problems += _part(files, name, digest)
    if CUSTODY in files.names:
        with files.open(CUSTODY) as file:
            problems += custody_problems(file.read(), flight_id, custody)
    rest = {name for name in files.names if not name.startswith(FLIGHT) and name != EXPORT}
    unsealed = (*flight.unsealed, *sorted(rest - set(statement.parts)))
    return replace(flight, problems=(*flight.problems, *problems), unsealed=unsealed, export=what)


def _part(files: Folder | Zip, name: str, digest: str) -> list[Problem]:
    if name not in files.names:
        return [Problem("missing", f"{name} is missing", name)]
    try:
        with files.open(name) as file:
            found = hashlib.sha256()
            while piece := file.read(CHUNK):
                found.update(piece)
    except _ZIP_ERRORS as error:
        return [Problem("changed", f"{name} was changed: {error}", name)]
    return [] if found.hexdigest() == digest else [Problem("changed", f"{name} was changed", name)]


def custody_problems(raw: bytes, flight_id: str, head: str) -> list[Problem]:
    """Checks a flight's whole custody log: each line after the one before, the last one with the hash `head`."""
    previous, number = NO_HASH, 0
    for number, line in enumerate(raw.splitlines(), start=1):
        try:
            text = json.loads(line)
            values = parse(text, CUSTODY_TITLE).values
            good = (values["flight"], values["number"], values["previous"]) == (flight_id, str(number), previous)
        except (ValueError, KeyError, AttributeError):
            good = False
        if not good:
            what = f"line {number} of the custody log was changed, or one before it is missing"
            return [Problem("custody", what, CUSTODY, number)]
        previous = hash_of(text)
    if previous != head:
        return [Problem("custody", f"the custody log was changed at or after line {number}", CUSTODY, number)]
    return []


def _disposed(files: OwnFiles, public_key: str) -> Verdict:
    """A flight whose content is gone: whether the certificate of that is good."""
    with files.open(DISPOSAL) as file:
        raw = file.read()
    try:
        held = json.loads(raw)
        said = parse(held["statement"], DISPOSAL_TITLE).values
        sealed = parse(held["seal"]["statement"], SEAL_TITLE)
        flight_id, key = said["flight"], said["key"]
        problems = _signatures(held, key, public_key, DISPOSAL) + _entry(held, "disposal", DISPOSAL, flight_id, key)
        if said["proposed"].split(" ")[0] == said["confirmed"].split(" ")[0]:
            problems.append(Problem("disposal", "one person alone proposed and confirmed it", DISPOSAL))
        same = (sealed.values["flight"], hash_of(held["seal"]["statement"])) == (flight_id, said["seal"])
        same = same and is_signed(sealed.values["key"], held["seal"]["statement"], held["seal"]["signature"])
        if not same or canonical(held) != raw:
            problems.append(Problem("disposal", "the certificate of disposal was changed", DISPOSAL))
        proposed, confirmed = (_decided(said, deed) for deed in ("proposed", "confirmed"))
        how = f"disposed of: proposed by {proposed}, confirmed by {confirmed}; reason: {_plain(said['reason'])}"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _refused("disposal", f"the certificate of disposal cannot be read, it was changed: {error}")
    left = tuple(name for name in files.names if name != DISPOSAL)
    problems += [Problem("disposal", f"{name} is still there", name) for name in left if name in sealed.files]
    total = sum(size for size, _, _ in sealed.files.values())
    return Verdict(
        flight_id, sealed.values["sealed"], key, len(sealed.files), total, tuple(problems), left, disposed=how
    )


def _person(name: str | None, account: str) -> str:
    """Older statements hold no names."""
    return f"account {account}" if name is None else f"{_plain(name)} (account {account})"


def _decided(said: dict[str, str], deed: str) -> str:
    account, _, at = said[deed].partition(" ")
    return f"{_person(said.get(f'{deed}_name'), account)} at {at}"


def _plain(text: str) -> str:
    """A JSON text as it reads; as JSON where it holds what would move the cursor or end the line."""
    words: str = json.loads(text)
    return words if words.isprintable() else text


def main() -> int:
    if isinstance(sys.stdout, TextIOWrapper):  # a console may have no letter for a name
        sys.stdout.reconfigure(errors="backslashreplace")
    if len(sys.argv) != 3 or len(sys.argv[2].strip()) != 64:
        print(__doc__)
        return 2
    try:
        verdict = verify(Path(sys.argv[1]), sys.argv[2])
    except OSError as error:
        print(f"cannot be read: {error}")
        return 2
    print(f"flight {verdict.flight_id}, sealed {verdict.sealed_at}, {verdict.files} files, {verdict.bytes} bytes")
    for line in filter(None, (verdict.export, verdict.disposed)):
        print(line)
    for problem in verdict.problems:
        print(f"NOT AS SEALED: {problem.text}")
    for name in verdict.unsealed:
        print(f"not covered by the seal: {ascii(name)[1:-1]}")
    good = "every sealed byte is as it was" if verdict.disposed is None else "the certificate is good"
    print(good if verdict.good else "this flight is not as it was sealed")
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
