"""Which room may import which: the contracts of ``.importlinter``."""

import configparser
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
CONTRACTS = ROOT / ".importlinter"


def keeps(contracts: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.chdir(ROOT)
    return lint_imports(config_filename=str(contracts), no_cache=True) == 0


def test_every_room_imports_only_what_its_contract_allows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keeps(CONTRACTS, monkeypatch), capsys.readouterr().out


def test_rooms_in_the_wrong_order_are_found_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contracts = configparser.ConfigParser()
    contracts.read(CONTRACTS)
    rooms = contracts["importlinter:contract:rooms"]
    swapped = rooms["layers"].replace("world", "?").replace("state", "world").replace("?", "state")
    rooms["layers"] = swapped
    wrong = tmp_path / "contracts"
    with wrong.open("w") as file:
        contracts.write(file)
    assert not keeps(wrong, monkeypatch)


def test_a_room_without_a_place_is_found_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "contracts"
    wrong.write_text(CONTRACTS.read_text().replace("    measures\n    state\n", "    state\n", 1))
    assert not keeps(wrong, monkeypatch)
