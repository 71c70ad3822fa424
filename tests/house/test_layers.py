"""Which room may import which: the contracts of ``.importlinter``."""

import configparser
import subprocess
import sys
from pathlib import Path

from places import ROOT

CONTRACTS = ROOT / ".importlinter"


def lint(contracts: Path) -> subprocess.CompletedProcess[str]:
    """Runs the linter in a process of its own, for it sets up logging anew and closes handlers."""
    call = "import sys; from importlinter.cli import lint_imports_command as go; sys.exit(go())"
    command = [sys.executable, "-c", call, "--config", str(contracts), "--no-cache"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def keeps(contracts: Path) -> bool:
    return lint(contracts).returncode == 0


def test_every_room_imports_only_what_its_contract_allows() -> None:
    found = lint(CONTRACTS)
    assert found.returncode == 0, found.stdout + found.stderr


def test_rooms_in_the_wrong_order_are_found_out(tmp_path: Path) -> None:
    contracts = configparser.ConfigParser()
    contracts.read(CONTRACTS)
    rooms = contracts["importlinter:contract:rooms"]
    swapped = rooms["layers"].replace("world", "?").replace("state", "world").replace("?", "state")
    rooms["layers"] = swapped
    wrong = tmp_path / "contracts"
    with wrong.open("w") as file:
        contracts.write(file)
    assert not keeps(wrong)


def test_a_room_without_a_place_is_found_out(tmp_path: Path) -> None:
    wrong = tmp_path / "contracts"
    wrong.write_text(
        CONTRACTS.read_text().replace("    calibration\n    numerics\n", "    numerics\n", 1)
    )
    assert not keeps(wrong)
