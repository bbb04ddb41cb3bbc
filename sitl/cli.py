"""`airbeat sitl`: simulated drones from the command line."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from sitl.ardupilot import Ardupilot, ArdupilotOptions, find
from sitl.errors import LinkTextError, SitlError
from sitl.fleet import Fleet, FleetOptions
from sitl.link import Conditions, parse
from sitl.params import load_file


def _home(context: click.Context, option: click.Parameter, text: str) -> tuple[float, float, float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise click.BadParameter("LAT,LON,AMSL[,HEADING] in degrees and metres") from None
    if len(numbers) not in (3, 4) or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        raise click.BadParameter("LAT,LON,AMSL[,HEADING] in degrees and metres")
    lat, lon, amsl, heading = (*numbers, 0.0)[:4]
    return lat, lon, amsl, heading


def _udp(context: click.Context, option: click.Parameter, text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise click.BadParameter("HOST:PORT")
    return host, int(port)


def _wind(context: click.Context, option: click.Parameter, text: str | None) -> dict[str, float]:
    if text is None:
        return {}
    try:
        speed, direction = (float(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter("SPEED,DIR: m/s, and degrees it comes from") from None
    return {"SIM_WIND_SPD": speed, "SIM_WIND_DIR": direction}


def _link(context: click.Context, option: click.Parameter, text: str) -> Conditions:
    try:
        return parse(text)
    except LinkTextError as error:
        raise click.BadParameter(error.what) from error


@click.command()
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 5000), help="How many drones.")
@click.option(
    "--home", default="51.50735,-0.16370,24", show_default=True, callback=_home, help="LAT,LON,AMSL[,HEADING]"
)
@click.option("--speedup", default=1.0, show_default=True, type=click.FloatRange(0.1, 100), help="Times real time.")
@click.option("--autopilot", default="builtin", show_default=True, type=click.Choice(["builtin", "ardupilot"]))
@click.option("--binary", type=click.Path(path_type=Path), help="ArduPilot's SITL program; else $ARDUPILOT_SITL, PATH.")
@click.option("--params", type=click.Path(path_type=Path), help="Parameter file, NAME,VALUE per line.")
@click.option("--wind", callback=_wind, help="SPEED,DIR: m/s, and degrees it comes from.")
@click.option("--seed", default=0, show_default=True, help="Of all randomness.")
@click.option("--udp", callback=_udp, help="HOST:PORT to send to, instead of listening on TCP 5760 + 10·i.")
@click.option("--link", default="", callback=_link, help="delay=50ms,jitter=20ms,loss=1%,duplicate=…,outage=5s@30s")
def sitl(
    count: int,
    home: tuple[float, float, float, float],
    speedup: float,
    autopilot: str,
    binary: Path | None,
    params: Path | None,
    wind: dict[str, float],
    seed: int,
    udp: tuple[str, int] | None,
    link: Conditions,
) -> None:
    """Flies simulated drones until interrupted."""
    try:
        parameters = {**(load_file(params) if params is not None else {}), **wind}
        backend: Fleet | Ardupilot
        if autopilot == "ardupilot":
            if not link.perfect:
                raise click.UsageError("--link is for --autopilot builtin; put sitl.link.TcpProxy before ArduPilot")
            backend = Ardupilot(ArdupilotOptions(find(binary), count, home, speedup, parameters, udp=udp))
        else:
            base_port = None if udp else 5760
            options = FleetOptions(count, home, speedup, "127.0.0.1", base_port, udp, parameters, seed, link=link)
            backend = Fleet(options)
        asyncio.run(_fly(backend, f"{count} simulated ArduCopter ({autopilot}) at {speedup:g}×"))
    except SitlError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"cannot start: {error}") from error


async def _fly(backend: Fleet | Ardupilot, what: str) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with backend:
        where = (
            f"UDP to {backend.options.udp}" if backend.options.udp else f"TCP {backend.ports[0]}…{backend.ports[-1]}"
        )
        click.echo(f"{what}, {where}. Ctrl-C ends.", err=True)
        watch = asyncio.create_task(backend.wait())
        wanted = asyncio.create_task(stopped.wait())
        await asyncio.wait((watch, wanted), return_when=asyncio.FIRST_COMPLETED)
        for task in (watch, wanted):
            if not task.done():
                task.cancel()
        if watch.done() and not watch.cancelled():
            watch.result()
