"""The generated TypeScript is what the structs say now."""

from __future__ import annotations

import msgspec

from telemetry.wire import LiveVehicle
from web import schema


def test_the_generated_file_is_fresh() -> None:
    written = schema.TARGET.read_text()
    assert written == schema.typescript(), "run `python -m web.schema`"


def test_field_lists_keep_the_order_of_the_arrays() -> None:
    text = schema.typescript()
    listed = text.split("export const LiveVehicleFields = [\n")[1].split("] as const")[0]
    assert [line.strip(' ",') for line in listed.splitlines()] == list(LiveVehicle.__struct_fields__)
    packed = msgspec.json.decode(msgspec.json.encode(LiveVehicle("UAV-07", mode="AUTO")))
    assert packed[:2] == ["UAV-07", "AUTO"]
    assert len(packed) == len(LiveVehicle.__struct_fields__)


def test_every_struct_is_generated_once() -> None:
    text = schema.typescript()
    for struct in schema.structs():
        assert text.count(f"export interface {struct.__name__} {{") == 1
