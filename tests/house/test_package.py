"""What a user installs: the wheel holds all that the package reads, and typed code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from places import ROOT

from dtaojax.config.examples import copy_examples
from dtaojax.config.load import load_config
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.backtest.prices.config import load_backtest
from dtaojax.studies.tune.config import load_tune
from dtaojax.version import __version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built by the backend itself, without a network, from a copy of the sources."""
    source = tmp_path_factory.mktemp("source")
    for folder in ("dtaojax", "configs"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, source / folder, ignore=ignored)
    for file in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / file, source / file)
    program = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(source / "dist" / done.stdout.splitlines()[-1])


def test_wheel_holds_every_file_of_the_package_and_every_config(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    package = {file.relative_to(ROOT).as_posix() for file in (ROOT / "dtaojax").rglob("*.*")}
    expected = {name for name in package if "__pycache__" not in name}
    expected |= {
        f"dtaojax/{file.relative_to(ROOT).as_posix()}" for file in ROOT.glob("configs/**/*.toml")
    }
    assert expected <= inside
    assert {name.partition("/")[0] for name in inside} == {
        "dtaojax",
        f"dtaojax-{__version__}.dist-info",
    }
    for name in ("py.typed", "configs/mainnet.toml", "configs/demand/now_2026.toml"):
        assert f"dtaojax/{name}" in inside


def test_wheel_names_the_version_and_the_command(wheel: zipfile.ZipFile) -> None:
    described = f"dtaojax-{__version__}.dist-info"
    metadata = wheel.read(f"{described}/METADATA").decode()
    assert f"\nVersion: {__version__}\n" in metadata
    assert "\nLicense-Expression: MIT\n" in metadata
    assert "dtaojax = dtaojax.cli:main" in wheel.read(f"{described}/entry_points.txt").decode()


def test_copied_configs_are_valid_where_they_are(tmp_path: Path) -> None:
    copies = copy_examples(tmp_path / "mine")
    assert {file.relative_to(tmp_path / "mine") for file in copies} == {
        file.relative_to(ROOT / "configs") for file in ROOT.glob("configs/**/*.toml")
    }
    load_config(tmp_path / "mine" / "mainnet.toml")
    load_tune(tmp_path / "mine" / "tune_gate.toml")
    load_backtest(tmp_path / "mine" / "backtest_2025.toml")


def test_no_config_of_the_users_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "mainnet.toml").write_text("mine")
    with pytest.raises(ConfigError, match=r"mainnet\.toml: exists already, .* choose an empty"):
        copy_examples(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mainnet.toml"]
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        copy_examples(tmp_path / "file" / "below")
