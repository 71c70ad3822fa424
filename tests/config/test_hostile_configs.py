"""Configs that want to do harm: one message each, soon, whatever a file or an option holds."""

import os
import time
from pathlib import Path

import pytest

from dtaojax.config.load import load_config
from dtaojax.files.reading import MOST_TOML, UnfitFileError, check_bounded, parse_toml, read_bounded
from dtaojax.schema.errors import ConfigError

HUGE = "0x" + "f" * 4300
"""An integer of more digits than Python writes in decimal."""
SOON_S = 15.0


def refusal(path: Path, *overrides: str) -> str:
    """What the one error says, without the folder; fails where there is none or it takes long."""
    started = time.perf_counter()
    with pytest.raises(ConfigError) as refused:
        load_config(path, overrides)
    assert time.perf_counter() - started < SOON_S
    return str(refused.value).replace(f"{path.parent}/", "")


def written(folder: Path, text: str, name: str = "config.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# --- files that are none -------------------------------------------------------------------------


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.toml")
    return tmp_path / "pipe.toml"


def test_pipe_is_refused_without_waiting_for_a_writer(pipe: Path) -> None:
    expected = "pipe.toml: cannot be read: it is a pipe, and only files are read; name a TOML file"
    assert refusal(pipe) == expected
    including = written(pipe.parent, 'demand = [{ include = "pipe.toml" }]')
    assert refusal(including) == expected
    with pytest.raises(UnfitFileError, match="it is a pipe"):
        check_bounded(pipe, 1)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_device_is_refused_as_config_and_as_include(device: str, tmp_path: Path) -> None:
    assert "it is a device, and only files are read" in refusal(Path(device))
    including = written(tmp_path, f'demand = [{{ include = "{device}" }}]')
    assert refusal(including).startswith(f"{device}: cannot be read: it is a device")


def test_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    with large.open("wb") as file:
        file.truncate(MOST_TOML + 1)
    assert refusal(large) == (
        "large.toml: cannot be read: it is larger than 2 MiB; name a TOML file"
    )
    with pytest.raises(UnfitFileError, match="larger than 2 MiB"):
        check_bounded(large, MOST_TOML)
    assert len(read_bounded(large, MOST_TOML + 1)) == MOST_TOML + 1


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3000 + "a"])
def test_name_that_is_too_long_is_a_message(tmp_path: Path, name: str) -> None:
    assert "cannot be read (File name too long)" in refusal(tmp_path / f"{name}.toml")
    including = written(tmp_path, f'demand = [{{ include = "{name}.toml" }}]')
    assert "cannot be read (File name too long)" in refusal(including)


def test_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    config = written(tmp_path, 'demand = [{ include = "config.toml" }]')
    assert "an included file cannot include another" in refusal(config)


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        ("[1, 2]", "demand.0: is 1, an integer; must be a table"),
        ('["include"]', 'demand.0: is "include", a string; must be a table'),
        ('"include"', 'demand: is "include", a string; must be an array of tables'),
        ('[[{ include = "x" }]]', "demand.0: is [{'include': 'x'}], an array; must be a table"),
        ('{ include = "x" }', "demand: is a table; must be an array of tables"),
        ("1", "demand: is 1, an integer; must be an array of tables"),
    ],
)
def test_included_demand_of_another_kind_is_refused_as_in_the_config(
    tmp_path: Path, demand: str, message: str
) -> None:
    written(tmp_path, f"demand = {demand}", "included.toml")
    config = written(tmp_path, 'demand = [{ include = "included.toml" }]')
    assert message in refusal(config)


@pytest.mark.parametrize(
    "key",
    [
        "title",
        "mechanism",
        "mechanism.gate.rank",
        "network.block",
        "network.file",
        "portfolio.root_tao",
        "portfolio.alpha.4",
        "run.seed",
        "run.horizon_days",
        "run.report_days",
        "run.precision",
        "output.folder",
        "demand",
    ],
)
@pytest.mark.parametrize("value", [HUGE, f"[{HUGE}]", f"{{ a = [{HUGE}] }}"])
def test_integer_of_thousands_of_digits_is_one_message(
    tmp_path: Path, key: str, value: str
) -> None:
    message = refusal(written(tmp_path, f"{key} = {value}"))
    assert key.split(".")[0] in message
    assert len(message) < 2000
    assert refusal(written(tmp_path, ""), f"{key}={value}")


@pytest.mark.parametrize(
    "text",
    [
        "a." * 200_000 + "a = 1",
        '"a" . ' * 200_000 + "a = 1",
        "a = " + "[" * 200_000,
        "a = " + "{a = " * 200_000,
    ],
    ids=["dotted key", "dotted key in quotes", "arrays", "inline tables"],
)
def test_deep_nesting_is_refused_soon(tmp_path: Path, text: str) -> None:
    assert "is nested too deeply; flatten it" in refusal(written(tmp_path, text))


def test_key_as_deep_as_configs_go_is_read() -> None:
    parts = [f"part_{place}" for place in range(32)]
    table = parse_toml(f"{'.'.join(parts)} = 1.5")
    for part in parts:
        table = table[part]
    assert table == 1.5


def test_override_deeper_than_any_config_is_refused(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, ""), "a." * 30_000 + "a=1")
    assert "leads through too many tables" in message
    assert len(message) < 300


# --- very many problems --------------------------------------------------------------------------

MANY = 40_000


@pytest.mark.parametrize(
    ("table", "line"),
    [("", "k{} = 1"), ("[run]\n", "k{} = 1"), ("[portfolio.alpha]\n", "k{} = 1"), ("", "[k{}]")],
)
def test_very_many_unknown_keys_are_counted_and_the_first_told(
    tmp_path: Path, table: str, line: str
) -> None:
    text = table + "\n".join(line.format(place) for place in range(MANY))
    message = refusal(written(tmp_path, text))
    first, *told, last = message.splitlines()
    assert first == f"config.toml: {MANY:,} problems"
    assert len(told) == 50
    assert last == f"  and {MANY - 50:,} more; mend these first"


def test_very_long_key_is_cut_in_the_message(tmp_path: Path) -> None:
    assert len(refusal(written(tmp_path, "k" * 1_000_000 + " = 1"))) < 500


def test_very_many_netuids_given_twice_are_found_soon(tmp_path: Path) -> None:
    netuids = [*range(1, 30_001)] * 2
    process = f'[[demand]]\nprocess = "pump"\nnetuids = {netuids}\n'
    message = refusal(written(tmp_path, process))
    assert "holds netuid 1 twice; keep one" in message
