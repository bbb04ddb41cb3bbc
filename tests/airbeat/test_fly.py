"""`airbeat fly` judges a plan in the world that the settings name, as the pages do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from airbeat.cli import main


def test_a_plan_through_a_prohibited_zone_does_not_fly(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRBEAT_HOME", str(tmp_path))
    zone, settings = tmp_path / "palace.txt", tmp_path / "airbeat.toml"
    settings.write_text(f'[[planning.airspace]]\nfile = "{zone.as_posix()}"\n')
    survey = str(data / "plans" / "hyde-park-survey.plan")
    arguments = ["fly", survey, "--connect", "tcp:127.0.0.1:9", "--settings", str(settings)]
    missing = CliRunner().invoke(main, arguments)
    assert (missing.exit_code, "palace.txt: No such file" in missing.output) == (2, True)
    zone.write_text("AC P\nAN Palace\nAL SFC\nAH 1000 ft AMSL\nV X=51:30:30 N 000:09:50 W\nDC 2\n")
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 1
    assert "the plan may not fly" in refused.output
    assert "P Palace" in refused.output
