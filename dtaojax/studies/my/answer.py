"""A holder's answer in a few lines: worth, what can be lost, and what each position does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from dtaojax.report.numerals import days, percent, plain, probability, with_error
from dtaojax.results.contract import why_withheld
from dtaojax.results.estimates import Estimate, magnitude
from dtaojax.results.read import Evidence, Subnet
from dtaojax.studies.run.page.fates import GONE, fates_of
from dtaojax.studies.run.page.portfolio import last_day, value_now

_VALUE: Final = "value_realizable"
_LOSS: Final = "loss_realizable"


class Line(NamedTuple):
    """A figure about all that is held.

    Attributes:
        figure: what it is.
        tao: in TAO, with its error.
        part: of what it is worth today.
        usd: in dollars, with its error; empty where the run follows none.
    """

    figure: str
    tao: str
    part: str
    usd: str


class Holding(NamedTuple):
    """A position, in words.

    Attributes:
        what: subnet, or root.
        amount: alpha, or TAO on root.
        worth: today, at the spot price [TAO].
        change: mean change of its worth until the horizon, staking yield included [TAO].
        falls: chance that it ends below the bar; empty of root.
        gone: chance that the subnet is gone; empty of root.
    """

    what: str
    amount: str
    worth: str
    change: str
    falls: str
    gone: str


def sentence(evidence: Evidence) -> str:
    """Return the answer in two sentences."""
    day = last_day(evidence, _LOSS)
    now = value_now(evidence, "realizable")
    middle, low, high = (_at(evidence, "quantile", level) for level in (0.5, 0.05, 0.95))
    told = (
        f"What you hold is worth {plain(now, 4)} TAO today, sold through the pools. "
        f"In {days(day)} it is worth {_text(middle)} TAO in the middle of all paths, and from "
        f"{_text(low)} to {_text(high)} TAO in nine of ten."
    )
    bound = _at(evidence, "var", 0.95, _LOSS)
    if bound is None or math.isnan(bound.value):
        return f"{told} What one path in twenty loses {why_withheld('var', 0.95)}."
    kind = "loses more than" if bound.value >= 0.0 else "gains less than"
    part = percent(abs(bound.value) / now) if now else ""
    return (
        f"{told} One path in twenty {kind} {_text(magnitude(bound))} TAO, {part} of today's worth."
    )


def lines(evidence: Evidence) -> Iterator[Line]:
    """Yield the figures about all that is held, at the horizon."""
    now = value_now(evidence, "realizable")
    at_start = Estimate(now if now is not None else math.nan, 0.0, math.nan, math.nan, "TAO")
    portfolio = evidence.portfolio
    usd = portfolio.get(f"{_VALUE}_usd", 0.0) if portfolio else None
    yield Line("worth today", _text(at_start), "", "" if usd is None else _text(usd))
    for figure, quantity, statistic, level in (
        ("worth then, median", _VALUE, "quantile", 0.5),
        ("worth then, 5 % quantile", _VALUE, "quantile", 0.05),
        ("worth then, 95 % quantile", _VALUE, "quantile", 0.95),
        ("loss that 5 % of paths exceed (VaR 95 %)", _LOSS, "var", 0.95),
        ("mean loss in those 5 % (ES 95 %)", _LOSS, "es", 0.95),
    ):
        found = _at(evidence, statistic, level, quantity)
        in_usd = _at(evidence, statistic, level, f"{quantity}_usd")
        if found is None or math.isnan(found.value):
            yield Line(figure, why_withheld(statistic, level), "", "")
            continue
        part = percent(found.value / now) if now else ""
        yield Line(figure, _text(found), part, "" if in_usd is None else _text(in_usd))


def holdings(evidence: Evidence) -> Iterator[Holding]:
    """Yield a row for each position, root last."""
    portfolio, day = evidence.portfolio, last_day(evidence, _LOSS)
    fates = fates_of(evidence)
    for netuid, subnet in evidence.initial.items():
        if subnet.position_alpha > 0.0:
            yield Holding(
                f"SN{netuid} {subnet.name}",
                f"{plain(subnet.position_alpha, 4)} alpha",
                plain(subnet.position_alpha * subnet.price, 4),
                _change(portfolio.get(_LOSS, day, netuid=netuid) if portfolio else None),
                _chance(evidence, fates.falls, subnet),
                _chance(evidence, GONE, subnet),
            )
    root = float(evidence.part("config").get("portfolio", {}).get("root_tao", 0.0))
    if root > 0.0:
        change = _change(portfolio.get(_LOSS, day, netuid=0) if portfolio else None)
        yield Holding("root", f"{plain(root, 4)} TAO", plain(root, 4), change, "", "")


def _at(
    evidence: Evidence, statistic: str, level: float, quantity: str = _VALUE
) -> Estimate | None:
    portfolio = evidence.portfolio
    day = last_day(evidence, _LOSS)
    return portfolio.get(quantity, day, statistic, level) if portfolio else None


def _chance(evidence: Evidence, event: str, subnet: Subnet) -> str:
    found = evidence.subnets.get(event, evidence.horizon, "probability", netuid=subnet.netuid)
    if found is None:
        return ""
    value, error = probability(found.value, found.standard_error, found.ci_low, found.ci_high)
    return f"{value} ± {error} %" if error else f"{value} %"


def _change(loss: Estimate | None) -> str:
    if loss is None:
        return ""
    text = _text(loss._replace(value=-loss.value))
    return f"+{text}" if loss.value < 0.0 else text


def _text(estimate: Estimate | None) -> str:
    if estimate is None:
        return "not known"
    text, error = with_error(estimate.value, estimate.standard_error)
    return f"{text} ± {error}" if error else text
