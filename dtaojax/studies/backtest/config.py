"""Keys that the configs of back-tests share, of prices as of whole runs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from dtaojax.config.run import OutputConfig
from dtaojax.schema.strict import FileModel
from dtaojax.schema.toml_file import read_toml

Level: TypeAlias = Annotated[float, Field(gt=0.0, lt=1.0)]
"""Probability of an interval, or confidence of a VaR [-]."""


class BacktestFile(FileModel):
    """The config file of a back-test of either kind.

    Attributes:
        title: heading of the report.
        output: folder of the report.
    """

    title: Annotated[str, Field(max_length=200)] = ""
    output: OutputConfig = OutputConfig()

    @property
    def source(self) -> Path | None:
        """The file that the config was read from."""
        return self._source

    @property
    def output_folder(self) -> Path:
        """The folder of the report, with ``{stem}`` filled in."""
        stem = "backtest" if self._source is None else self._source.stem
        return Path(self.output.folder.replace("{stem}", stem))

    @property
    def config_hash(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def is_run_backtest(path: str | Path) -> bool:
    """Return whether a config is of a back-test of runs, named under ``run`` or ``starts``.

    Raises:
        ConfigError: the file cannot be read or is no TOML.
    """
    return not {"run", "starts"}.isdisjoint(read_toml(Path(path)))
