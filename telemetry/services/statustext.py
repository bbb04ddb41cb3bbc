"""STATUSTEXT in chunks: a text longer than 50 characters comes in pieces that share an `id`, numbered by `chunk_seq`.

The last piece is the one shorter than 50. A text whose pieces were lost is given out with ``…`` in their place as
soon as another text begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

CHUNK: Final = 50
GAP: Final = "…"


class StatusTexts:
    """Joins the chunks of one vehicle's component."""

    def __init__(self) -> None:
        self._id = 0
        self._chunks: dict[int, str] = {}

    def add(self, message: Any) -> list[str]:
        """The texts completed by this STATUSTEXT, oldest first: none while chunks are missing."""
        text: str = message.text
        if message.id == 0:
            return [*self._flush(), _printable(text)]
        done = self._flush() if message.id != self._id else []
        self._id = message.id
        self._chunks[message.chunk_seq] = text
        last = max(self._chunks)
        if len(self._chunks) == last + 1 and not _is_full(self._chunks[last]):
            done += self._flush()
        return done

    def _flush(self) -> list[str]:
        if not self._chunks:
            return []
        pieces = [self._chunks.get(number, GAP) for number in range(max(self._chunks) + 1)]
        if _is_full(pieces[-1]):
            pieces.append(GAP)
        self._chunks = {}
        return [_printable("".join(pieces))]


def chunks(text: str, number: int) -> Iterator[dict[str, Any]]:
    """STATUSTEXT's fields for `text`, in as many chunks as it takes; `number` tells it from the text before."""
    data = text.encode("ascii", "replace").decode()
    if len(data) <= CHUNK:
        yield {"text": data}
        return
    # A last chunk of full length would promise another one, so one that is empty may follow.
    for index in range(len(data) // CHUNK + 1):
        yield {"text": data[index * CHUNK : (index + 1) * CHUNK], "id": number or 1, "chunk_seq": index}


def _printable(text: str) -> str:
    """A radio may garble it and a hostile drone say anything: no line of a log, terminal or page is ended by it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _is_full(chunk: str) -> bool:
    return len(chunk.encode()) >= CHUNK
