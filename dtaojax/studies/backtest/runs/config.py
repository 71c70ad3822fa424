"""The config of a back-test of whole runs: the runs, and the states that came instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from dtaojax.config.load import read_model
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import Blocks, PathText, StrictModel, refuse
from dtaojax.studies.backtest.config import BacktestFile, Level

Override = Annotated[str, Field(pattern=r"^[^=]+=.*$", max_length=1_000)]


class OutcomeConfig(StrictModel):
    """States of the network that came.

    Attributes:
        file: network file; a dated snapshot, of which what it tells is scored; or a CSV with
            ``block``, ``netuid``, ``moving_price``, ``miner_burned`` and ``emission_enabled`` of
            one block or several. Its path starts at the config file's folder; a bare name that is
            not there is looked for in the folder ``DTAOJAX_DATA``, or ``../shared/data``; without
            an ending it is an embedded network.
        block: height of a dated snapshot, where no file beside it tells it.
    """

    file: PathText
    block: Blocks | None = None


Changes = Annotated[tuple[Override, ...], Field(strict=False, max_length=64)]
Outcomes = Annotated[tuple[OutcomeConfig, ...], Field(strict=False, min_length=1)]
_Word = Annotated[str, Field(min_length=1, max_length=40)]


class StartConfig(StrictModel):
    """A run from one state, and what came after it.

    Attributes:
        name: name of the start in the report.
        run: config of the run that is judged; its path starts at the config file's folder.
        changes: changes to it, as ``--set`` would make them, after the changes of all starts.
        rival: further changes for the run that it is held against; by default as for all starts.
        outcomes: states that came after its start.
        given: sentences for the report on what the run is told of the time after its start: scores
            are of the rest alone.
    """

    name: _Word
    run: PathText
    changes: Changes = ()
    rival: Changes | None = None
    outcomes: Outcomes
    given: Annotated[
        tuple[Annotated[str, Field(max_length=300)], ...], Field(strict=False, max_length=16)
    ] = ()


class RunBacktestConfig(BacktestFile):
    """Everything that a back-test of whole runs depends on: one start, or a list of them.

    Attributes:
        run: config of the run that is judged, of one start; its path starts at the config file's
            folder.
        changes: changes to it, as ``--set`` would make them; to those of all ``starts``.
        rival: further changes for the run that it is held against.
        rival_name: name of that run in the report.
        outcomes: states that came after the one start.
        starts: several starts in place of ``run`` and ``outcomes``.
        looks_ahead: true where figures may be used that were fitted to data after a start; the page
            then names them. Without it they are refused.
        levels: probabilities of central intervals, rising [-].
    """

    run: PathText | None = None
    changes: Changes = ()
    rival: Changes = ("behaviour=frozen",)
    rival_name: _Word = "frozen"
    outcomes: Outcomes | None = None
    starts: Annotated[tuple[StartConfig, ...], Field(strict=False, max_length=64)] = ()
    looks_ahead: bool = False
    levels: Annotated[tuple[Level, ...], Field(strict=False, min_length=1)] = (
        0.5,
        0.8,
        0.95,
        0.99,
    )

    @model_validator(mode="after")
    def _one_start_or_several(self) -> RunBacktestConfig:
        alone = {"run": self.run, "outcomes": self.outcomes}
        if self.starts:
            text = "has no place beside starts, each of which has its own; drop one"
            refuse([Problem(key, text) for key, value in alone.items() if value is not None])
            names = [start.name for start in self.starts]
            twice = sorted({name for name in names if names.count(name) > 1})
            text = f"has two of the name {', '.join(twice)}; the report tells them by it"
            refuse([Problem("starts", text)] if twice else [])
        else:
            text = "is missing; write run and outcomes, or a list of starts"
            refuse([Problem(key, text) for key, value in alone.items() if value is None])
        return self

    def in_turn(self, alone: str) -> tuple[StartConfig, ...]:
        """Return all starts, with changes and rival of their own.

        Args:
            alone: the name of one that is not in a list.
        """
        starts = self.starts
        if self.run is not None and self.outcomes is not None:
            starts = (StartConfig(name=alone, run=self.run, outcomes=self.outcomes),)
        return tuple(
            start.model_copy(
                update={
                    "changes": (*self.changes, *start.changes),
                    "rival": self.rival if start.rival is None else start.rival,
                }
            )
            for start in starts
        )


def load_run_backtest(path: str | Path, overrides: Sequence[str] = ()) -> RunBacktestConfig:
    """Read and check the config of a back-test of a whole run.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return read_model(Path(path), RunBacktestConfig, overrides)
