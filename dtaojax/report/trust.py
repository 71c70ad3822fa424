"""The trust badge: what of a run was back-tested, how far ahead, and with which result."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Grade = Literal["held", "failed", "open"]

_HELD: Final = (0.93, 0.97)
"""Between which parts of outcomes in 95 % intervals forecasts are said to have held."""
_UNKNOWN: Final = (
    "This run was made by a version that did not record it; take its numbers as not tested."
)


@dataclass(frozen=True)
class Tested:
    """What was seen of one kind of quantity.

    Attributes:
        about: Kind of quantity, in words.
        text: Words on how far ahead it held, did not hold, or was not tested.
        grade: ``held`` up to the run's horizon, ``failed`` within it, or ``open``.
    """

    about: str
    text: str
    grade: Grade


@dataclass(frozen=True)
class Trust:
    """The badge of a run.

    Attributes:
        demand: Name of the demand; empty where it was not recorded.
        kinds: Test results by kind of quantity; empty where no back-test speaks for the run.
        remarks: Reasons for that, or other differences from the runs that were tested.
        runs: Labels of the runs that it is about, where several have badges of their own.
        record: Record of a ledger's forecasts, where one was named.
    """

    demand: str
    kinds: Mapping[str, Tested]
    remarks: Sequence[str]
    runs: str = ""
    record: Tested | None = None

    @property
    def items(self) -> list[Tested]:
        """Test results by kind of quantity, and that of the ledger."""
        return [*self.kinds.values(), *([self.record] if self.record else [])]

    def of(self, kind: str) -> Tested:
        """Return what was seen of a kind; not tested where nothing was."""
        return self.kinds.get(kind) or Tested(kind, "not tested", "open")

    @property
    def lines(self) -> list[str]:
        """The badge as plain lines, the demand first."""
        head = [f"Demand: {self.demand}."] if self.demand else []
        told = [f"{each.about}: {each.text}" for each in self.items]
        return [*head, *told, *self.remarks]


def trust_of(manifest: Mapping[str, Any]) -> Trust:
    """Return the badge that a manifest, or the JSON of a study, holds."""
    found = manifest.get("trust")
    if not isinstance(found, Mapping):
        return Trust("", {}, [_UNKNOWN])
    if "demand" not in found:
        return Trust("", {}, [_UNKNOWN], record=_record(found.get("record")))
    kinds, reasons = found.get("kinds"), found.get("reasons")
    remarks = [str(note) for note in found.get("notes") or ()]
    # A run that no back-test speaks for has no verdict by kind, whatever the manifest holds.
    if reasons:
        remarks.insert(0, f"Not back-tested: {'; '.join(map(str, reasons))}.")
        kinds = ()
    return Trust(
        str(found.get("demand", "")),
        {
            str(each["kind"]): Tested(_capital(str(each["about"])), str(each["text"]), _grade(each))
            for each in kinds or ()
        },
        remarks,
        record=_record(found.get("record")),
    )


def _record(found: object) -> Tested | None:
    """Return how the forecasts of a ledger did, whatever they were made with."""
    if not isinstance(found, Mapping):
        return None
    coverage = found["counted"]["coverage_95"]
    grade: Grade = "open"
    if coverage is not None:
        grade = "held" if _HELD[0] <= coverage <= _HELD[1] else "failed"
    return Tested(f"Track record ({found['ledger']})", str(found["sentence"]), grade)


def trust_of_each(labels: Sequence[str], manifests: Sequence[Mapping[str, Any]]) -> list[Trust]:
    """Return the badges of several runs, the same badge once."""
    badges = [trust_of(manifest) for manifest in manifests]
    distinct = [badge for place, badge in enumerate(badges) if badge not in badges[:place]]
    # A badge that all runs share needs no labels.
    if len(distinct) == 1:
        return distinct
    return [
        dataclasses.replace(
            badge,
            runs=", ".join(
                label for label, own in zip(labels, badges, strict=True) if own == badge
            ),
        )
        for badge in distinct
    ]


def _grade(found: Mapping[str, Any]) -> Grade:
    """Grade a kind; what failed within the horizon is not saved by what nobody tested beyond."""
    if found["result"] == "held":
        return "held"
    failed = found["held_to_days"] is None or any(
        first <= found["day"] for first, _ in found["failed"]
    )
    return "failed" if found["failed"] and failed else "open"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
