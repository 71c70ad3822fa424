"""Every definition of the package serves a command, the Python interface or a registry."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from places import ROOT
from reach import Reach


def reach_of(folder: Path, entries: dict[str, str]) -> Reach:
    """What a package's commands (name and ``module:function``) and exported names reach."""
    reach = Reach(folder)
    for entry in entries.values():
        module, _, function = entry.partition(":")
        reach.enter(module, function)
    reach.publish(folder.name)
    return reach


def test_commands_and_interface_reach_every_definition() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reach = reach_of(ROOT / "dtaojax", project["scripts"])
    reach.enter("dtaojax.__main__")
    assert reach.unreached() == []
    assert len(reach.found) > 3_000


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A package with one command, one exported class, a registry by name, and things unused."""
    files = {
        "__init__": "from small.api import Run\n__all__ = ['Run']\n",
        "api": (
            "class Run:\n"
            "    def table(self): return _rows()\n"
            "    def _forgotten(self): pass\n"
            "def _rows(): return LIMIT\n"
            "LIMIT = 3\n"
            "UNUSED = 4\n"
        ),
        "cli": (
            "import typer\n"
            "from small import tools\n"
            "from small.rules import make\n"
            "app = typer.Typer()\n"
            "@app.command()\n"
            "def go(): tools.helper(make('mean'))\n"
            "def main(): app()\n"
            "def old_main(): tools.ring()\n"
        ),
        "tools": (
            "def helper(ring):\n"
            "    from small.late import called_late\n"
            "    return called_late(ring)\n"
            "def ring(): return again()\n"
            "def again(): return ring()\n"
        ),
        "late": "import json\ndef called_late(x): return Encoder().encode(x)\n"
        "class Encoder(json.JSONEncoder):\n"
        "    def default(self, o): return {}\n"
        "    def alone(self): pass\n",
        "rules": (
            "from importlib import import_module\n"
            "NAMES = {'mean': 'Mean'}\n"
            "def make(kind):\n"
            "    return getattr(import_module(f'small.kinds.{kind}'), NAMES[kind])()\n"
        ),
        "kinds/__init__": "",
        "kinds/mean": "class Mean: pass\nclass Median: pass\n",
    }
    for name, text in files.items():
        path = tmp_path / "small" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "small"


def test_what_nothing_reaches_is_named_with_its_module(small: Path) -> None:
    assert reach_of(small, {"small": "small.cli:main"}).unreached() == [
        "small.api:UNUSED",
        "small.cli:old_main",
        "small.kinds.mean:Median",
        "small.late:Encoder.alone",
        "small.tools:again",
        "small.tools:ring",
    ]


def test_a_command_that_nobody_starts_reaches_nothing(small: Path) -> None:
    unreached = reach_of(small, {}).unreached()
    assert {"small.cli:go", "small.tools:helper", "small.rules:make"} <= set(unreached)
    assert not [name for name in unreached if name.startswith("small.api:Run")]
