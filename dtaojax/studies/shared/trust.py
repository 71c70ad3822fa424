"""What of a run was held against what happened later, how far ahead, and with which result.

The back-tests stand in one table, :data:`BACK_TESTS`. They speak for a run only if its demand,
rules and kind of network are those that were tested: whatever else is run is not tested.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from dtaojax.behaviour.config import FROZEN, BehaviourConfig
from dtaojax.config.config import Config
from dtaojax.config.examples import default_demand
from dtaojax.config.network import DEFAULT_NETWORK
from dtaojax.demand.arrivals.config import ArrivalsConfig
from dtaojax.demand.registry import AnyDemandConfig
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.presets import DEFAULT_PRESET

Result = Literal["held", "not held", "not tested"]

TESTED_DEMAND: Final = "calibrated (now_2026)"
TESTED_DEMAND_SHA256: Final = "297f40db6f3dab1e17f4b6b6712a6a7a01fa98c4e32e6e3205e5fd2b1f1aec20"
"""Of the demand that was tested, as :func:`demand_digest` has it: the table below is about no
other, even if the file of the fit is edited."""


ANY: Final = ""
FITTED: Final = "until_2026_08_07"
"""The fit of behaviour with which whole runs were tested."""


@dataclass(frozen=True)
class BackTest:
    """Forecasts of one kind over one horizon, held against outcomes.

    Attributes:
        kind: Kind of quantity, a key of :data:`KINDS`.
        first_day: Shortest horizon [days].
        last_day: Longest horizon [days].
        whole_run: True if a whole run, with its mechanism and its registrations, was held against
            later states of the chain; otherwise the demand alone against a history of prices, its
            parameters learnt anew as history went on.
        held: True if the outcomes were as the forecasts said: central 95 % intervals hold 93 to 97
            % of them, or a loss beyond the VaR 99 % comes a third to twice as often as promised.
        remark: A few words on the fault; empty where there is none.
        figure: Result of the test, in words.
        behaviour: Fit by which owners and root acted, ``frozen`` where they did not, or ``ANY``
            where the forecast does not depend on it.
    """

    kind: str
    first_day: float
    last_day: float
    whole_run: bool
    held: bool
    remark: str
    figure: str
    behaviour: str = ANY


KINDS: Final[Mapping[str, str]] = {
    "prices": "prices",
    "losses": "losses",
    "baskets": "baskets of many subnets",
    "concentration": "concentration of emission",
    "pools": "TAO in pools",
    "deregistrations": "deregistrations",
    "dollars": "TAO in dollars",
}
"""Kinds of quantities, in words."""

SOURCE: Final = "docs/backtest.md"

BACK_TESTS: Final = (
    BackTest("prices", 1, 1, False, True, "",
             "95 % intervals held 94.9 % ± 0.3 (2025) and 95.3 % ± 1.0 (spring 2026) of outcomes"),
    BackTest("prices", 7, 7, False, True, "",
             "95 % intervals held 94.4 % ± 0.5 (2025) and 93.4 % ± 1.1 (spring 2026) of outcomes"),
    BackTest("prices", 30, 30, False, True, "",
             "95 % intervals held 94.8 % ± 0.8 of outcomes (2025)"),
    BackTest("prices", 30, 30, True, True, "",
             "95 % intervals held 96 % of 128 subnets, from 2026-08-07, one start"),
    BackTest("losses", 1, 1, False, True, "",
             "0.83 % ± 0.12 (2025) and 0.9 % ± 0.5 (spring 2026) were beyond the VaR 99 %"),
    BackTest("losses", 7, 7, False, True, "",
             "0.49 % ± 0.14 (2025) and 1.2 % ± 0.7 (spring 2026) were beyond the VaR 99 %"),
    BackTest("losses", 30, 30, False, False, "far too careful: 0.03 % exceeded a VaR 99 %",
             "0.03 % were beyond the VaR 99 %, where 1 % is promised (2025)"),
    BackTest("baskets", 1, 1, False, True, "",
             "95 % intervals held 97 % ± 2 of the equally weighted basket's days (2025)"),
    BackTest("baskets", 7, 7, False, False, "too narrow",
             "95 % intervals held 90 % ± 5 of the equally weighted basket's weeks (2025)"),
    BackTest("baskets", 30, 30, False, False, "too narrow",
             "95 % intervals held 66 % ± 11 of the equally weighted basket's months (2025)"),
    BackTest("concentration", 7, 30, True, False, "",
             "the effective number was outside its 95 % interval on 5 of 5 dates after 2026-09-06, "
             "and 69 % of subnets' shares were inside theirs", FROZEN),
    BackTest("concentration", 36, 60, True, False, "",
             "the effective number was outside its 95 % interval on 4 of 5 dates after 2026-08-07, "
             "and 70 % of subnets' shares were inside theirs", FROZEN),
    BackTest("concentration", 3, 30, True, True, "",
             "the effective number was inside its 95 % interval on 5 of 5 dates after 2026-08-07, "
             "and 96 % of subnets' shares were inside theirs; one start, whose outcomes were known "
             "when the process was chosen", FITTED),
    BackTest("pools", 30, 30, True, True, "",
             "TAO in pools, its effective number and the sum of prices were inside their 80 % "
             "intervals, from 2026-08-07, one start"),
    BackTest("deregistrations", 30, 30, True, True, "",
             "4 where 4.1 were expected, Brier score 0.011 against 0.031 of no change, from "
             "2026-08-07, one start"),
)  # fmt: skip
"""All that was tested of the calibrated demand, as docs/backtest.md tells it."""


def trust(config: Config, beyond: Sequence[str] = ()) -> dict[str, Any]:
    """Return what was back-tested of the numbers of a run, for its manifest; JSON types only.

    Args:
        config: Config of the run.
        beyond: Further reasons why no back-test speaks for a study.
    """
    reasons = [*_untested(config), *beyond]
    tests = [] if reasons else _tests_of(config)
    kinds = [_verdict(kind, day, tests) for kind, day in _asked(config)]
    notes = list(_notes(config)) if not reasons else []
    return _badge(demand_label(config), reasons, notes, kinds)


def trust_of_study(runs: Mapping[str, Sequence[Config]], parts: str) -> dict[str, Any]:
    """Return the badge of a study of many runs, as :func:`trust`.

    It is that of its runs where they share one. Otherwise each reason says of how many parts of the
    study it holds, in one of their runs at least.

    Args:
        runs: Runs by part of the study.
        parts: Word for the parts, in the plural.
    """
    badges = {name: [trust(config) for config in configs] for name, configs in runs.items()}
    first, *others = [badge for each in badges.values() for badge in each]
    if all(badge == first for badge in others):
        return first
    held: dict[str, int] = {}
    for each in badges.values():
        for reason in dict.fromkeys(text for badge in each for text in badge["reasons"]):
            held[reason] = held.get(reason, 0) + 1
    most_first = sorted(held.items(), key=lambda item: -item[1])
    reasons = [
        f"{reason} ({count} of {len(runs)}{'' if place else f' {parts}'})"
        for place, (reason, count) in enumerate(most_first)
    ]
    tested = [name for name, each in badges.items() if any(one["back_tested"] for one in each)]
    notes = [f"Runs of {', '.join(tested)} are among those that were tested."] if tested else []
    return _badge(f"that of each of the {parts}", reasons, notes, [])


def trust_of_back_test(demand: str, tests: Sequence[BackTest]) -> dict[str, Any]:
    """Return the badge of a back-test's own page, as :func:`trust`: how far ahead it held.

    Args:
        demand: Name of the demand that made the forecasts.
        tests: Results of the back-test, by kind and horizon.
    """
    days: dict[str, float] = {}
    for test in tests:
        days[test.kind] = max(test.last_day, days.get(test.kind, 0.0))
    kinds = [_verdict(kind, day, tests) for kind, day in days.items()]
    note = "Of this page alone; the badge of a run rests on all back-tests."
    return _badge(demand, [], [note], kinds)


def _badge(
    demand: str, reasons: list[str], notes: list[str], kinds: list[dict[str, Any]]
) -> dict[str, Any]:
    told = [f"{each['about'][0].upper()}{each['about'][1:]}: {each['text']}." for each in kinds]
    if reasons:
        told = [f"Not back-tested: {'; '.join(reasons)}."]
    return {
        "demand": demand,
        "back_tested": not reasons,
        "reasons": reasons,
        "notes": notes,
        "kinds": kinds,
        "sentence": " ".join([f"Demand: {demand}.", *told, *notes]),
        "source": SOURCE,
    }


def demand_label(config: Config) -> str:
    """Return what the demand is called: the calibrated one, or its processes by name."""
    if _is_tested(config.demand):
        return TESTED_DEMAND
    if not config.demand:
        return "none"
    return " + ".join(process.name for process in config.demand)


def demand_digest(demand: Sequence[AnyDemandConfig]) -> str:
    """Return the SHA-256 of a demand's figures.

    What has its default is left out, so that a key that a process gains later, switched off unless
    asked for, leaves the demand the same.
    """
    tables = [
        {**process.model_dump(mode="json", exclude_defaults=True), "process": process.process}
        for process in demand
    ]
    # The digest must not depend on the order of keys, nor on spaces.
    text = json.dumps(tables, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_tested(demand: Sequence[AnyDemandConfig]) -> bool:
    return demand_digest(demand) == TESTED_DEMAND_SHA256


def _untested(config: Config) -> Iterator[str]:
    """Yield each reason why the back-tests say nothing of this run."""
    if config.network.synthetic is not None:
        yield "the network is drawn at random"
    elif not _is_tested(config.demand):
        yield _demand_reason(config.demand)
    if config.mechanism.change:
        yield f"the rules change within the run ({config.mechanism.named})"
    elif config.mechanism != MechanismConfig.model_validate(DEFAULT_PRESET):
        changed = "" if config.mechanism.preset != DEFAULT_PRESET else " with changed parameters"
        yield f"the rules are {config.mechanism.preset}{changed}"
    if config.cohorts is not None:
        yield "cohorts sell in their own way"


def _notes(config: Config) -> Iterator[str]:
    """Yield what else differs from the runs that were tested, though it voids no test."""
    behaviour = _behaviour(config)
    if behaviour == FROZEN:
        yield "Miner burn and the emission switch are held as at the start."
    elif behaviour is None:
        yield "Owners and root act by figures of the config's own, which were not tested."
    else:
        yield f"Owners and root act as fitted ({behaviour})."
    if config.network.file != DEFAULT_NETWORK:
        yield "The run starts from another state than the tests did."
    if config.arrivals != ArrivalsConfig():
        yield "Whole runs were tested with registrations as they were fitted, which these are not."


def _tests_of(config: Config) -> list[BackTest]:
    """Return the back-tests that speak for a run with the tested demand and rules."""
    as_fitted = config.arrivals == ArrivalsConfig()
    behaviour = _behaviour(config)
    return [
        test
        for test in BACK_TESTS
        if (as_fitted or not test.whole_run) and test.behaviour in (ANY, behaviour)
    ]


def _behaviour(config: Config) -> str | None:
    """Return the fit by which owners and root act, ``frozen``, or None for figures of one's own."""
    own = config.behaviour
    return own.fit if own == BehaviourConfig.model_validate(own.fit) else None


