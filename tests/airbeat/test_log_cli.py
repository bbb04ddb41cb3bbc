"""`airbeat log` on real recordings."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from airbeat.log_cli import log, verify
from telemetry.errors import RecordingError
from telemetry.evidence import seal_flight
from telemetry.logs import read


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(log, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_info_tells_the_flight(data: Path) -> None:
    told = json.loads(run("info", data / "survey.tlog", "--json"))
    assert told["messages"] == read(data / "survey.tlog").messages
    assert told["summary"]["planned"]["cross_track_p95_m"] < 3
    assert told["summary"]["battery"]["left_pct"] == 2.0
    assert [mode["name"] for mode in told["modes"]] == ["STABILIZE", "GUIDED", "AUTO"]
    words = " ".join(run("info", data / "fence-breach.bin").split())
    assert "fence breached: boundary" in words
    assert "battery used_ah" in words


def test_info_says_what_it_skipped(data: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.tlog").write_bytes((data / "survey.tlog").read_bytes()[:100_003])
    assert "the file ends in the middle of a record" in " ".join(run("info", tmp_path / "cut.tlog").split())


def test_cat_prints_rows_in_the_order_of_time(data: Path) -> None:
    rows = [json.loads(line) for line in run("cat", data / "fence-breach.bin", "MSG", "MODE", "--json").splitlines()]
    assert {row["message"] for row in rows} == {"MSG", "MODE"}
    assert [row["time_s"] for row in rows] == sorted(row["time_s"] for row in rows)


def test_cat_names_what_there_is_instead(data: Path) -> None:
    done = CliRunner().invoke(log, ["cat", str(data / "fence-breach.bin"), "NONE"])
    assert done.exit_code == 2
    assert "it holds" in done.output


@pytest.mark.parametrize("ending", ["kml", "gpx"])
def test_the_path_is_exported_with_its_times(data: Path, tmp_path: Path, ending: str) -> None:
    run("export", data / "survey.tlog", tmp_path / f"track.{ending}")
    tree = ET.parse(tmp_path / f"track.{ending}")
    tags = [element.tag.rpartition("}")[2] for element in tree.iter()]
    points, times = ("coord", "when") if ending == "kml" else ("trkpt", "time")
    assert tags.count(points) == tags.count(times) > 1000


def test_the_path_is_exported_as_geojson_and_columns(data: Path, tmp_path: Path) -> None:
    for ending in ("geojson", "csv", "parquet"):
        run("export", data / "survey.bin", tmp_path / f"track.{ending}")
    line = json.loads((tmp_path / "track.geojson").read_text())["features"][0]
    rows = list(csv.DictReader((tmp_path / "track.csv").open()))
    columns = pq.read_table(tmp_path / "track.parquet").to_pydict()
    assert len(line["geometry"]["coordinates"]) == len(line["properties"]["times"]) == len(rows)
    assert [float(row["lat_deg"]) for row in rows] == columns["lat_deg"]


def test_a_message_is_exported_whole(data: Path, tmp_path: Path) -> None:
    run("export", data / "survey.bin", tmp_path / "bat.parquet", "--message", "BAT")
    run("export", data / "survey.tlog", tmp_path / "battery.csv", "--message", "BATTERY_STATUS")
    assert (
        pq.read_table(tmp_path / "bat.parquet")["Volt"].to_pylist() == read(data / "survey.bin")["BAT"]["Volt"].tolist()
    )
    first = next(csv.DictReader((tmp_path / "battery.csv").open()))
    assert first["voltages[0]"] == str(read(data / "survey.tlog")["BATTERY_STATUS"]["voltages"][0, 0])


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    (tmp_path / "holiday.tlog").write_bytes(b"snow" * 1000)
    with pytest.raises(RecordingError, match="holiday"):
        run("info", tmp_path / "holiday.tlog")


def sealed(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "flights" / "20261122T071530Z-UAV-07"
    folder.mkdir(parents=True)
    (folder / "telemetry.tlog").write_bytes(b"frames" * 1000)
    seal_flight(folder)
    return folder


def test_verify_says_whether_a_flight_is_as_it_was_sealed(tmp_path: Path) -> None:
    folder = sealed(tmp_path)
    key = (tmp_path / "home" / "keys" / "evidence.pub").read_text()
    asked = [str(folder), "--key", key, "--log", str(folder.parent / "flights.log"), "--json"]
    done = CliRunner().invoke(verify, asked)
    assert (done.exit_code, json.loads(done.stdout)["good"]) == (0, True)
    (folder / "telemetry.tlog").write_bytes(b"other!" * 1000)
    done = CliRunner().invoke(verify, asked)
    assert done.exit_code == 1
    assert json.loads(done.stdout)["verdict"]["problems"][0]["chunk"] == 0


def test_a_key_is_given_by_its_digits_or_its_file_and_anything_else_is_refused(tmp_path: Path) -> None:
    folder, key = sealed(tmp_path), tmp_path / "home" / "keys" / "evidence.pub"
    for given in (str(key), key.read_text().upper()):
        assert CliRunner().invoke(verify, [str(folder), "--key", given]).exit_code == 0
    done = CliRunner().invoke(verify, [str(folder), "--key", "evidence.pub"])
    assert done.exit_code == 2
    assert "evidence.pub is no public key" in done.output


def test_verify_without_a_key_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path / "nowhere"))
    done = CliRunner().invoke(verify, [str(sealed(tmp_path))])
    assert done.exit_code == 2
    assert "--key" in done.output
