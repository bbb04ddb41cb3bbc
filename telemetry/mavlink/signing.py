"""MAVLink 2 signatures (https://mavlink.io/en/guide/message_signing.html).

    link id (1) · timestamp (6, little-endian, 10 µs since 2015-01-01 UTC) · signature (6)

The signature is the first 48 bits of SHA-256 over the key, the whole frame, the link id and the timestamp. It proves
who sent a frame; it hides nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from telemetry.errors import SettingsError
from telemetry.mavlink.frame import SIGNATURE_SIZE, Frame

EPOCH_S: Final = 1_420_070_400
"""2015-01-01T00:00:00Z."""
TICKS_PER_S: Final = 100_000
KEY_SIZE: Final = 32
NEW_STREAM_LATE_TICKS: Final = 60 * TICKS_PER_S
"""How far the first frame of a sender may lie behind our own clock."""
NEVER_SIGNED: Final = frozenset({109})
"""RADIO_STATUS: the modem itself sends it, and has no key."""
SAVE_EVERY_TICKS: Final = TICKS_PER_S

log = logging.getLogger(__name__)


class _Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    own: int
    streams: dict[str, int]


def key_of(passphrase: str) -> bytes:
    """The key that Mission Planner and MAVProxy make of a passphrase: its SHA-256."""
    return hashlib.sha256(passphrase.encode()).digest()


def timestamp_now() -> int:
    """Now, as signatures count it."""
    return int((time.time() - EPOCH_S) * TICKS_PER_S)


def load_key(path: Path) -> bytes:
    """The 32 bytes of a key file. Raises SettingsError where it holds no key, or others than its owner may read it."""
    try:
        text, mode = path.read_text(), path.stat().st_mode
    except OSError as error:
        raise SettingsError(str(path), f"signing key: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(str(path), "a signing key is 64 hexadecimal digits") from error
    if mode & 0o077:
        raise SettingsError(str(path), f"others than its owner may read this key: chmod 600 {path}")
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise SettingsError(str(path), "a signing key is 64 hexadecimal digits") from error
    if len(key) != KEY_SIZE:
        raise SettingsError(str(path), f"a signing key has {KEY_SIZE} bytes, not {len(key)}")
    return key


def write_key(path: Path, key: bytes) -> None:
    """A new key file that only its owner may read. Raises FileExistsError: a key in use is not written over."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key.hex() + "\n")


class Signing:
    """One link's key: signs what goes out, and refuses what comes in wrong, unsigned or a second time.

    The timestamps are kept in `store`, so that a restart neither repeats its own nor accepts old ones. They are
    written at most once a second: after a crash, frames of the last second could be played back once.
    """

    def __init__(self, key: bytes, store: Path, *, link_id: int = 0, clock: Callable[[], float] = time.time) -> None:
        """`key` has 32 bytes. Raises SettingsError if it has not, or if `store` exists and cannot be read."""
        if len(key) != KEY_SIZE:
            raise SettingsError(str(store), f"a signing key has {KEY_SIZE} bytes, not {len(key)}")
        self._key, self._store, self._link_id, self._clock = key, store, link_id, clock
        self.refused: Counter[str] = Counter()
        """Frames refused, by reason."""
        saved = self._load()
        self._own, self._streams, self._saved_at = saved.own, dict(saved.streams), saved.own

    def signature(self, unsigned: bytes) -> bytes:
        """The 13 bytes for `unsigned`, a frame up to its checksum with the signed flag set. Never the same twice."""
        self._own = max(self._own + 1, self._now())
        tail = bytes([self._link_id]) + self._own.to_bytes(6, "little")
        self._save_if_due()
        return tail + self._digest(unsigned + tail)

    def refusal(self, frame: Frame) -> str | None:
        """Why `frame` must not be believed, or None for a rightly signed one. Counts refusals."""
        why = self._refusal(frame)
        if why is not None:
            self.refused[why] += 1
        return why

    def save(self) -> None:
        """Writes the timestamps, whole or not at all. Raises OSError."""
        self._saved_at = self._own
        beside = self._store.with_name(self._store.name + ".new")
        beside.write_bytes(msgspec.json.encode(_Saved(self._own, self._streams)))
        beside.replace(self._store)

    def _refusal(self, frame: Frame) -> str | None:
        if not frame.signed:
            return None if frame.msgid in NEVER_SIGNED else "not signed"
        signed, signature = frame.raw[:-6], frame.raw[-6:]
        if not hmac.compare_digest(self._digest(signed), signature):
            return "wrong signature"
        link_id = frame.raw[-SIGNATURE_SIZE]
        stamp = int.from_bytes(frame.raw[-12:-6], "little")
        stream = f"{link_id}:{frame.sysid}:{frame.compid}"
        last = self._streams.get(stream)
        if last is None and stamp + NEW_STREAM_LATE_TICKS < max(self._own, self._now()):
            return "timestamp too old"
        if last is not None and stamp <= last:
            return "replayed"
        self._streams[stream] = stamp
        self._own = max(self._own, stamp)
        self._save_if_due()
        return None

    def _digest(self, data: bytes) -> bytes:
        return hashlib.sha256(self._key + data).digest()[:6]

    def _now(self) -> int:
        return int((self._clock() - EPOCH_S) * TICKS_PER_S)

    def _save_if_due(self) -> None:
        if self._own - self._saved_at < SAVE_EVERY_TICKS:
            return
        try:
            self.save()
        except OSError as error:
            # A full disk must not silence the link; the next second tries again.
            log.error("%s: signing timestamps are not saved: %s", self._store, error)

    def _load(self) -> _Saved:
        try:
            return msgspec.json.decode(self._store.read_bytes(), type=_Saved)
        except FileNotFoundError:
            return _Saved(0, {})
        except (OSError, msgspec.DecodeError) as error:
            raise SettingsError(str(self._store), f"signing timestamps cannot be read: {error}") from error
