"""The first screen: a card for each part of the question, and the phrases of cards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from dtaojax.report import display
from dtaojax.report.charts.timeline import MEDIAN, OUTER
from dtaojax.report.numerals import days, plain, plus_minus, probability, with_error
from dtaojax.results.contract import why_withheld
from dtaojax.results.estimates import EstimateTable, StoredEstimate, magnitude
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.fates import (
    BY_BAR,
    above_now,
    can_earn,
    fallen,
    fates_of,
    likeliest,
    probabilities,
)
from dtaojax.studies.run.page.portfolio import last_day, value_now

_NAME_LENGTH: Final = 22
_MAX_NAMES: Final = 3


@dataclass(frozen=True)
class AnswerCard:
    """An answer.

    Attributes:
        question: Part of the question that the card answers.
        number: Estimate to remember.
        what: Meaning of the number, to be read after it.
        spread: Variation of the number over paths; may be empty.
        points: Further answers, a paragraph each.
        kind: Kind of quantity, as back-tests name it; empty where none is about it.
    """

    question: str
    number: Markup
    what: Markup
    spread: str
    points: tuple[Markup, ...]
    kind: str = ""


def cards(evidence: Evidence) -> list[AnswerCard]:
    """Return the cards for which the run has numbers, in the order of the question."""
    found = (
        concentration_card(evidence),
        gate_card(evidence),
        price_card(evidence),
        portfolio_card(evidence),
    )
    return [card for card in found if card is not None]


def concentration_card(evidence: Evidence) -> AnswerCard | None:
    """Return the card on the concentration of TAO emission."""
    quantity = "emission_effective_number"
    then = evidence.network.get(quantity, evidence.horizon)
    if then is None:
        return None
    points = [
        Markup("TAO emission is as concentrated as if this many subnets shared it equally")
        + _trend(evidence.network.get(quantity, 0.0), then)
        + "."
    ]
    points += changes(
        evidence,
        ("Fewest subnets that take more than half of it", "emission_nakamoto"),
        ("Share of the ten largest", "emission_top10_share"),
    )
    return AnswerCard(
        "How concentrated does TAO emission become?",
        number(quantity, then),
        Markup("effective subnets on day {:g}").format(evidence.horizon)
        + today(evidence, quantity),
        band(evidence, quantity),
        tuple(points),
        "concentration",
    )


def _trend(now: StoredEstimate | None, then: StoredEstimate) -> str:
    """Say whether an effective number falls or rises by more than its Monte Carlo error."""
    if now is None or not math.isfinite(then.value):
        return ""
    if then.ci_high < now.value:
        return "; on average it becomes more concentrated than today"
    if then.ci_low > now.value:
        return "; on average it becomes less concentrated than today"
    return "; on average that is about as today"


def gate_card(evidence: Evidence) -> AnswerCard | None:
    """Return the card on subnets that fall below the bar or come up for deregistration."""
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
    return AnswerCard(
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


def price_card(evidence: Evidence) -> AnswerCard | None:
    """Return the card on prices and pools."""
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
    return AnswerCard(
        "What do prices and pools do?",
        number(quantity, then),
        Markup("TAO is the sum of all alpha prices on day {:g}").format(evidence.horizon)
        + today(evidence, quantity),
        band(evidence, quantity),
        tuple(points),
        "pools",
    )


def _count_falling(evidence: Evidence) -> tuple[int, int]:
    """Count subnets whose median price falls until the horizon, and those that have one."""
    falling = compared = 0
    for subnet in evidence.initial.values():
        then = evidence.subnets.get("price", evidence.horizon, "quantile", MEDIAN, subnet.netuid)
        if then is not None and math.isfinite(then.value):
            compared += 1
            falling += then.value < subnet.price
    return falling, compared


def portfolio_card(evidence: Evidence) -> AnswerCard | None:
    """Return the card on what the portfolio could lose."""
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
    # Too few paths for this tail: the number of paths that it needs stands in its place.
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
    return AnswerCard(
        "What could the portfolio lose?",
        shown,
        Markup(what).format(told, days(day)),
        "",
        tuple(points),
        "losses",
    )


def in_other_units(
    evidence: Evidence, amount: StoredEstimate, day: float, statistic: str, level: float
) -> Markup:
    """Write " (that is A ± SE % of today's value.

    In dollars a loss of B ± SE USD)", as far as known.

    Args:
        evidence: Evidence of the run.
        amount: A realizable loss or gain, without sign [TAO].
        day: Day of the loss [days].
        statistic: Statistic by which it was measured: ``var`` or ``es``.
        level: Level of the statistic.
    """
    worth, parts = value_now(evidence, "realizable"), []
    if worth:
        parts.append(f"that is {_with_error(amount, 100.0 / worth)} % of today’s value")
    table = evidence.portfolio
    usd = table.get("loss_realizable_usd", day, statistic, level) if table else None
    if usd is not None:
        kind = "loss" if usd.value >= 0.0 else "gain"
        parts.append(f"in dollars a {kind} of {_with_error(magnitude(usd), 1.0)} USD")
    return Markup(" ({})").format("; ".join(parts)) if parts else Markup("")


def _with_error(estimate: StoredEstimate, factor: float) -> str:
    return plus_minus(*with_error(factor * estimate.value, factor * estimate.standard_error))


def _shortfall(evidence: Evidence, table: EstimateTable, quantity: str, day: float) -> Markup:
    """Tell the expected shortfall at 99 %; at 95 % where there are too few paths for that."""
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


def _verb(loss: StoredEstimate) -> str:
    return "lose" if loss.value >= 0.0 else "gain"


def number(quantity: str, estimate: StoredEstimate) -> Markup:
    """Write an estimate with its error; the element carries the value of the tables."""
    text, error = display.written(quantity, estimate)
    shown = Markup('<data value="{}">{}</data>').format(repr(float(estimate.value)), text)
    return shown + (
        Markup('&nbsp;<span class="se">±&nbsp;{}</span>').format(error) if error else ""
    )


def with_interval(quantity: str, estimate: StoredEstimate, unit: str = "") -> Markup:
    """Write "A ± SE (95 % interval: B to C)"; percent and ``unit`` stand before the bracket."""
    percent = " %" if display.display_of(quantity) == "percent" else ""
    return Markup("<b>{}{}</b>{} (95 % interval: {}{})").format(
        number(quantity, estimate),
        percent,
        f" {unit}" if unit else "",
        display.interval(quantity, estimate),
        percent,
    )


def today(evidence: Evidence, quantity: str) -> Markup:
    """Write ", today A"; nothing where the run left no record of the start."""
    now = evidence.network.get(quantity, 0.0)
    then = evidence.network.get(quantity, evidence.horizon)
    if now is None or then is None:
        return Markup("")
    return Markup(", today <b>{}</b>").format(display.start(quantity, now, then))


def band(evidence: Evidence, quantity: str) -> str:
    """Write "90 % of paths: A to B"; nothing where the run left no quantiles."""
    found = evidence.network.quantiles(quantity, evidence.horizon, OUTER)
    ends = display.quantiles(quantity, found)
    return "90 % of paths: " + " to ".join(ends.values()) if len(ends) == len(OUTER) else ""


def changes(evidence: Evidence, *wanted: tuple[str, str]) -> list[Markup]:
    """Write "Lead: A today, B ± SE then (90 % of paths: C to D)." for each quantity found."""
    points = []
    for lead, quantity in wanted:
        then = evidence.network.get(quantity, evidence.horizon)
        if then is None:
            continue
        unit = " %" if display.display_of(quantity) == "percent" else ""
        now = evidence.network.get(quantity, 0.0)
        begin = f"{display.start(quantity, now, then)}{unit} today, " if now else ""
        ends = band(evidence, quantity)
        points.append(
            Markup("<b>{}:</b> {}{}{} then{}.").format(
                lead, begin, number(quantity, then), unit, f" ({ends}{unit})" if ends else ""
            )
        )
    return points


def names(evidence: Evidence, found: Mapping[int, StoredEstimate]) -> Markup:
    """Write "SN16 · TC (41 %), SN70 · NexisGen (16 %)"; nothing where ``found`` is empty."""
    return Markup(", ").join(
        Markup("<bdi>{}</bdi> ({}&nbsp;%)").format(
            evidence.label(netuid, _NAME_LENGTH), probability(*estimate[:4])[0]
        )
        for netuid, estimate in found.items()
    )
