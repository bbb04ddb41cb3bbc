"""MAVLink messages by name: tuples out of frames, and frames out of fields.

Every message of the dialect has a NamedTuple type with MAVLink's own name and field names, in the order of its
definition (pymavlink's `fieldnames`). Numbers are as on the wire: units and scaling are MAVLink's. Arrays are tuples,
character arrays are str cut at the first NUL (non-ASCII bytes become U+FFFD), as pymavlink gives them.
"""

from __future__ import annotations

import struct
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import Any, Final, Protocol

import numpy as np

from telemetry.mavlink.dialect import CRC_EXTRA, MESSAGES
from telemetry.mavlink.frame import MAGIC_1, MAGIC_2, SIGNED, Frame, crc

_HEADER_1: Final = struct.Struct("<BBBBBB")
_HEADER_2: Final = struct.Struct("<BBBBBBBHB")
_CHECKSUM: Final = struct.Struct("<H")
_NUMPY_TYPES: Final = {
    "char": "S1",
    "float": "<f4",
    "double": "<f8",
    **{f"{sign}int{bits}_t": f"<{sign or 'i'}{bits // 8}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
LARGEST_PAYLOAD: Final = 255
_new_tuple: Final = tuple.__new__


class Signer(Protocol):
    """What signs outgoing frames: `telemetry.mavlink.signing.Signing`."""

    def signature(self, unsigned: bytes) -> bytes:
        """The 13 bytes that go behind `unsigned`, the frame up to its checksum."""


class Message:
    """One message of the dialect: how its payload is laid out, and the NamedTuple type of its contents."""

    def __init__(self, definition: Any) -> None:
        self.id: int = definition.id
        self.name: str = definition.msgname
        self.fields: tuple[str, ...] = tuple(definition.fieldnames)
        self.type: Any = namedtuple(self.name, self.fields)  # type: ignore[misc]
        self._layout: struct.Struct = definition.unpacker
        self._wire_fields: tuple[str, ...] = tuple(definition.ordered_fieldnames)
        self._wire_lengths: tuple[int, ...] = tuple(definition.lengths)
        starts = [0, *accumulate(self._wire_lengths)]
        self._places = [(starts[place], self._wire_lengths[place]) for place in definition.orders]
        counts = dict(zip(self._wire_fields, definition.array_lengths, strict=True))
        kinds = dict(zip(self.fields, definition.fieldtypes, strict=True))
        self._wire = [(name, _NUMPY_TYPES[kinds[name]], max(1, counts[name])) for name in self._wire_fields]
        self._text_sizes = {name: max(1, counts[name]) for name, kind in kinds.items() if kind == "char"}
        # pymavlink gives exactly the extension fields a default; they are the last on the wire.
        extensions = self._wire_fields[len(self._wire_fields) - len(definition.__init__.__defaults__ or ()) :]
        sizes = [np.dtype(kind).itemsize * count for _, kind, count in self._wire]
        self._size_without_extensions = sum(sizes[: len(sizes) - len(extensions)])
        self.unpack: Callable[[bytes], tuple[Any, ...]] = self._unpacker()
        """The contents of a payload as a plain tuple in the order of `fields`: the quick way for hot consumers."""

    @cached_property
    def layout(self) -> np.dtype[np.void]:
        """A numpy record of MAVLink's field names, as they lie on the wire, in `LARGEST_PAYLOAD` bytes."""
        packed = np.dtype([(name, kind) if count == 1 else (name, kind, (count,)) for name, kind, count in self._wire])
        places = dict(packed.fields or {})
        return np.dtype(
            {
                "names": list(places),
                "formats": [place[0] for place in places.values()],
                "offsets": [place[1] for place in places.values()],
                "itemsize": LARGEST_PAYLOAD,
            }
        )

    def _unpacker(self) -> Callable[[bytes], tuple[Any, ...]]:
        """Missing bytes of a payload are zeros that MAVLink 2 cut off; further ones are a newer dialect's fields."""
        unpack_from, size = self._layout.unpack_from, self._layout.size
        places = [start if length == 1 else slice(start, start + length) for start, length in self._places]
        texts = [place for place, name in enumerate(self.fields) if name in self._text_sizes]
        if places == list(range(len(places))):
            if not texts:
                return lambda payload: unpack_from(payload.ljust(size, b"\0"))
            in_order: Callable[[tuple[Any, ...]], tuple[Any, ...]] = tuple
        elif len(places) > 1:
            in_order = itemgetter(*places)
        else:
            in_order = _only_array
        if not texts:
            return lambda payload: in_order(unpack_from(payload.ljust(size, b"\0")))

        def unpack(payload: bytes) -> tuple[Any, ...]:
            values = list(in_order(unpack_from(payload.ljust(size, b"\0"))))
            for place in texts:
                values[place] = values[place].split(b"\0", 1)[0].decode("ascii", "replace")
            return tuple(values)

        return unpack

    def decode(self, payload: bytes) -> Any:
        """The contents of `payload` as this message's NamedTuple."""
        return _new_tuple(self.type, self.unpack(payload))

    def pack(self, fields: Mapping[str, Any], *, extensions: bool = True) -> bytes:
        """The whole payload, uncut. A field that is not given is 0. Raises ValueError naming the wrong field."""
        unknown = fields.keys() - set(self.fields)
        if unknown:
            raise ValueError(f"{self.name} has no field {', '.join(sorted(unknown))}")
        values: list[Any] = []
        for name, length in zip(self._wire_fields, self._wire_lengths, strict=True):
            value = fields.get(name)
            if name in self._text_sizes:
                text = b"" if value is None else str(value).encode("ascii", "replace")
                if len(text) > self._text_sizes[name]:
                    raise ValueError(f"{self.name}.{name} takes {self._text_sizes[name]} characters, not {len(text)}")
                values.append(text)
            elif length == 1:
                values.append(0 if value is None else value)
            elif value is None:
                values.extend([0] * length)
            elif len(value) == length:
                values.extend(value)
            else:
                raise ValueError(f"{self.name}.{name} takes {length} values, not {len(value)}")
        try:
            payload = self._layout.pack(*values)
        except (struct.error, OverflowError) as error:
            raise ValueError(f"{self.name}: {error} in {dict(fields)}") from error
        return payload if extensions else payload[: self._size_without_extensions]


def _only_array(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return (values,)


BY_ID: Final[dict[int, Message]] = {number: Message(definition) for number, definition in MESSAGES.items()}
BY_NAME: Final[dict[str, Message]] = {message.name: message for message in BY_ID.values()}


def decode(frame: Frame) -> Any | None:
    """The frame's contents as the NamedTuple named as its message, or None for an unknown id. Never raises."""
    message = BY_ID.get(frame.msgid)
    if message is None:
        return None
    raw = frame.raw
    # `frame.payload`, spelt out for the common case: a property costs a tenth of the whole call.
    payload = raw[10 : 10 + raw[1]] if raw[0] == MAGIC_2 else frame.payload
    return _new_tuple(message.type, message.unpack(payload))


def encode(
    name: str,
    fields: Mapping[str, Any],
    *,
    seq: int,
    sysid: int,
    compid: int,
    version: int = 2,
    signer: Signer | None = None,
) -> bytes:
    """A whole frame. MAVLink 1 carries neither extension fields nor a signature.

    Raises ValueError for an unknown message or field, a value that does not fit, or a message that MAVLink 1 cannot
    carry (ids above 255).
    """
    message = named(name)
    if version == 2:
        return framed(message, message.pack(fields), seq, sysid, compid, signer)
    if message.id > 255:
        raise ValueError(f"{name} (id {message.id}) does not fit into MAVLink 1")
    payload = message.pack(fields, extensions=False)
    head = _HEADER_1.pack(MAGIC_1, len(payload), seq & 0xFF, sysid, compid, message.id)
    return head + payload + _CHECKSUM.pack(crc(CRC_EXTRA[message.id], crc(head[1:] + payload)))


def named(name: str) -> Message:
    """Raises ValueError for what is no message of the dialect."""
    message = BY_NAME.get(name)
    if message is None:
        raise ValueError(f"{name} is no message of this dialect")
    return message


def framed(message: Message, payload: bytes, seq: int, sysid: int, compid: int, signer: Signer | None = None) -> bytes:
    """A MAVLink 2 frame of a payload that is packed already, cut as MAVLink 2 cuts it."""
    # Trailing zeros go, but the first byte always stays.
    payload = payload.rstrip(b"\0") or payload[:1]
    flags = SIGNED if signer else 0
    head = _HEADER_2.pack(
        MAGIC_2, len(payload), flags, 0, seq & 0xFF, sysid, compid, message.id & 0xFFFF, message.id >> 16
    )
    unsigned = head + payload + _CHECKSUM.pack(crc(CRC_EXTRA[message.id], crc(head[1:] + payload)))
    return unsigned + signer.signature(unsigned) if signer else unsigned


def signed_copy(frame: Frame, signer: Signer) -> bytes:
    """`frame`, of a known message, as MAVLink 2 under `signer`'s signature in place of its own, if it had one."""
    return framed(BY_ID[frame.msgid], frame.payload, frame.seq, frame.sysid, frame.compid, signer)
