"""TypeScript types of everything a browser exchanges with the server or hears on the bus.

`python -m web.schema` writes `web/frontend/src/generated.ts`. Instants are ISO 8601 text in JSON and `Date` objects
out of msgpack, hence `Instant`. A struct that travels as an array (`array_like`) becomes four things: the interface
`Name`, the ordered `NameFields`, the typed array `NameTuple`, and a decoder from the array to the object.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import msgspec.inspect as inspect

import web.api
import web.api_charts
import web.api_flights
import web.api_incidents
import web.api_review
from mission.finding import Severity
from mission.plan import FenceKind, Frame
from telemetry.wire import (
    Alert,
    AltitudeDatum,
    Event,
    Grade,
    Incident,
    LiveFrame,
    Onboard,
    Progress,
    Pulse,
    Reply,
    TrafficFrame,
)
from telemetry.words import MODE_WORDS, ORDER_WORDS
from web.api_incidents import Task
from web.auth.permissions import Permission, Role

TARGET: Final = Path(__file__).parent / "frontend" / "src" / "generated.ts"

HEARD: Final = (LiveFrame, Progress, Event, Alert, Onboard, Reply, Incident, TrafficFrame, Pulse)
"""What comes from the bus: the structs that are subscribed to, and the answers to orders."""

REQUESTS: Final = (
    "SortieCreate",
    "SortieSave",
    "SortieSubmit",
    "SortieApprove",
    "SortieReject",
    "UploadStart",
    "Order",
    "NoteCreate",
    "SignOffCreate",
    "PlanExport",
    "PlanFence",
    "CheckRequest",
    "IncidentCreate",
    "IncidentSave",
    "OfferCreate",
)
"""Structs that only browsers write: what has a default may be left out of them."""

TABLES: Final = {"MODE_WORDS": MODE_WORDS, "ORDER_WORDS": ORDER_WORDS}
"""What people read, the same in the server's texts and on the pages."""

HEADER: Final = """\
// Written by `python -m web.schema` from the server's structs. Do not edit.

/** An instant in UTC: ISO 8601 text in JSON, a Date out of msgpack. `new Date(instant)` takes both. */
export type Instant = string | Date;
"""


def structs() -> list[type[msgspec.Struct]]:
    """The structs of the API and of the bus, and all that they are made of, each after what it needs."""
    found: dict[type[msgspec.Struct], None] = {}

    def visit(info: inspect.Type) -> None:
        match info:
            case inspect.StructType(cls=cls) if cls not in found:
                for field in info.fields:
                    visit(field.type)
                found[cls] = None
            case inspect.VarTupleType(item_type=part) | inspect.DictType(value_type=part):
                visit(part)
            case inspect.UnionType(types=types):
                for part in types:
                    visit(part)

    own = [
        thing
        for module in (web.api, web.api_flights, web.api_charts, web.api_review, web.api_incidents)
        for thing in vars(module).values()
        if isinstance(thing, type) and thing.__module__ == module.__name__
    ]
    for struct in (*HEARD, *own):
        visit(inspect.type_info(struct))
    return list(found)


def enums() -> list[type[enum.Enum]]:
    return [Role, Permission, Frame, FenceKind, Severity, Grade, AltitudeDatum, Task]


def typescript() -> str:
    """The whole generated file."""
    parts = [HEADER]
    parts += [_enum(kind) for kind in enums()]
    parts += [_table(name, table) for name, table in TABLES.items()]
    for info in inspect.multi_type_info(structs()):
        assert isinstance(info, inspect.StructType)
        parts += list(_struct(info))
    return "\n".join(parts)


def _enum(kind: type[enum.Enum]) -> str:
    members = "".join(f"  {member.name}: {_literal(member.value)},\n" for member in kind)
    name = kind.__name__
    return (
        f"export const {name} = {{\n{members}}} as const;\nexport type {name} = (typeof {name})[keyof typeof {name}];\n"
    )


def _table(name: str, table: Mapping[str, str]) -> str:
    rows = "".join(f"  {key}: {_literal(words)},\n" for key, words in table.items())
    return f"export const {name}: Readonly<Record<string, string>> = {{\n{rows}}};\n"


def _literal(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _struct(info: inspect.StructType) -> Iterator[str]:
    name = info.cls.__name__
    doc = _comment(info.cls.__doc__ or "")
    optional = name in REQUESTS
    # An array_like struct's interface is the decoded object, so what it holds is decoded too.
    lines = [
        f"  readonly {field.encode_name}{'?' if optional and not field.required else ''}: "
        f"{_type(field.type, decoded=info.array_like)};\n"
        for field in info.fields
    ]
    if info.tag is not None:
        lines.insert(0, f"  readonly {info.tag_field}: {_literal(info.tag)};\n")
    yield f"{doc}export interface {name} {{\n{''.join(lines)}}}\n"
    if info.array_like:
        yield _array(name, info.fields)


def _array(name: str, fields: Iterable[inspect.Field]) -> str:
    fields = tuple(fields)
    names = "".join(f"  {_literal(field.encode_name)},\n" for field in fields)
    members = "".join(f"  {field.encode_name}: {_type(field.type, decoded=False)},\n" for field in fields)
    decoded = "".join(f"    {field.encode_name}: {_decode(field.type, index)},\n" for index, field in enumerate(fields))
    function = name[0].lower() + name[1:]
    return (
        f"export const {name}Fields = [\n{names}] as const;\n"
        f"export type {name}Tuple = readonly [\n{members}];\n"
        f"export function {function}(row: {name}Tuple): {name} {{\n  return {{\n{decoded}  }};\n}}\n"
    )


def _decode(kind: inspect.Type, index: int) -> str:
    item = kind.item_type if isinstance(kind, inspect.VarTupleType) else None
    if isinstance(item, inspect.StructType) and item.array_like:
        name = item.cls.__name__
        return f"row[{index}].map({name[0].lower() + name[1:]})"
    return f"row[{index}]"


def _comment(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    if not lines:
        return ""
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


def _type(kind: inspect.Type, *, decoded: bool) -> str:
    """The TypeScript of one msgspec type; `decoded` means after the array decoders ran."""
    match kind:
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.StrType():
            return "string"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.AnyType():
            return "unknown"
        case inspect.DateTimeType():
            return "Instant"
        case inspect.DateType():
            return "string"
        case inspect.EnumType(cls=cls):
            return cls.__name__
        case inspect.StructType(cls=cls, array_like=array_like):
            return f"{cls.__name__}Tuple" if array_like and not decoded else cls.__name__
        case inspect.VarTupleType(item_type=item):
            inner = _type(item, decoded=decoded)
            return f"readonly ({inner})[]" if " " in inner else f"readonly {inner}[]"
        case inspect.TupleType(item_types=items):
            return f"readonly [{', '.join(_type(item, decoded=decoded) for item in items)}]"
        case inspect.UnionType(types=types):
            return " | ".join(_type(part, decoded=decoded) for part in types)
        case inspect.DictType(value_type=value):
            return f"Readonly<Record<string, {_type(value, decoded=decoded)}>>"
    raise TypeError(f"{kind!r} has no TypeScript form; add it to web.schema._type")


def main() -> int:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(typescript())
    return 0


if __name__ == "__main__":
    sys.exit(main())