def _demand_reason(demand: Sequence[AnyDemandConfig]) -> str:
    tested = default_demand(drawn=False)
    if tuple(demand) == tested:
        return "the file of the fit was changed"
    if [each.process for each in demand] != [each.process for each in tested]:
        return "the demand is another than the calibrated one"
    keys = [
        f"demand.{own.name}.{key}"
        for own, usual in zip(demand, tested, strict=True)
        for key, value in own
        if key != "fitted_until" and value != getattr(usual, key)
    ]
    return f"the calibrated demand was changed ({', '.join(keys)})"


def _asked(config: Config) -> Iterator[tuple[str, float]]:
    """Yield the kinds of quantities that the run reports, and how far ahead [days]."""
    horizon = config.run.horizon_days
    if config.mechanism.pool.kind != "none":
        yield "prices", horizon
        if not config.portfolio.is_empty:
            yield "losses", config.loss_days[-1]
            if sum(held > 0.0 for held in config.portfolio.alpha.values()) > 1:
                yield "baskets", config.loss_days[-1]
    yield "concentration", horizon
    if config.mechanism.pool.kind != "none":
        yield "pools", horizon
    if config.arrivals.anybody and config.mechanism.registration.limit:
        yield "deregistrations", horizon
    if config.tao_usd is not None:
        yield "dollars", horizon


