"""A whole unit on one machine: people, an approved sortie, three simulated drones over Hyde Park, one flying it."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib import resources
from pathlib import Path
from typing import Final

import click

from airbeat import services
from airbeat.flying import RETRY_S, Outcome, Pilot, Watcher, fly_plan, running
from airbeat.machine import machine
from airbeat.person import Person, PersonRefused
from airbeat.progress import Progress
from airbeat.supervisor import Service, until_told_to_stop
from airbeat.terminal import COMMAND_LINE
from mission import formats
from mission.plan import Plan
from telemetry.bus import joined
from telemetry.errors import TelemetryError
from telemetry.settings import load
from web import api
from web.serve import open_database
from web.store.synthetic import seed_flights
from web.users import Login, seed_approved_sortie, seed_demo

PASSWORD: Final = "over-hyde-park"
"""Of all the people of the demo, which listens on loopback only. Nothing else has a default password."""
HOME: Final = "51.50735,-0.16370,24,0"
FLYING: Final = "UAV-01"
DRONES: Final = 3
ONCE_SPEEDUP: Final = 10
TAKE_OFF_S: Final = 180.0
PLAN_FILE: Final = "hyde-park-survey.plan"
PARAMETERS: Final = "drone.parm"


def demo_plan() -> Plan:
    return formats.load(PLAN_FILE, _data(PLAN_FILE).read_bytes())


def demo_home() -> Path:
    """The demo's own data folder: `AIRBEAT_HOME`, or one beside a real unit's."""
    return Path(os.environ.get("AIRBEAT_HOME") or Path.home() / ".local" / "share" / "airbeat-demo").resolve()


async def fly_once() -> Outcome:
    """Plans, checks, uploads, flies one sortie at ten times real time, records it. Needs nobody."""
    home, udp = demo_home(), services.free_port()
    settings = write_settings(home, services.free_port(), udp)
    drones = simulator(home, udp, count=1, speedup=ONCE_SPEEDUP)
    with Progress() as progress:
        async with running(settings, home, [drones]) as bus:
            return await fly_plan(demo_plan(), bus, FLYING, progress)


async def run(port: int, flights: int) -> None:
    """Until Ctrl-C."""
    stop = asyncio.create_task(until_told_to_stop())
    home, udp = demo_home(), services.free_port()
    settings = write_settings(home, services.port_or_free(port), udp)
    people, sortie = _seed(home, flights)
    async with machine(settings, home, [simulator(home, udp, DRONES, speedup=1)]) as address:
        click.echo(_welcome(address, people))
        flying = asyncio.create_task(_take_off(address, settings, home, sortie))
        await stop
        flying.cancel()


def write_settings(home: Path, web_port: int, udp_port: int) -> Path:
    """The demo's settings file, with ports that are free now."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    nats = services.free_nats_ports()
    drones = "".join(
        f'[[vehicles]]\ncallsign = "UAV-{number:02}"\nsystem_id = {number}\nserial = "SIM-{number:04}"\n'
        f'model = "Simulated quadcopter"\ncamera_view_deg = [60, 40]\n\n'
        for number in range(1, DRONES + 1)
    )
    path = home / "airbeat.toml"
    path.write_text(
        f'unit = "Hyde Park Demo Unit"\nauthorisation = "DEMO-OA-0001"\n\n'
        f'[[links]]\nname = "radio"\nendpoint = "udpin:127.0.0.1:{udp_port}"\n\n{drones}'
        f'[web]\nhost = "127.0.0.1"\nport = {web_port}\nsecure_cookies = false\n\n'
        f"[nats]\nport = {nats.port}\nwebsocket_port = {nats.websocket_port}\n\n"
        f'[map]\nlayers = ["{_data("hyde-park-sketch.geojson").as_posix()}"]\n'
    )
    return path


def simulator(home: Path, udp_port: int, count: int, speedup: int) -> Service:
    command = (sys.executable, "-m", "airbeat", "sitl", "--count", str(count), "--home", HOME)
    link = ("--udp", f"127.0.0.1:{udp_port}", "--speedup", str(speedup), "--params", str(_data(PARAMETERS)))
    return Service("sitl", (*command, *link), {"AIRBEAT_HOME": str(home)})


def _seed(home: Path, flights: int) -> tuple[tuple[Login, ...], api.Sortie]:
    database = open_database(home)
    try:
        people = seed_demo(database, PASSWORD)
        made = api.SortieCreate(
            title="Survey of the Serpentine's north bank",
            purpose="Search for a missing person's belongings",
            incident="DEMO-1234/26",
            observer="observer",
            vehicle=FLYING,
            plan=demo_plan(),
        )
        seed_flights(database, flights)
        return people, seed_approved_sortie(database, "pilot", "supervisor", made)
    finally:
        database.close()


async def _take_off(address: str, settings: Path, home: Path, sortie: api.Sortie) -> None:
    """The pilot's part, done over HTTP as a browser would, each when the drone is ready for it, as a pilot waits."""
    try:
        async with asyncio.timeout(TAKE_OFF_S), joined(load(settings), COMMAND_LINE, home) as bus:
            drone = Pilot(bus, FLYING, Watcher())
            await drone.listen()
            await drone.heard()
            pilot = await asyncio.to_thread(Person, address, "pilot", PASSWORD)
            await _until_done(pilot, f"/api/sorties/{sortie.sortie_id}/upload", {"vehicle": FLYING})
            while True:
                view = await asyncio.to_thread(pilot.get, f"/api/sorties/{sortie.sortie_id}")
                receipt = view["sortie"]["receipt"]
                if receipt is not None and receipt["verified"]:
                    break
                await asyncio.sleep(0.5)
            await drone.ready()
            await drone.placed()
            await _until_done(pilot, f"/api/vehicles/{FLYING}/orders/start", {"arguments": {"arm": True}})
    except (TelemetryError, TimeoutError) as error:
        click.echo(f"{FLYING} did not take off: {error or 'it took too long'}", err=True)
    else:
        click.echo(f"{FLYING} is flying the approved sortie: see it at {address}/live")


async def _until_done(pilot: Person, path: str, body: object) -> None:
    """Again where it is refused all the same: each refusal stands in the audit that a newcomer reads."""
    while True:
        try:
            answer = await asyncio.to_thread(pilot.post, path, body)
        except PersonRefused:
            answer = {"ok": False}
        if answer.get("ok", True):
            return
        await asyncio.sleep(RETRY_S)


def _welcome(address: str, people: tuple[Login, ...]) -> str:
    rows = "\n".join(f"  {login.username:12} {login.role.value.replace('_', ' ')}" for login in people)
    return f"\nAirbeat is at {address}\n\nLog in as (password {PASSWORD!r}):\n{rows}\n\nCtrl-C stops everything.\n"


def _data(name: str) -> Path:
    return Path(str(resources.files("airbeat") / "demo_data" / name))
