"""`airbeat place`: found on the command line, and drawn over."""

from __future__ import annotations

from pathlib import Path

import msgspec
from click.testing import CliRunner

from airbeat.cli import main
from mission.formats import load
from tests.mission.conftest import FIELD


def test_the_command_line_finds_a_place_and_draws_its_plan(tmp_path: Path) -> None:
    (tmp_path / "unit.geojson").write_bytes(msgspec.json.encode(FIELD))
    settings = tmp_path / "airbeat.toml"
    settings.write_text(f'[planning]\nplaces = ["{tmp_path / "unit.geojson"}"]\n')
    run = CliRunner().invoke
    found = run(main, ["place", "find", "parade", "--settings", str(settings), "--json"])
    assert found.exit_code == 0, found.output
    assert msgspec.json.decode(found.stdout)[0]["name"] == "Parade ground"
    assert run(main, ["place", "find", "atlantis", "--settings", str(settings)]).exit_code == 1
    target = tmp_path / "parade.plan"
    drawn = run(main, ["place", "survey", "parade", "ground", str(target), "--settings", str(settings)])
    assert drawn.exit_code == 0, drawn.output
    assert len(load(target.name, target.read_bytes()).items) > 10
    assert run(main, ["place", "survey", "51.5, -0.16", str(target), "--settings", str(settings)]).exit_code == 1
