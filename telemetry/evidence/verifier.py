"""Verifies a flight that Airbeat recorded. Needs Python 3.11 and nothing else: no network, no other package.

    python3 verifier.py FLIGHT PUBLIC_KEY            FLIGHT is a folder or an exported .zip; the key is 64 hex digits

Prints what it found and ends with 0 if every byte is as it was sealed, with 1 if not, with 2 if it could not look.

THE FORMAT. ``seal.json`` lies beside the recorded files and holds one JSON object, keys sorted, no spaces:

    statement   text, line by line (each ends with a line feed):
                    airbeat-seal-1
                    flight FLIGHT_ID
                    sealed TIME                          UTC, ISO 8601
                    key PUBLIC_KEY                       32 bytes as hex
                    file NAME BYTES HEAD LINKS           for every file of the flight but seal.json, names sorted
    signature   Ed25519 (RFC 8032) over the statement's bytes (UTF-8), 64 bytes as hex
    links       for every file the list of its links, as hex
    entry       this flight's entry in the log of flights (`statement`, `signature`), see below
    rotations   how the key of the statement follows from earlier ones (`statement`, `former`, `next`), see below

CHAIN. A file is cut into chunks of 65,536 bytes; the last may be shorter. Its first link is the SHA-256 of
"airbeat-chain-1", FLIGHT_ID, NAME, each followed by a line feed, as bytes. Every chunk makes the next link: the
SHA-256 of the former link (32 bytes) and the chunk. HEAD is the last link; LINKS is the SHA-256 over all links of the
list (32 bytes each, the first link left out). A changed, added, missing or exchanged byte changes every link from its
chunk on, so the first link that differs tells the first chunk that differs.

ROTATION. When a key is replaced, former and next key both sign the statement "airbeat-key-1", "former PUBLIC_KEY",
"next PUBLIC_KEY", "at TIME", one a line. A seal by a later key is accepted where such a line of statements leads to
it from the key that the verification was asked for.

LOG OF FLIGHTS. ``flights.log`` has one JSON object a line (`statement`, `signature`); the statement is
"airbeat-flight-log-1", "number N" from 1, "previous HASH" (SHA-256 of the former line's statement; 64 zeros for the
first), "flight FLIGHT_ID", "seal HASH" (SHA-256 of the flight's statement), "at TIME", "key PUBLIC_KEY", one a line.
The hash of the last statement is the log's head: once it is published, no flight can be taken away or put in between.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

SEAL: Final = "seal.json"
CHUNK: Final = 65_536
SEAL_TITLE: Final = "airbeat-seal-1"
CHAIN_TITLE: Final = "airbeat-chain-1"
KEY_TITLE: Final = "airbeat-key-1"
LOG_TITLE: Final = "airbeat-flight-log-1"
NO_HASH: Final = "0" * 64
_ZIP_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What Python raises on a damaged zip file."""


@dataclass(frozen=True)
class Problem:
    """`kind`: seal, signature, key, missing, changed, log. `chunk` and `offset` say where a file first differs."""

    kind: str
    text: str
    file: str | None = None
    chunk: int | None = None
    offset: int | None = None


@dataclass(frozen=True)
class Verdict:
    """`problems` is empty where every sealed byte is as it was. `unsealed` are files that the seal says nothing of."""

    flight_id: str | None
    sealed_at: str | None
    key: str | None
    files: int
    bytes: int
    problems: tuple[Problem, ...]
    unsealed: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return not self.problems


@dataclass
class Statement:
    """The lines of a statement, told apart."""

    title: str
    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[int, str, str]] = field(default_factory=dict)


class NotReadable(ValueError):
    """A seal, statement or key that is not in the format above."""


def _unhex(text: str) -> bytes:
    """Bytes of lower-case hex: in one spelling only, so that no letter can be changed unseen."""
    raw = bytes.fromhex(text)
    if raw.hex() != text:
        raise NotReadable("not lower-case hex")
    return raw


# -- Ed25519, RFC 8032 section 5.1, in the plain integers of Python --------------------------------------------------

_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _recover_x(y: int, sign: int) -> int:
    if y >= _P:
        raise NotReadable("no point of the curve")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        raise NotReadable("no point of the curve")
    return _P - x if x & 1 != sign else x


def _point(raw: bytes) -> Point:
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = _recover_x(y, number >> 255)
    return x, y, 1, x * y % _P


def _add(a: Point, b: Point) -> Point:
    one = (a[1] - a[0]) * (b[1] - b[0]) % _P
    two = (a[1] + a[0]) * (b[1] + b[0]) % _P
    three = 2 * a[3] * b[3] * _D % _P
    four = 2 * a[2] * b[2] % _P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


_BASE_Y: Final = 4 * pow(5, -1, _P) % _P
_BASE: Final[Point] = _point(_BASE_Y.to_bytes(32, "little"))


def is_signed(public_key: str, message: str, signature: str) -> bool:
    """Whether `signature` (hex) is Ed25519 over the UTF-8 bytes of `message` by the key (hex)."""
    try:
        key, signed = _unhex(public_key), _unhex(signature)
        if len(key) != 32 or len(signed) != 64:
            return False
        owner, r = _point(key), _point(signed[:32])
    except ValueError:
        return False
    s = int.from_bytes(signed[32:], "little")
    if s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signed[:32] + key + message.encode()).digest(), "little") % _L
    left, right = _times(s, _BASE), _add(r, _times(k, owner))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


