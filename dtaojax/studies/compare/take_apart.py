"""Runs that tell what rules do by themselves from what owners and root do about them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dtaojax.assembly.registration import slots_for
from dtaojax.config.config import Config
from dtaojax.config.differences import config_differences
from dtaojax.config.load import changed
from dtaojax.files.text import one_line
from dtaojax.inputs import Inputs
from dtaojax.studies.compare.compare import CounterfactualRun
from dtaojax.studies.compare.inputs import folder_name
from dtaojax.studies.shared.finished import read_finished

_TITLE_LENGTH: Final = 200
_NO_NUMBERS: Final = ("decomposition", "output", "report", "title")
"""Tables of a config that move no number, so that two runs may differ there."""


@dataclass(frozen=True)
class Counterfactual:
    """How the difference of a run from the baseline is taken apart.

    Attributes:
        run: Label of the run whose difference is taken apart.
        folder: Folder of a run under this one's rules and the baseline's decisions.
        inputs: Config and network of that run; None where the difference cannot be taken apart.
        reason: Sentence on why it cannot; empty otherwise.
    """

    run: str
    folder: Path
    inputs: Inputs | None
    reason: str

    def read(self) -> CounterfactualRun:
        """Read the results, which must be there by now where there are inputs.

        Raises:
            ResultsError: They are not, or cannot be used.
        """
        finished = None if self.inputs is None else read_finished(self.folder, self.run)
        return CounterfactualRun(self.run, finished, self.reason)


def counterfactuals(
    labels: Sequence[str], inputs: Sequence[Inputs | None], folder: Path
) -> tuple[Counterfactual, ...]:
    """Return, for every run but the first, the third run that takes its difference apart.

    Args:
        labels: Labels of the runs, the baseline first.
        inputs: Inputs of the runs; None where one was given as a folder.
        folder: Folder of the comparison.
    """
    return tuple(
        _counterfactual(labels[0], inputs[0], label, each, folder)
        for label, each in zip(labels[1:], inputs[1:], strict=True)
    )


def _counterfactual(
    baseline: str, first: Inputs | None, label: str, second: Inputs | None, folder: Path
) -> Counterfactual:
    place = folder / "runs" / folder_name(f"{label} decided as under {baseline}")
    if first is None or second is None:
        given = baseline if first is None else label
        reason = f"{given} was given as a folder; give its config to have this told apart."
        return Counterfactual(label, place, None, reason)
    reason = next(_reasons(baseline, first, label, second), "")
    if reason:
        return Counterfactual(label, place, None, reason)
    # The variance is not taken apart anew, which would cost as much again.
    title = one_line(f"{label}, owners and root deciding as under {baseline}", _TITLE_LENGTH)
    led = changed(second.config, {"title": title, "decomposition": None})
    return Counterfactual(
        label, place, dataclasses.replace(second, config=led, leader=first.config), ""
    )


def _reasons(baseline: str, first: Inputs, label: str, second: Inputs) -> Iterator[str]:
    """Yield why a difference cannot be taken apart."""
    ours, theirs = first.config, second.config
    if first.digests()["network"] != second.digests()["network"]:
        yield f"{label} starts from another network than {baseline}."
    keys = list(config_differences([each.model_dump(mode="json") for each in (ours, theirs)]))
    others = [key for key in keys if key.partition(".")[0] not in ("mechanism", *_NO_NUMBERS)]
    if others:
        named = ", ".join(others[:3]) + (" ..." if len(others) > 3 else "")
        yield f"{label} differs from {baseline} in more than the rules: {named}."
    if not any(key.partition(".")[0] == "mechanism" for key in keys):
        yield f"{label} has the rules of {baseline}, so there is nothing to answer to."
    if ours.behaviour.is_frozen:
        yield (
            "Owners and root decide nothing here (behaviour is frozen), so all of a difference is "
            "the rules' doing."
        )
    if _slots(first) != _slots(second):
        yield f"{label} has room for another number of subnets than {baseline}."


def _slots(inputs: Inputs) -> int:
    config: Config = inputs.config
    return slots_for(config, inputs.network.n_subnets)
