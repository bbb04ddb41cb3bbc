"""The append-only log of flights: each closed flight's seal, chained to the one before and countersigned.

Its head, published or sent to a second party, is what shows a flight that was taken away together with its entry.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any, Final

from telemetry.errors import RecordingError
from telemetry.evidence.keys import EvidenceKeys
from telemetry.evidence.verifier import LOG_TITLE, NO_HASH, canonical, hash_of, parse
from telemetry.writing import append

NAME: Final = "flights.log"
LONGEST_LINE: Final = 8192
"""In bytes; a line has some 500."""


class FlightLog:
    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, flight_id: str, seal_statement: str, at: str, keys: EvidenceKeys) -> dict[str, Any]:
        """Adds a flight and gives its entry; safely on the disk when it returns. One writer at a time."""
        return self._append(flight_id, f"seal {hash_of(seal_statement)}", at, keys)

    def append_disposal(self, flight_id: str, certificate: str, at: str, keys: EvidenceKeys) -> dict[str, Any]:
        """Adds that a flight was disposed of, by the statement of its certificate; gives the entry."""
        return self._append(flight_id, f"disposal {hash_of(certificate)}", at, keys)

    def last(self, flight_id: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        """The flight's latest entry and what it says.

        A crash may have come before what it speaks of was written: whoever ends that takes this entry, adding none.
        """
        content = self._path.read_bytes() if self._path.exists() else b""
        found = content.rfind(f"\\nflight {flight_id}\\n".encode())
        if found < 0:
            return None
        try:
            entry = json.loads(content[content.rfind(b"\n", 0, found) + 1 :].split(b"\n", 1)[0])
            return entry, parse(entry["statement"], LOG_TITLE).values
        except (ValueError, KeyError, TypeError, AttributeError):  # broken off, or changed, which is found elsewhere
            return None

    def _append(self, flight_id: str, what: str, at: str, keys: EvidenceKeys) -> dict[str, Any]:
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._mend(file)
            number, previous = self._end(file)
            statement = (
                f"{LOG_TITLE}\nnumber {number + 1}\nprevious {previous}\nflight {flight_id}\n"
                f"{what}\nat {at}\nkey {keys.public}\n"
            )
            entry = {"statement": statement, "signature": keys.sign(statement)}
            append(self._path, canonical(entry) + b"\n")
        return entry

    def _mend(self, file: IO[bytes]) -> None:
        """A power cut may break off a line that nobody was told of yet, or its end: no later flight waits for that."""
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LONGEST_LINE))
        broken = file.read().rpartition(b"\n")[2]
        try:
            if broken and json.loads(broken):
                file.write(b"\n")
        except ValueError:
            file.truncate(size - len(broken))

    def head(self) -> tuple[int, str]:
        """How many entries there are, and the hash of the last one: what is to be published."""
        if not self._path.exists():
            return 0, NO_HASH
        with self._path.open("rb") as file:
            return self._end(file)

    def _end(self, file: IO[bytes]) -> tuple[int, str]:
        """Number and hash of the last line, which is read alone: the log only grows."""
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LONGEST_LINE))
        last = file.read().rstrip(b"\n").rsplit(b"\n", 1)[-1]
        if not last:
            return 0, NO_HASH
        try:
            statement = json.loads(last)["statement"]
            return int(parse(statement, LOG_TITLE).values["number"]), hash_of(statement)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordingError(str(self._path), 0, "the last line of the log of flights is damaged") from error