def _verdict(kind: str, day: float, found: Sequence[BackTest]) -> dict[str, Any]:
    """Return what was seen of a kind, and what it says of a forecast so far ahead."""
    tests = [test for test in found if test.kind == kind]
    failed = [test for test in tests if not test.held]
    # What held beyond a horizon that failed does not count: trust ends at the first failure.
    before = min((test.first_day for test in failed), default=float("inf"))
    held_to = max((t.last_day for t in tests if t.held and t.last_day < before), default=None)
    result: Result = "not tested"
    if held_to is not None and day <= held_to:
        result = "held"
    elif any(test.first_day <= day <= test.last_day for test in failed):
        result = "not held"
    parts = [] if held_to is None else [f"held to {_days(held_to)}"]
    parts += _failures([test for test in failed if held_to is None or test.first_day <= day])
    if result == "not tested":
        parts.append(f"not tested at {day:g}" if parts else f"not tested at {_days(day)}")
    return {
        "kind": kind,
        "about": KINDS[kind],
        "day": day,
        "result": result,
        "held_to_days": held_to,
        "failed": [[test.first_day, test.last_day] for test in failed],
        "text": ", ".join(parts),
        "tests": [asdict(test) for test in tests],
    }


def _failures(failed: Sequence[BackTest]) -> Iterator[str]:
    """Yield where a kind did not hold; horizons of the same remark together."""
    for remark in dict.fromkeys(test.remark for test in failed):
        spans = [
            f"{test.first_day:g}"
            if test.first_day == test.last_day
            else f"{test.first_day:g} to {test.last_day:g}"
            for test in failed
            if test.remark == remark
        ]
        *before, last = spans
        listed = f"{', '.join(before)} and {last}" if before else last
        yield f"NOT held {listed} days ahead" + (f" ({remark})" if remark else "")


def _days(day: float) -> str:
    return "1 day" if day == 1.0 else f"{day:g} days"
