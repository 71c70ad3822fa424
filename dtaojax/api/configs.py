"""What the functions take for a config, and where results go."""

from __future__ import annotations

import json
import shutil
import weakref
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeAlias

from dtaojax.config.config import Config
from dtaojax.config.load import changed, config_from_dict, load_config

ConfigLike: TypeAlias = Config | Mapping[str, Any] | str | Path | None
"""A config, its tables, the path of its TOML file, or None for all defaults."""

Changes: TypeAlias = Mapping[str, Any]
"""New values by dotted key, as ``--set`` on the command line: ``{"run.paths": 256}``."""


def read_config(config: ConfigLike, changes: Changes | None = None) -> Config:
    """Return the checked config that is meant.

    Raises:
        ConfigError: It cannot be read, or keys or values are bad.
    """
    pairs = list((changes or {}).items())
    if isinstance(config, Config):
        return changed(config, changes) if changes else config
    if isinstance(config, str | Path):
        return load_config(config, pairs)
    return config_from_dict(config or {}, overrides=pairs)


def as_overrides(changes: Changes | None) -> list[str]:
    """Spell changes as ``--set`` of the command line does."""
    return [f"{key}={json.dumps(value)}" for key, value in (changes or {}).items()]


class ResultsDir:
    """A folder for results: the one that is wanted, or one that goes when nothing refers to it.

    Attributes:
        folder: Path of the folder.
    """

    def __init__(self, wanted: str | Path | None) -> None:
        self.folder = Path(mkdtemp(prefix="dtaojax-") if wanted is None else wanted)
        if wanted is None:
            weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
