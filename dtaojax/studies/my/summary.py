"""A holder's answer in a few lines: worth, what can be lost, and what each position does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from dtaojax.report.numerals import days, percent, plain, plus_minus, probability, with_error
from dtaojax.results.contract import why_withheld
from dtaojax.results.estimates import StoredEstimate, magnitude
from dtaojax.results.read import Evidence, Subnet
from dtaojax.studies.run.page.fates import GONE, fates_of
from dtaojax.studies.run.page.portfolio import last_day, value_now

_VALUE: Final = "value_realizable"
_LOSS: Final = "loss_realizable"


class HoldingsFigure(NamedTuple):
    """A figure about all that is held.

    Attributes:
        figure: Label of the figure.
        tao: Amount with its error [TAO].
        part: Part of today's worth.
        usd: Amount with its error [USD]; empty where the run follows no price of TAO.
    """

    figure: str
    tao: str
    part: str
    usd: str


class PositionLine(NamedTuple):
    """A position, in words.

    Attributes:
        what: Number and name of the subnet, or root.
        amount: Alpha, or TAO on root.
        worth: Worth today at the spot price [TAO].
        change: Mean change of the worth until the horizon, staking yield included [TAO].
        falls: Chance that the subnet ends below the bar; empty for root.
        gone: Chance that the subnet is gone; empty for root.
    """

    what: str
    amount: str
    worth: str
    change: str
    falls: str
    gone: str


def holdings_sentence(evidence: Evidence) -> str:
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


def holdings_figures(evidence: Evidence) -> Iterator[HoldingsFigure]:
    """Yield the figures about all that is held, at the horizon."""
    now = value_now(evidence, "realizable")
    at_start = StoredEstimate(now if now is not None else math.nan, 0.0, math.nan, math.nan, "TAO")
    portfolio = evidence.portfolio
    usd = portfolio.get(f"{_VALUE}_usd", 0.0) if portfolio else None
    yield HoldingsFigure("worth today", _text(at_start), "", "" if usd is None else _text(usd))
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
            yield HoldingsFigure(figure, why_withheld(statistic, level), "", "")
            continue
        part = percent(found.value / now) if now else ""
        yield HoldingsFigure(figure, _text(found), part, "" if in_usd is None else _text(in_usd))


def position_lines(evidence: Evidence) -> Iterator[PositionLine]:
    """Yield a row for each position, root last."""
    portfolio, day = evidence.portfolio, last_day(evidence, _LOSS)
    fates = fates_of(evidence)
    for netuid, subnet in evidence.initial.items():
        if subnet.position_alpha > 0.0:
            yield PositionLine(
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
        yield PositionLine("root", f"{plain(root, 4)} TAO", plain(root, 4), change, "", "")


def _at(
    evidence: Evidence, statistic: str, level: float, quantity: str = _VALUE
) -> StoredEstimate | None:
    portfolio = evidence.portfolio
    day = last_day(evidence, _LOSS)
    return portfolio.get(quantity, day, statistic, level) if portfolio else None


def _chance(evidence: Evidence, event: str, subnet: Subnet) -> str:
    found = evidence.subnets.get(event, evidence.horizon, "probability", netuid=subnet.netuid)
    if found is None:
        return ""
    value, error = probability(found.value, found.standard_error, found.ci_low, found.ci_high)
    return f"{plus_minus(value, error)} %"


def _change(loss: StoredEstimate | None) -> str:
    if loss is None:
        return ""
    text = _text(loss._replace(value=-loss.value))
    return f"+{text}" if loss.value < 0.0 else text


def _text(estimate: StoredEstimate | None) -> str:
    if estimate is None:
        return "not known"
    return plus_minus(*with_error(estimate.value, estimate.standard_error))
