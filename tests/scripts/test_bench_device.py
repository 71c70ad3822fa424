"""The device benchmark, tiny and on a CPU: it measures, writes as it goes and survives failures."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from places import ROOT

BENCH = ROOT / "scripts" / "bench"
ABOUT = {"device": "gpu (H100)", "platform": "gpu", "versions": {"jax": "0.10"}}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives a module of the benchmark."""
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module


def row(kind: str, **more: Any) -> dict[str, Any]:
    here = {"where": "device", "precision": "float64", "world": "mainnet", "block": 2}
    return {"kind": kind, **here, **more}


CEILINGS = row("ceilings", world="", bytes_per_s=1000.0, operations_per_s=5000.0)
STEP = row("step", operations=20.0, transcendentals=1.0, bytes=100.0, floor_bytes=10.0, passes=10.0)
ENGINE = row("engine", subnet_steps_per_s=[4.0, 5.0, 6.0], peak_bytes=None)


def cells(text: str, first: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_tiny_benchmark_measures_everything_and_writes_it(
    bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = ["--paths", "2", "--days", "1", "--blocks", "2", "--elements", "4096"]
    which = ["--precisions", "float64", "--worlds", "benchmark", "--repeats", "1"]
    bench("device").main([*sizes, *which, "--out", str(tmp_path)])
    result = json.loads((tmp_path / "device_cpu.json").read_text(encoding="utf-8"))
    assert [each["kind"] for each in result["found"]] == ["ceilings", "engine", "step"]
    assert not any("failed" in each for each in result["found"])
    ceilings, engine, step = result["found"]
    assert min(ceilings["bytes_per_s"], ceilings["operations_per_s"]) > 0.0
    assert (engine["paths"], engine["steps"]) == (2, 20)
    # Reserves, issuance, price averages and the rest of a subnet's state are dozens of numbers.
    assert 2 * 8 * 10 < step["floor_bytes"] < 2 * 8 * 40
    assert 1.0 < step["passes"] < 100.0
    assert step["operations"] > 500.0
    assert "| float64 |" in capsys.readouterr().out


def test_shares_are_of_the_floor_that_binds(bench: Any) -> None:
    tables = bench("device_tables")
    assert tables.floor_seconds(STEP, CEILINGS) == 10.0 / 1000.0
    assert tables.floor_seconds({**STEP, "operations": 100.0}, CEILINGS) == 100.0 / 5000.0
    assert tables.floor_seconds({**STEP, "operations": None}, CEILINGS) == 10.0 / 1000.0
    cpu = {**ENGINE, "where": "cpu", "subnet_steps_per_s": [0.5]}
    text = tables.markdown({"about": ABOUT, "repeats": 3, "found": [CEILINGS, ENGINE, STEP, cpu]})
    ours = cells(text, "mainnet | device")
    assert ours[4:10] == ["5e-06", "40%", "5.00%", "50.00%", "5.00%", "10x"]
    assert cells(text, "mainnet | cpu")[6:9] == ["", "", ""]


def test_what_a_device_does_not_tell_is_left_empty(bench: Any) -> None:
    step = {**STEP, "operations": None, "transcendentals": None, "bytes": None, "passes": None}
    text = bench("device_tables").markdown(
        {"about": ABOUT, "repeats": 3, "found": [CEILINGS, ENGINE, step]}
    )
    assert cells(text, "mainnet | float64") == ["mainnet", "float64", "", "", "", "10", ""]
    assert cells(text, "mainnet | device")[6:9] == ["5.00%", "", "5.00%"]


def test_a_measurement_that_fails_keeps_none_from_the_others(
    bench: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = bench("device_parts")
    job = parts.Job("float64", (("unheard of", "", 0), ("about", "", 0)), 1, 1, 1, 8, 0, 1, 1e12)
    monkeypatch.setattr("sys.argv", ["device_parts.py", json.dumps(job._asdict())])
    monkeypatch.setattr("dtaojax.execution.runtime.configure", lambda precision: None)
    parts.main()
    failed, about = map(json.loads, capsys.readouterr().out.splitlines())
    assert "ValueError: unheard of" in failed["failed"]
    assert about["platform"] == "cpu"

    late = job._replace(until=0.0)
    monkeypatch.setattr("sys.argv", ["device_parts.py", json.dumps(late._asdict())])
    parts.main()
    found = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert all("give more --minutes" in each["failed"] for each in found)
    text = bench("device_tables").markdown({"about": ABOUT, "repeats": 1, "found": found})
    assert "| unheard of float64 | left out for want of time" in text


def test_a_process_that_dies_is_told_part_by_part(bench: Any, tmp_path: Path) -> None:
    device, parts = bench("device"), bench("device_parts")
    job = parts.Job("float64", (parts.Part("ceilings"),), 1, 1, 1, 8, 0, 1, 1e12)
    (found,) = device.findings(job, {"PYTHONPATH": str(broken_package(tmp_path))})
    assert found["kind"] == "ceilings"
    assert "ended with code 1" in found["failed"]


def broken_package(folder: Path) -> Path:
    (folder / "dtaojax").mkdir()
    (folder / "dtaojax" / "__init__.py").write_text("raise SystemExit(1)\n")
    return folder
