"""The morning after: a supervisor sees on the pages what happened, notes it, signs, exports the sealed evidence; on a
machine without Airbeat it verifies by what is in the zip, and a flipped byte is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import FilePayload, Page, expect

from airbeat.demo import PASSWORD
from mission import formats
from mission.plan import FenceCircle, FenceKind, Plan, digest, encode
from telemetry.evidence import seal_flight
from telemetry.evidence.verifier import CHUNK
from telemetry.mavlink import tlog
from telemetry.mavlink.messages import BY_NAME, framed
from telemetry.wire import Event, FlightRecord, RecordedFile
from tests.airbeat.conftest import Login, Unit, running_pages
from web import users
from web.api import SortieCreate
from web.indexer import FLIGHT_CLOSED, Indexer
from web.serve import open_database

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

DATA = Path(__file__).resolve().parents[1] / "data"
LAYER = Path(__file__).resolve().parents[2] / "airbeat" / "demo_data" / "hyde-park-sketch.geojson"
DRONE, BESIDE = "UAV-07", "UAV-08"
FLIGHT = f"20261121T213000Z-{DRONE}"
POSITION = BY_NAME["GLOBAL_POSITION_INT"]
ADDRESS = "51.5070, -0.1650"
SETTINGS = f"""\
unit = "Test Unit"
authorisation = "UK.POL.0147"
[web]
port = 0
secure_cookies = false
[map]
layers = ["{LAYER}"]
[[vehicles]]
callsign = "{DRONE}"
system_id = 7
serial = "HX-2207"
model = "Hexa 6"
camera_view_deg = [60, 40]
"""


def forbidding(plan: Plan, item: int) -> Plan:
    """The plan with a forbidden circle about one of its items."""
    place = plan.items[item].position
    assert place is not None
    circles = (*plan.geofence.circles, FenceCircle(FenceKind.EXCLUSION, place, 25.0))
    return msgspec.structs.replace(plan, geofence=msgspec.structs.replace(plan.geofence, circles=circles))


def last_nights_flight(home: Path) -> FlightRecord:
    """A survey that a real ArduCopter flew, through a circle that its plan forbids, sealed as the recorder does it."""
    folder = home / "flights" / FLIGHT
    folder.mkdir(parents=True)
    shutil.copy(DATA / "survey.tlog", folder / "telemetry.tlog")
    (plan_file,) = (DATA / "plans").glob("hyde-park-survey.plan")
    plan = forbidding(formats.load(plan_file.name, plan_file.read_bytes()), item=5)
    database = open_database(home)
    users.seed_demo(database, PASSWORD)
    made = SortieCreate("Rooftop search", "Suspect last seen on a roof", plan, incident="CAD-4711/26", vehicle=DRONE)
    sortie = users.seed_approved_sortie(database, "pilot", "supervisor", made)
    (folder / "plan.json").write_bytes(encode(plan))
    ended = datetime.now(UTC) - timedelta(hours=9)
    happened = Event("e1", ended - timedelta(minutes=2), DRONE, "breach", "Fence breached.")
    (folder / "events.jsonl").write_bytes(msgspec.json.encode(happened) + b"\n")
    record = FlightRecord(
        flight_id=FLIGHT,
        vehicle=DRONE,
        gateway="gateway",
        bundle=str(folder),
        started_at=ended - timedelta(minutes=5),
        ended_at=ended,
        duration_s=300.0,
        outcome="landed",
        frames_received=9000,
        frames_recorded=9000,
        frames_lost=0,
        holes=(),
        distance_m=800.0,
        max_height_m=30.0,
        sortie=sortie.sortie_id,
        upload_id=None,
        upload_verified=None,
        plan_sha256=digest(plan),
        files={path.name: RecordedFile("0" * 64, path.stat().st_size) for path in folder.iterdir()},
    )
    (folder / "manifest.json").write_bytes(msgspec.json.encode(record))
    seal_flight(folder)
    beside = msgspec.structs.replace(record, flight_id=FLIGHT.replace(DRONE, BESIDE), vehicle=BESIDE, sortie=None)
    for number, flown in enumerate((record, a_drone_beside(beside, folder)), start=1):
        closed = Event(f"c{number}", ended, flown.vehicle, FLIGHT_CLOSED, "Landed.", data=msgspec.to_builtins(flown))
        Indexer(database, home).take(number, closed)
    database.close()
    return record


def a_drone_beside(record: FlightRecord, flown: Path) -> FlightRecord:
    """Another drone's flight at the same time, far enough away that nobody finds it by the address."""
    folder = flown.parent / record.flight_id
    folder.mkdir()
    entries = []
    for at, frame in tlog.read(flown / "telemetry.tlog"):
        raw = frame.raw
        if frame.msgid == POSITION.id:
            values = list(POSITION.unpack(frame.payload))
            latitude = POSITION.fields.index("lat")
            values[latitude] += 200_000 if values[latitude] else 0
            raw = framed(
                POSITION,
                POSITION.pack(dict(zip(POSITION.fields, values, strict=True))),
                frame.seq,
                frame.sysid,
                frame.compid,
            )
        entries.append(tlog.record(at, [raw]))
    (folder / "telemetry.tlog").write_bytes(b"".join(entries))
    made = msgspec.structs.replace(record, bundle=str(folder), files={}, plan_sha256=None)
    (folder / "manifest.json").write_bytes(msgspec.json.encode(made))
    seal_flight(folder)
    return made


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    """The pages alone, over one flight: nothing here needs the bus."""
    home = tmp_path_factory.mktemp("unit") / "home"
    home.mkdir()
    last_nights_flight(home)
    with running_pages(home, SETTINGS) as started:
        yield started


