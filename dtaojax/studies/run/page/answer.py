"""The first screen: a card for each part of the question, with a number and what it means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from dtaojax.report.charts.timeline import MEDIAN
from dtaojax.report.numerals import days, plain, with_error
from dtaojax.results.contract import why_withheld
from dtaojax.results.estimates import Estimate, EstimateTable, magnitude
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.fates import BY_BAR, fates_of
from dtaojax.studies.run.page.phrases import band, changes, names, number, today
from dtaojax.studies.run.page.portfolio import last_day, value_now
from dtaojax.studies.run.page.subnet_ranks import (
    above_now,
    can_earn,
    fallen,
    likeliest,
    probabilities,
)

_MAX_NAMES: Final = 3


@dataclass(frozen=True)
class Card:
    """An answer.

    Attributes:
        question: the part of the question that it answers.
        number: the estimate to remember.
        what: what the number is, to be read after it.
        spread: how the number varies over paths; may be empty.
        points: what it means, and further answers, a paragraph each.
        kind: of quantity, as back-tests have it; empty where none is said of it.
    """

    question: str
    number: Markup
    what: Markup
    spread: str
    points: tuple[Markup, ...]
    kind: str = ""


def cards(evidence: Evidence) -> list[Card]:
    """The answers that the run can give, in the order of the question."""
    found = (concentration(evidence), gate(evidence), prices(evidence), portfolio(evidence))
    return [card for card in found if card is not None]


def concentration(evidence: Evidence) -> Card | None:
    """How concentrated TAO emission becomes."""
    quantity = "emission_effective_number"
    then = evidence.network.get(quantity, evidence.horizon)
    if then is None:
        return None
    points = [
        Markup("TAO emission is as concentrated as if this many subnets shared it equally")
        + _verdict(evidence.network.get(quantity, 0.0), then)
        + "."
    ]
    points += changes(
        evidence,
        ("Fewest subnets that take more than half of it", "emission_nakamoto"),
        ("Share of the ten largest", "emission_top10_share"),
    )
    return Card(
        "How concentrated does TAO emission become?",
        number(quantity, then),
        Markup("effective subnets on day {:g}").format(evidence.horizon)
        + today(evidence, quantity),
        band(evidence, quantity),
        tuple(points),
        "concentration",
    )


def _verdict(now: Estimate | None, then: Estimate) -> str:
    """Whether an effective number falls or rises by more than its Monte Carlo error."""
    if now is None or not math.isfinite(then.value):
        return ""
    if then.ci_high < now.value:
        return "; on average it becomes more concentrated than today"
    if then.ci_low > now.value:
        return "; on average it becomes less concentrated than today"
    return "; on average that is about as today"


def gate(evidence: Evidence) -> Card | None:
    """Which subnets fall below the bar or come up for deregistration."""
    quantity = "starved_subnets"
    then = evidence.network.get(quantity, evidence.horizon)
    if then is None:
        return None
    enabled = sum(can_earn(subnet) for subnet in evidence.initial.values())
    fates = fates_of(evidence)
    points = []
    if fates is BY_BAR:
        points.append(
            Markup(
                "The gate takes half the weight of a subnet at its bar, nearly all of it far below."
            )
        )
    above = above_now(evidence)
    fallen_then = fallen(evidence, fates.stands)
    for lead, found in (
        (
            f"{fates.heads[0]} today, likeliest {fates.heads[1].lower()} or gone then",
            {netuid: found for netuid, found in fallen_then.items() if netuid in above},
        ),
        ("Likeliest deregistered by then", probabilities(evidence, "deregistered")),
        ("Likeliest next to be deregistered then", probabilities(evidence, "next_pruned")),
    ):
        likely = names(evidence, likeliest(found, _MAX_NAMES))
        if likely:
            points.append(Markup("<b>{}:</b> {}.").format(lead, likely))
    return Card(
        "Which subnets fall below the gate’s bar or come up for deregistration?"
        if fates is BY_BAR
        else "Which subnets lose their emission or come up for deregistration?",
        number(quantity, then),
        Markup("of {} subnets with emission enabled are {} on day {:g}").format(
            enabled, fates.starved, evidence.horizon
        )
        + today(evidence, quantity),
        band(evidence, quantity),
        tuple(points),
        "concentration",
    )


def prices(evidence: Evidence) -> Card | None:
    """What prices and pools do."""
    quantity = "sum_price"
    then = evidence.network.get(quantity, evidence.horizon)
    if then is None:
        return None
    points = []
    falling, compared = _count_falling(evidence)
    if compared:
        points.append(
            Markup("The median price is below today’s in {} of {} subnets.").format(
                falling, compared
            )
        )
    points += changes(
        evidence,
        ("TAO in all pools", "total_tao_in"),
        ("Emission with which the chain buys alpha", "chain_buy_share"),
    )
    return Card(
        "What do prices and pools do?",
        number(quantity, then),
        Markup("TAO is the sum of all alpha prices on day {:g}").format(evidence.horizon)
        + today(evidence, quantity),
        band(evidence, quantity),
        tuple(points),
        "pools",
    )


def _count_falling(evidence: Evidence) -> tuple[int, int]:
    """Subnets whose median price falls until the horizon, and subnets with a median price."""
    falling = compared = 0
    for subnet in evidence.initial.values():
        then = evidence.subnets.get("price", evidence.horizon, "quantile", MEDIAN, subnet.netuid)
        if then is not None and math.isfinite(then.value):
            compared += 1
            falling += then.value < subnet.price
    return falling, compared


def portfolio(evidence: Evidence) -> Card | None:
    """What the portfolio could lose."""
    table, quantity = evidence.portfolio, "loss_realizable"
    if table is None:
        return None
    day = last_day(evidence, quantity)
    var = table.get(quantity, day, "var", 0.95)
    if var is None or table.get(quantity, day, "es", 0.99) is None:
        return None
    what = (
        "TAO{} is the gain that 5 % of paths fall short of after {} (value at risk, VaR 95 %)"
        if var.value < 0.0
        else "TAO{} is the loss that 5 % of paths exceed after {} (value at risk, VaR 95 %)"
    )
    shown = number(quantity, magnitude(var))
    told = in_other_units(evidence, magnitude(var), day, "var", 0.95)
    if math.isnan(var.value):
        shown, told = Markup(why_withheld("var", 0.95)), Markup("")
        what = "{}to tell the loss after {} (value at risk, VaR 95 %)"
    text = _shortfall(evidence, table, quantity, day)
    mean = table.get(quantity, day)
    if mean:
        text += Markup("; the mean over all paths is a {} of {} TAO").format(
            "loss" if mean.value >= 0.0 else "gain", number(quantity, magnitude(mean))
        )
    points = [text + "."]
    spot, realizable = value_now(evidence, "spot"), value_now(evidence, "realizable")
    if spot and realizable:
        points.append(
            Markup(
                "<b>Worth today:</b> {} TAO at spot prices, {} TAO if each position is sold "
                "through its pool, as these losses assume."
            ).format(plain(spot, 4), plain(realizable, 4))
        )
    return Card(
        "What could the portfolio lose?",
        shown,
        Markup(what).format(told, days(day)),
        "",
        tuple(points),
        "losses",
    )


def in_other_units(
    evidence: Evidence, amount: Estimate, day: float, statistic: str, level: float
) -> Markup:
    """ " (that is A ± SE % of today's value; in dollars a loss of B ± SE USD)", as far as known.

    Args:
        evidence: of the run.
        amount: a realizable loss or gain, without sign [TAO].
        day: of the loss [days].
        statistic: by which it was measured: ``var`` or ``es``.
        level: of the statistic.
    """
    worth, parts = value_now(evidence, "realizable"), []
    if worth:
        parts.append(f"that is {_told(amount, 100.0 / worth)} % of today’s value")
    table = evidence.portfolio
    usd = table.get("loss_realizable_usd", day, statistic, level) if table else None
    if usd is not None:
        kind = "loss" if usd.value >= 0.0 else "gain"
        parts.append(f"in dollars a {kind} of {_told(magnitude(usd), 1.0)} USD")
    return Markup(" ({})").format("; ".join(parts)) if parts else Markup("")


def _told(estimate: Estimate, factor: float) -> str:
    text, error = with_error(factor * estimate.value, factor * estimate.standard_error)
    return f"{text} ± {error}" if error else text


def _shortfall(evidence: Evidence, table: EstimateTable, quantity: str, day: float) -> Markup:
    """The expected shortfall at 99 %; at 95 % where there are too few paths for that."""
    missing = []
    for level in (0.99, 0.95):
        name = f"ES {100.0 * level:.0f} %"
        found = table.get(quantity, day, "es", level)
        if found is None or math.isnan(found.value):
            missing.append(f"{name} {why_withheld('es', level)}")
            continue
        text = Markup(
            "The worst {:.0f} % of paths {} {} TAO{} on average (expected shortfall, {})"
        ).format(
            100.0 * (1.0 - level),
            _verb(found),
            number(quantity, magnitude(found)),
            in_other_units(evidence, magnitude(found), day, "es", level),
            name,
        )
        return text + Markup("".join(f"; {each}" for each in missing))
    return Markup("Expected shortfall: {}").format("; ".join(missing))


def _verb(loss: Estimate) -> str:
    return "lose" if loss.value >= 0.0 else "gain"
