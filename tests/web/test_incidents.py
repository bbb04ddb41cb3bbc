"""Incidents are opened, changed and closed by those who may, and each change is in the audit."""

from __future__ import annotations

import msgspec
import pytest

from telemetry.wire import Grade, Incident
from tests.web.conftest import Browser, problem
from web.api import SortieCreate
from web.api_incidents import IncidentCreate, IncidentSave
from web.store import audit
from web.store.database import Database

MISSING = IncidentCreate(
    "CAD 2417/22NOV", 51.5080, -0.1650, Grade.IMMEDIATE, "Hyde Park, Serpentine", "Child, 6, red coat"
)


@pytest.fixture
def incident(control_room: Browser) -> Incident:
    answered = control_room.send("POST", "/api/incidents", MISSING)
    assert answered.status_code == 201, answered.text
    return msgspec.json.decode(answered.data, type=Incident)


def listed(browser: Browser, query: str = "") -> list[Incident]:
    answered = browser.get(f"/api/incidents{query}")
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=list[Incident])


def saving(incident: Incident, **changes: object) -> IncidentSave:
    fields = {name: getattr(incident, name) for name in IncidentSave.__struct_fields__ if name != "is_open"}
    return IncidentSave(**{**fields, **changes})


def put(browser: Browser, incident: Incident, saved: IncidentSave) -> Incident:
    answered = browser.send("PUT", f"/api/incidents/{incident.incident_id}", saved)
    assert answered.status_code == 200, answered.text
    return msgspec.json.decode(answered.data, type=Incident)


def deeds(database: Database) -> list[tuple[str, str | None, dict[str, object]]]:
    with database.read() as db:
        entries, _ = audit.search(db, audit.Search(action="incident"))
    return [(entry.action, entry.username, entry.detail) for entry in reversed(entries)]


def test_opened_changed_closed_and_opened_again(control_room: Browser, incident: Incident, database: Database) -> None:
    assert (incident.number, incident.grade, incident.version, incident.opened_by) == (
        "CAD 2417/22NOV",
        Grade.IMMEDIATE,
        1,
        "control",
    )
    moved = put(control_room, incident, saving(incident, lat_deg=51.51, note="Seen at the bridge"))
    assert (moved.version, moved.lat_deg, moved.note) == (2, 51.51, "Seen at the bridge")
    assert put(control_room, moved, saving(moved)) == moved, "saving no change is no version"
    closed = put(control_room, moved, saving(moved, is_open=False))
    assert closed.closed_by == "control"
    assert listed(control_room) == []
    assert listed(control_room, "?closed=1") == [closed]
    opened = put(control_room, closed, saving(closed))
    assert (opened.closed_at, opened.closed_by, opened.version) == (None, None, 4)
    assert deeds(database) == [
        ("incident.open", "control", msgspec.to_builtins(MISSING)),
        ("incident.change", "control", {"lat_deg": 51.51, "note": "Seen at the bridge"}),
        ("incident.close", "control", {}),
        ("incident.reopen", "control", {}),
    ]


def test_a_change_of_an_old_version_is_refused(control_room: Browser, incident: Incident) -> None:
    put(control_room, incident, saving(incident, note="first"))
    late = control_room.send("PUT", f"/api/incidents/{incident.incident_id}", saving(incident, note="second"))
    assert problem(late, 409).where == "version"
    assert listed(control_room)[0].note == "first"


def test_a_number_is_given_once(control_room: Browser, incident: Incident) -> None:
    again = msgspec.structs.replace(MISSING, number=" cad 2417/22nov ")
    assert problem(control_room.send("POST", "/api/incidents", again), 409).where == "number"


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("number", {"number": "  "}),
        ("number", {"number": "9" * 65}),
        ("lat_deg", {"lat_deg": 91.0}),
        ("place", {"place": "x" * 201}),
        ("note", {"note": "x" * 4001}),
        ("grade", {"grade": "urgent"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    control_room: Browser, where: str, wrong: dict[str, object]
) -> None:
    refused = control_room.send("POST", "/api/incidents", {**msgspec.to_builtins(MISSING), **wrong})
    assert problem(refused, 400).where == where
    assert listed(control_room, "?closed=1") == []


def test_a_pilot_sees_those_of_his_sorties_and_changes_none(
    pilot: Browser, supervisor: Browser, incident: Incident
) -> None:
    path = f"/api/incidents/{incident.incident_id}"
    assert listed(pilot) == []
    problem(pilot.get(path), 403)
    pilot.send("POST", "/api/sorties", SortieCreate("Search", "Missing child", incident=incident.number))
    assert listed(pilot) == [incident]
    assert pilot.get(path).status_code == 200
    problem(pilot.send("PUT", path, saving(incident)), 403)
    assert listed(supervisor) == [incident]