# -- The chain of a file ---------------------------------------------------------------------------------------------


def first_link(flight_id: str, name: str) -> bytes:
    return hashlib.sha256(f"{CHAIN_TITLE}\n{flight_id}\n{name}\n".encode()).digest()


def links_of(file: IO[bytes], flight_id: str, name: str) -> Iterator[tuple[bytes, int]]:
    """Each chunk's link and size, in order."""
    link = first_link(flight_id, name)
    while chunk := file.read(CHUNK):
        digest = hashlib.sha256(link)
        digest.update(chunk)
        link = digest.digest()
        yield link, len(chunk)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def parse(statement: str, title: str) -> Statement:
    """Raises `NotReadable` where it is no statement of that title."""
    lines = statement.split("\n")
    if lines[0] != title or lines[-1] != "" or len(lines) < 3:
        raise NotReadable(f"no statement {title}")
    found = Statement(title)
    for line in lines[1:-1]:
        word, _, rest = line.partition(" ")
        if word == "file":
            name, size, head, links = rest.rsplit(" ", 3)
            found.files[name] = (int(size), head, links)
        else:
            found.values[word] = rest
    return found


# -- Verification ----------------------------------------------------------------------------------------------------


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.names = sorted(one.name for one in path.iterdir() if one.is_file())

    def open(self, name: str) -> IO[bytes]:
        return (self._path / name).open("rb")


class _Zip:
    """The flight's files in an exported zip lie in its folder ``flight/``."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self.names = sorted(n.removeprefix("flight/") for n in self._zip.namelist() if n.startswith("flight/"))

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(f"flight/{name}")


def verify(bundle: Path, public_key: str) -> Verdict:
    """Checks a flight's folder or exported zip by the public key (hex). `OSError` where it cannot be read."""
    try:
        files = _Folder(bundle) if bundle.is_dir() else _Zip(bundle)
        return _verify(files, public_key.strip().lower())
    except _ZIP_ERRORS as error:
        return _refused("seal", f"{bundle.name} is no whole zip file: {error}")


def _refused(kind: str, text: str) -> Verdict:
    return Verdict(None, None, None, 0, 0, (Problem(kind, text, SEAL),))


def _verify(files: _Folder | _Zip, public_key: str) -> Verdict:
    if SEAL not in files.names:
        return _refused("seal", "there is no seal: it was taken away, or the flight was never closed")
    with files.open(SEAL) as file:
        raw = file.read()
    try:
        seal = json.loads(raw)
        statement = parse(seal["statement"], SEAL_TITLE)
        flight_id, key = statement.values["flight"], statement.values["key"]
        shaped = canonical(seal) == raw and set(seal) == {"statement", "signature", "links", "entry", "rotations"}
        problems = [*_signatures(seal, key, public_key), *_entry(seal, flight_id, key)]
        links = {name: [_unhex(link) for link in seal["links"][name]] for name in statement.files}
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


def _file(
    files: _Folder | _Zip, flight_id: str, name: str, size: int, head: str, links: list[bytes] | None
) -> list[Problem]:
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


def _signatures(seal: dict[str, Any], key: str, public_key: str) -> list[Problem]:
    problems = []
    if not is_signed(key, seal["statement"], seal["signature"]):
        problems.append(Problem("signature", "the statement was changed: its signature is wrong", SEAL))
    reached = {public_key}
    for rotation in seal["rotations"]:
        turned = parse(rotation["statement"], KEY_TITLE)
        former, following = turned.values["former"], turned.values["next"]
        both = is_signed(former, rotation["statement"], rotation["former"]) and is_signed(
            following, rotation["statement"], rotation["next"]
        )
        if not both:
            problems.append(Problem("key", "the record of a key's rotation was changed", SEAL))
        elif former in reached:
            reached.add(following)
    if key not in reached:
        problems.append(Problem("key", f"it is signed by another key, {key}, not by {public_key}", SEAL))
    return problems


def _entry(seal: dict[str, Any], flight_id: str, key: str) -> list[Problem]:
    entry = seal["entry"]
    values = parse(entry["statement"], LOG_TITLE).values
    belongs = (values["flight"], values["seal"], values["key"]) == (flight_id, hash_of(seal["statement"]), key)
    if set(entry) == {"statement", "signature"} and belongs and is_signed(key, entry["statement"], entry["signature"]):
        return []
    return [Problem("log", "its entry in the log of flights was changed, or belongs to another seal", SEAL)]


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    try:
        verdict = verify(Path(sys.argv[1]), sys.argv[2])
    except OSError as error:
        print(f"cannot be read: {error}")
        return 2
    print(f"flight {verdict.flight_id}, sealed {verdict.sealed_at}, {verdict.files} files, {verdict.bytes} bytes")
    for problem in verdict.problems:
        print(f"NOT AS SEALED: {problem.text}")
    for name in verdict.unsealed:
        print(f"not covered by the seal: {name}")
    print("every sealed byte is as it was" if verdict.good else "this flight is not as it was sealed")
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