def pilots_word(pilot: Page) -> None:
    """He says what the machine cannot know; the defect is a task."""
    pilot.goto(f"/flights/{FLIGHT}/evidence")
    expect(pilot.get_by_test_id("record-state")).to_have_text("5 missing")
    pilot.select_option("#line_of_sight", "VLOS")
    pilot.select_option("#inspection_done", "yes")
    pilot.fill("#defects", "Propeller 2 chipped")
    pilot.fill("#occurrences", "Left the fence to the east")
    pilot.get_by_label("None").nth(0).check()
    pilot.get_by_test_id("btn-record").click()
    expect(pilot.get_by_test_id("record-state")).to_have_text("complete")
    expect(pilot.get_by_test_id("task")).to_have_count(2)
    expect(pilot.get_by_test_id("custody")).to_have_count(0)


def find(supervisor: Page) -> None:
    """By an address that it flew over; a kilometre further nothing did."""
    supervisor.goto("/flights")
    supervisor.fill("#where", "TQ 2760 8120")
    supervisor.get_by_role("button", name="Search").click()
    expect(supervisor.locator("a.row-link")).to_have_count(0)
    supervisor.fill("#where", ADDRESS)
    supervisor.get_by_role("button", name="Search").click()
    found = supervisor.locator("a.row-link")
    expect(found).to_have_count(1)
    found.click()
    supervisor.wait_for_url(f"**/flights/{FLIGHT}")


def see_and_note(supervisor: Page) -> None:
    """The finding moves the page to its moment; the note is pinned there."""
    expect(supervisor.get_by_test_id("flight-page")).to_have_attribute("data-state", "ready", timeout=30_000)
    supervisor.get_by_test_id("tab-findings").click()
    finding = supervisor.locator('[data-testid="flight-finding"][data-check*="fence"]').first
    expect(finding).to_be_visible(timeout=15_000)
    moment = finding.locator("time").inner_text()
    finding.click()
    supervisor.get_by_test_id("tab-notes").click()
    supervisor.get_by_test_id("note-text").fill("It crossed the school yard that the plan forbids.")
    supervisor.get_by_test_id("btn-add-note").click()
    expect(supervisor.get_by_test_id("note").get_by_test_id("moment")).to_contain_text(moment)
    photo = FilePayload(name="roof.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8\xff\xe0" + b"roof" * 50)
    supervisor.get_by_test_id("attach-taken").fill("2026-11-21T21:33:00")
    supervisor.get_by_test_id("attach-file").set_input_files(photo)
    expect(supervisor.get_by_test_id("attachment")).to_contain_text("time as given")


