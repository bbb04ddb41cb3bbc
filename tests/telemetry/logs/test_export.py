"""What a drone wrote into its log is a text in a spreadsheet too, never a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from telemetry.logs.export import write_csv
from telemetry.logs.table import Message, Table


def test_a_drones_words_are_no_formula(tmp_path: Path) -> None:
    columns = {
        "text": np.array([b"=cmd|' /C calc'!A0", b"@SUM(A1)", b"EKF3 active"]),
        "roll": np.array([-1.5, 0.0, 2.0]),
    }
    message = Message("STATUSTEXT", ("text", "roll"), ("roll",), {})
    table = Table(message, 3, columns.__getitem__, lambda: np.arange(3.0))
    write_csv(table, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert [row[1] for row in rows] == ["text", "'=cmd|' /C calc'!A0", "'@SUM(A1)", "EKF3 active"]
    assert [row[2] for row in rows] == ["roll", "-1.5", "0.0", "2.0"]
