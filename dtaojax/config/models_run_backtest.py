"""The config of ``dtaojax backtest`` for whole runs: which run, and what came instead."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

from pydantic import Field

from dtaojax.config._base import FileModel, PathText, StrictModel
from dtaojax.config.models_run import OutputConfig

Override = Annotated[str, Field(pattern=r"^[^=]+=.*$", max_length=1_000)]
Level = Annotated[float, Field(gt=0.0, lt=1.0)]


class OutcomeConfig(StrictModel):
    """States of the network that came.

    Attributes:
        file: a network file, or a CSV with ``block``, ``netuid``, ``moving_price``,
            ``miner_burned`` and ``emission_enabled`` of one block or several. Its path starts at
            the config file's folder; a bare name that is not there is looked for in the folder
            ``DTAOJAX_DATA``, or ``../shared/data``.
    """

    file: PathText


class RunBacktestConfig(FileModel):
    """Everything that a back-test of a whole run depends on.

    Attributes:
        title: heading of the report.
        run: the config of the run that is judged; its path starts at the config file's folder.
        changes: what is changed in it, as ``--set`` would.
        rival: what is changed besides for the run that it is held against.
        rival_name: what the report calls that run.
        outcomes: states that came after its start.
        levels: probabilities of central intervals, rising.
        output: where the report goes.
    """

    title: Annotated[str, Field(max_length=200)] = ""
    run: PathText
    changes: Annotated[tuple[Override, ...], Field(strict=False, max_length=64)] = ()
    rival: Annotated[tuple[Override, ...], Field(strict=False, max_length=64)] = (
        "behaviour=frozen",
    )
    rival_name: Annotated[str, Field(min_length=1, max_length=40)] = "frozen"
    outcomes: Annotated[tuple[OutcomeConfig, ...], Field(strict=False, min_length=1)]
    levels: Annotated[tuple[Level, ...], Field(strict=False, min_length=1)] = (
        0.5,
        0.8,
        0.95,
        0.99,
    )
    output: OutputConfig = OutputConfig()

    @property
    def source(self) -> Path | None:
        """The file that the config was read from."""
        return self._source

    @property
    def output_folder(self) -> Path:
        """Where the report goes, with ``{stem}`` filled in."""
        stem = "backtest" if self._source is None else self._source.stem
        return Path(self.output.folder.replace("{stem}", stem))

    @property
    def config_hash(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
