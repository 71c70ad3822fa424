"""The example notebooks run from top to bottom, here at a small size."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from small_run import CONFIG, PATHS, small_rows, write_network

import dtaojax
from dtaojax.api.configs import read_config

EXAMPLES = ROOT / "examples"
SMALL = {"run.paths": PATHS, "run.horizon_days": 2.0}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a small network in the place of mainnet and few paths in that of many."""
    config = tmp_path / "run.toml"
    config.write_text(CONFIG)
    write_network(tmp_path / "small.csv", small_rows())
    monkeypatch.setenv("MPLBACKEND", "agg")
    real = {name: getattr(dtaojax, name) for name in ("simulate", "compare")}

    def simulate(file: str, changes: dict[str, Any]) -> dtaojax.Run:
        read_config(EXAMPLES.parent / file, changes)
        return real["simulate"](config, changes | SMALL)

    def compare(file: str, changes: dict[str, Any], grid: dict[str, Any]) -> dtaojax.Comparison:
        read_config(EXAMPLES.parent / file, changes)
        return real["compare"](config, changes=changes | SMALL, grid=grid)

    monkeypatch.setattr(dtaojax, "simulate", simulate, raising=False)
    monkeypatch.setattr(dtaojax, "compare", compare, raising=False)
    return config


def test_every_example_is_run_by_a_test() -> None:
    assert {file.name for file in EXAMPLES.glob("*.py")} == {
        "first_run.py",
        "compare_rules.py",
        "buying_emission.py",  # in test_stress.py
    }


def test_first_run_tells_what_can_be_lost(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = runpy.run_path(str(EXAMPLES / "first_run.py"))
    assert left["losses"].shape == (PATHS,)
    assert list(left["bands"].columns) == [
        0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995,
    ]  # fmt: skip
    assert "loss_realizable_es_95" in capsys.readouterr().out


def test_comparison_shows_what_a_softer_gate_changes(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = runpy.run_path(str(EXAMPLES / "compare_rules.py"))
    rows = left["rows"].set_index(["run", "name"])
    for exponent in (2.0, 1.0):
        row = rows.loc[(f"exponent = {exponent}", "emission_effective_number")]
        assert row["ci_low"] * row["ci_high"] > 0.0
    # Paths are few, but paired: the error is far below that of separate runs.
    assert left["separate"].iloc[0] > 3.0 * rows["standard_error"].iloc[0]
    assert len(left["gains"]) == 5
    assert str(left["found"].report) in capsys.readouterr().out
