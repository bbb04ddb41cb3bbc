"""Bytes from links into frames that may be believed: read, and where the link has a key, their signatures checked."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from telemetry import subjects
from telemetry.links import Peer
from telemetry.mavlink.frame import Frame, FrameReader
from telemetry.mavlink.signing import Signing, load_key
from telemetry.settings import LinkSettings

log = logging.getLogger(__name__)

MOST_PEERS: Final = 10_000
"""Streams read at once; beyond them the oldest is forgotten, so that forged senders cannot fill the memory."""
TELL_AGAIN_S: Final = 60.0
"""Refusals that go on are told again after this long, with their number, not frame by frame."""


class Refused(NamedTuple):
    """Frames of one system on one link that were refused since this was last told."""

    link: str
    system_id: int
    """0 for all that are no vehicle of the unit: forged ones are not told one by one."""
    why: str
    frames: int


class Intake:
    """`folder` holds the links' keys, `known` are the system ids of the unit's vehicles.

    Raises `SettingsError` for a key that is missing or none.
    """

    def __init__(self, links: Sequence[LinkSettings], folder: Path, known: frozenset[int]) -> None:
        self._known = known
        self._readers: dict[Peer, FrameReader] = {}
        self.signing: dict[str, Signing] = {
            link.name: Signing(
                load_key(folder / link.signing_key),
                folder / f"{subjects.token(link.name)}.signing.json",
                link_id=number,
            )
            for number, link in enumerate(links)
            if link.signing_key is not None
        }
        """By link, of those that have a key. ArduPilot tells our links apart by their numbers."""
        self.refused: Counter[tuple[str, int]] = Counter()
        """Frames, by link and system id."""
        self._untold: Counter[tuple[str, int, str]] = Counter()
        self._told_at: dict[tuple[str, int, str], float] = {}

    def is_between_frames(self, peer: Peer) -> bool:
        """Whether `peer` may go on with a new frame only."""
        return self._readers[peer].is_between_frames

    def frames(self, peer: Peer, data: bytes) -> list[Frame]:
        """The whole frames among what `peer` sent, without those whose signature is not right."""
        reader = self._readers.get(peer)
        if reader is None:
            reader = self._new_reader(peer)
        frames = reader.feed(data)
        signing = self.signing.get(peer.link)
        if signing is None:
            return frames
        return [frame for frame in frames if self._is_believed(frame, signing, peer.link)]

    def refusals(self, now: float) -> list[Refused]:
        """What has not been told yet: the first of each kind at once, then their number once a minute."""
        due = [kind for kind in self._untold if now - self._told_at.get(kind, -TELL_AGAIN_S) >= TELL_AGAIN_S]
        for kind in due:
            self._told_at[kind] = now
        return [Refused(*kind, self._untold.pop(kind)) for kind in due]

    def save(self) -> None:
        """The timestamps of all keys, at the end."""
        for name, signing in self.signing.items():
            try:
                signing.save()
            except OSError as error:
                log.error("%s: signing timestamps are not saved: %s", name, error)

    def _is_believed(self, frame: Frame, signing: Signing, link: str) -> bool:
        why = signing.refusal(frame)
        if why is None:
            return True
        self.refused[link, frame.sysid] += 1
        self._untold[link, frame.sysid if frame.sysid in self._known else 0, why] += 1
        return False

    def _new_reader(self, peer: Peer) -> FrameReader:
        if len(self._readers) >= MOST_PEERS:
            del self._readers[next(iter(self._readers))]
        reader = self._readers[peer] = FrameReader(f"{peer.link} from {peer.address}")
        return reader
