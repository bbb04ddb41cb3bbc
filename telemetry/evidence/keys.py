"""The key that seals are signed with, kept as a file that only its owner may read, and the record of its rotations."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from telemetry.errors import SettingsError
from telemetry.evidence.ed25519 import unhex
from telemetry.evidence.verifier import KEY_TITLE, canonical, parse
from telemetry.writing import write

_SECRET: Final = "evidence.key"
_PUBLIC: Final = "evidence.pub"
_ROTATIONS: Final = "evidence-rotations.jsonl"


class EvidenceKeys:
    """The keys in `folder`. The first one is made at its first use.

    Make one for each deed: it signs with one key to its end, though somebody replaces the key meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._present: Ed25519PrivateKey | None = None

    @property
    def public(self) -> str:
        """The present public key, 64 hex digits. Give it to whoever is to verify: it is also in ``evidence.pub``."""
        return _public(self._key())

    def sign(self, text: str) -> str:
        """Ed25519 over the text's UTF-8 bytes, as hex. Raises `SettingsError` for an unreadable key file."""
        return self._key().sign(text.encode()).hex()

    def signed(self, statement: str) -> dict[str, Any]:
        """The statement as every signed file holds it: with its signature and the keys' rotations."""
        return {"statement": statement, "signature": self.sign(statement), "rotations": self.rotations()}

    def rotations(self) -> list[dict[str, Any]]:
        """From the first key to the present one, each signed by both."""
        path = self._folder / _ROTATIONS
        return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []

    @property
    def first(self) -> str | None:
        """The public key that the earliest rotation began with: all later ones follow from it. None before any."""
        rotations = self.rotations()
        return parse(rotations[0]["statement"], KEY_TITLE).values["former"] if rotations else None

    def rotate(self) -> str:
        """Replaces the key by a new one, which it gives; seals by the former one stay good."""
        with self._alone():
            former, following = self._read(), Ed25519PrivateKey.generate()
            at = stamp(datetime.now(UTC))
            statement = f"{KEY_TITLE}\nformer {_public(former)}\nnext {_public(following)}\nat {at}\n"
            record = {
                "statement": statement,
                "former": former.sign(statement.encode()).hex(),
                "next": following.sign(statement.encode()).hex(),
            }
            lines = [canonical(one) + b"\n" for one in (*self.rotations(), record)]
            write(self._folder / _ROTATIONS, b"".join(lines), 0o644)
            self._write(following)
            self._present = self._read()
        return _public(following)

    def _key(self) -> Ed25519PrivateKey:
        if self._present is None:
            with self._alone():
                self._present = self._read()
        return self._present

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of all processes: two that make the first key, or a next one, would each sign with their own."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        entry = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(entry, fcntl.LOCK_EX)
            yield
        finally:
            os.close(entry)

    def _read(self) -> Ed25519PrivateKey:
        path, shown = self._folder / _SECRET, self._folder / _PUBLIC
        if not path.exists():
            self._write(Ed25519PrivateKey.generate())
        try:
            key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
        except ValueError as error:
            raise SettingsError(str(path), "is no evidence key: 64 hex digits") from error
        public = f"{_public(key)}\n".encode()
        if not shown.exists() or shown.read_bytes() != public:  # new, or a crash came between the two
            write(shown, public, 0o644)
        return key

    def _write(self, key: Ed25519PrivateKey) -> None:
        write(self._folder / _SECRET, f"{key.private_bytes_raw().hex()}\n".encode(), 0o600)


def stamp(at: datetime) -> str:
    """A time as statements give it."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def is_signed(public_key: str, message: str, signature: str) -> bool:
    """As `ed25519.is_signed`, by OpenSSL: for logs of many lines."""
    try:
        key = Ed25519PublicKey.from_public_bytes(unhex(public_key))
        key.verify(unhex(signature), message.encode())
    except (ValueError, InvalidSignature):
        return False
    return True


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()
