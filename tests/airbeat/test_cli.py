"""The command line: what it prints, what it leaves alone, and what its exit codes mean."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from airbeat.cli import main
from mission import formats, patterns
from mission.pattern import ExpandingSquare
from mission.plan import FenceCircle, FenceKind, Geofence, Plan, Position


def airbeat(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def survey(data: Path) -> Path:
    return data / "plans" / "hyde-park-survey.plan"


def test_a_good_plan_passes(survey: Path) -> None:
    result = airbeat("plan", "check", survey)
    assert result.exit_code == 0
    assert "May be submitted" in result.output


def test_a_check_as_json_is_the_page_s_report(survey: Path) -> None:
    report = json.loads(airbeat("plan", "check", "--json", survey).stdout)
    assert report["may_submit"] is True
    assert 2000 < report["distance_m"] < 3000


def test_a_bad_plan_exits_1_and_says_why(survey: Path, tmp_path: Path) -> None:
    plan = formats.load(survey.name, survey.read_bytes())
    outside = Plan(home=plan.home, items=plan.items[:2], geofence=plan.geofence, rally=plan.rally)
    bad = tmp_path / "bad.plan"
    text = formats.save(outside, "plan").replace(b"51.506272", b"51.516272")
    bad.write_bytes(text)
    result = airbeat("plan", "check", bad)
    assert result.exit_code == 1
    assert "May not be submitted" in result.output


def test_a_check_counts_the_airspace_of_the_settings(survey: Path, tmp_path: Path) -> None:
    zone = tmp_path / "palace.txt"
    settings = tmp_path / "airbeat.toml"
    settings.write_text(f'[[planning.airspace]]\nfile = "{zone.as_posix()}"\n')
    result = airbeat("plan", "check", survey, "--settings", settings)
    assert (result.exit_code, "palace.txt: No such file" in result.output) == (2, True)
    zone.write_text("AC P\nAN Palace\nAL SFC\nAH 1000 ft AMSL\nV X=51:30:30 N 000:09:50 W\nDC 2\n")
    report = airbeat("plan", "check", survey, "--settings", settings, "--json")
    assert report.exit_code == 1
    assert "P Palace" in report.stdout


@pytest.mark.parametrize("cut", [10, 1000, 5000])
def test_a_truncated_plan_exits_2_naming_the_place(survey: Path, tmp_path: Path, cut: int) -> None:
    broken = tmp_path / "broken.plan"
    broken.write_bytes(survey.read_bytes()[:cut])
    result = airbeat("plan", "check", broken)
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_plans_are_converted_and_what_is_lost_is_said(survey: Path, tmp_path: Path) -> None:
    target = tmp_path / "survey.waypoints"
    result = airbeat("plan", "convert", survey, target)
    assert result.exit_code == 0
    assert "home and mission items" in result.output
    plan, converted = (formats.load(path.name, path.read_bytes()) for path in (survey, target))
    assert [item.command for item in converted.items] == [item.command for item in plan.items]


def test_an_unknown_format_writes_nothing(survey: Path, tmp_path: Path) -> None:
    target = tmp_path / "survey.docx"
    assert airbeat("plan", "convert", survey, target).exit_code == 2
    assert not target.exists()


def test_the_first_run_makes_one_administrator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path / "home"))
    arguments = ("init", "chief", "--name", "A. Chief", "--password", "correct horse battery")
    assert airbeat(*arguments).exit_code == 0
    assert (tmp_path / "home" / "airbeat.toml").is_file()
    assert not [path for path in (tmp_path / "home").rglob("*") if path.stat().st_mode & 0o007]
    again = airbeat("init", "second", "--name", "B", "--password", "correct horse battery")
    assert again.exit_code == 2
    assert "administrator already" in again.output


def test_a_weak_first_password_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path / "home"))
    result = airbeat("init", "chief", "--name", "A. Chief", "--password", "short")
    assert result.exit_code == 2
    assert "password" in result.output


def test_up_without_a_first_run_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    result = airbeat("up")
    assert result.exit_code == 2
    assert "airbeat init" in result.output


def test_a_wrong_settings_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    (tmp_path / "airbeat.toml").write_text("[web]\nprot = 8080\n")
    result = airbeat("up")
    assert result.exit_code == 2
    assert "prot" in result.output


def test_flying_to_nobody_ends_with_a_sentence(survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    result = airbeat("fly", survey, "--connect", "carrier-pigeon:7")
    assert result.exit_code == 2
    assert "carrier-pigeon" in result.output


def test_it_runs_as_a_module() -> None:
    ran = subprocess.run([sys.executable, "-m", "airbeat", "--version"], capture_output=True, text=True, check=True)
    assert "airbeat" in ran.stdout


def test_a_plan_is_fenced_led_round_a_tree_and_printed(survey: Path, tmp_path: Path) -> None:
    plan = formats.load(survey.name, survey.read_bytes())
    first, second = (item.position for item in plan.items[5:7])
    assert first and second
    middle = Position((first.lat_deg + second.lat_deg) / 2, (first.lon_deg + second.lon_deg) / 2)
    tree = Geofence(circles=(FenceCircle(FenceKind.EXCLUSION, middle, 8.0),))
    barred, fenced, led = (tmp_path / name for name in ("barred.plan", "fenced.plan", "led.kml"))
    barred.write_bytes(formats.save(msgspec.structs.replace(plan, geofence=tree), "plan"))
    assert airbeat("plan", "check", barred).exit_code == 1
    assert airbeat("plan", "fence", barred, fenced, "--margin", "25").exit_code == 0
    assert airbeat("plan", "avoid", fenced, led).exit_code == 0
    assert airbeat("plan", "check", led).exit_code == 0
    assert airbeat("plan", "kneeboard", led, tmp_path / "led.pdf").exit_code == 0
    assert (tmp_path / "led.pdf").read_bytes().startswith(b"%PDF-")


def test_a_search_is_shared_out_over_files(survey: Path, tmp_path: Path) -> None:
    plan = formats.load(survey.name, survey.read_bytes())
    assert plan.home
    datum = Position(plan.home.position.lat_deg - 0.001, plan.home.position.lon_deg - 0.001)
    takeoff = Plan(home=plan.home, items=plan.items[:1])
    whole = tmp_path / "whole.plan"
    whole.write_bytes(formats.save(patterns.put(takeoff, "square", ExpandingSquare(datum, 30.0, 10, 40.0)), "plan"))
    parts = [tmp_path / f"part-{number}.plan" for number in range(3)]
    assert airbeat("plan", "split", whole, "square", *parts).exit_code == 0
    assert all(len(formats.load(part.name, part.read_bytes()).items) >= 3 for part in parts)
    assert airbeat("plan", "split", whole, "circle", *parts).exit_code == 2