def ask_the_map(supervisor: Page) -> None:
    """When was the middle of the map in view? By keys alone: V, and Enter on the map; the answer moves the page."""
    supervisor.locator(".maplibregl-canvas").focus()
    supervisor.keyboard.press("v")
    expect(supervisor.get_by_test_id("seen-card")).to_contain_text("ha by a camera of 60° × 40°")
    supervisor.keyboard.press("Enter")
    seen = supervisor.get_by_test_id("seen-time").first
    seen.click()
    expect(supervisor.get_by_test_id("readout")).to_contain_text(seen.locator("time").inner_text())
    supervisor.keyboard.press("Escape")


def compare(supervisor: Page) -> None:
    """The drone that flew at the same time, found and laid beside it."""
    supervisor.get_by_test_id("tab-compare").click()
    supervisor.get_by_test_id("compare-with").click()
    expect(supervisor.get_by_test_id("nearest")).to_contain_text("apart at the nearest", timeout=30_000)
    expect(supervisor.get_by_test_id("chart-apart")).to_be_visible()
    expect(supervisor.get_by_test_id("chart-height")).to_contain_text(BESIDE)


def sign(supervisor: Page) -> None:
    supervisor.get_by_test_id("btn-sign-off").click()
    supervisor.get_by_test_id("sign-off-remark").fill("Seen; the propeller is being replaced.")
    supervisor.get_by_test_id("btn-sign-off-confirm").click()
    expect(supervisor.get_by_test_id("signed")).to_have_text("Signed by S. Adeyemi")


def export(supervisor: Page, folder: Path) -> Path:
    supervisor.get_by_test_id("link-evidence").click()
    expect(supervisor.get_by_test_id("record-state")).to_have_text("complete")
    supervisor.fill("#recipient", "CPS London")
    supervisor.fill("#export-reason", "R v Doe, T2026/4711")
    supervisor.get_by_test_id("btn-export").click()
    with supervisor.expect_download() as download:
        supervisor.get_by_test_id("download-export").click()
    download.value.save_as(folder / "evidence.zip")
    supervisor.reload()
    lines = supervisor.get_by_test_id("custody-line")
    expect(lines.filter(has_text=f"compared it with flight {FLIGHT[:-6]}{BESIDE}")).to_have_attribute(
        "data-kind", "combination"
    )
    expect(lines.filter(has_text="export 1 to CPS London")).to_have_attribute("data-kind", "disclosure")
    expect(lines.first).to_have_attribute("data-kind", "collection")
    return folder / "evidence.zip"


def picture(page: Page, folder: Path) -> None:
    """Both themes, for whoever looks."""
    for theme in ("dark", "light"):
        page.screenshot(path=folder / f"evidence-{theme}.png", full_page=True)
        page.locator('[data-action="theme"]').click()


def verify(folder: Path, key: str) -> tuple[int, str]:
    """As a court's expert does: the system's Python, nothing in the environment, no packages, the public key alone."""
    python = shutil.which("python3", path=os.defpath)
    assert python
    command = [python, "-I", "-S", "verifier.py", ".", key]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_supervisors_day(unit: Unit, login: Login, tmp_path: Path) -> None:
    pilots_word(login("pilot"))
    supervisor = login("supervisor")
    find(supervisor)
    see_and_note(supervisor)
    ask_the_map(supervisor)
    compare(supervisor)
    sign(supervisor)
    evidence = export(supervisor, tmp_path)
    picture(supervisor, tmp_path)

    court = tmp_path / "court"
    with zipfile.ZipFile(evidence) as archive:
        archive.extractall(court)
    key = (unit.home / "keys" / "evidence.pub").read_text().strip()
    code, said = verify(court, key)
    assert code == 0, said
    assert "export 1" in said
    assert "every sealed byte is as it was" in said
    assert "crossed the school yard" in (court / "notes.json").read_text()
    assert (court / "working" / "report.pdf").read_bytes().startswith(b"%PDF")

    recording = court / "flight" / "telemetry.tlog"
    content = bytearray(recording.read_bytes())
    content[CHUNK + 77] ^= 4
    recording.write_bytes(content)
    code, said = verify(court, key)
    assert code == 1
    assert f"telemetry.tlog: chunk 1 is the first that differs (byte {CHUNK} on)" in said
