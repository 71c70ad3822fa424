"""The first screen of a subnet's page: the bar, emission, survival and price."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import pandas as pd

from dtaojax.chain import BLOCKS_PER_DAY
from dtaojax.report.contract import Evidence, Subnet
from dtaojax.report.display import quantiles
from dtaojax.report.document import Card, Number, number
from dtaojax.report.estimates import Estimate
from dtaojax.report.numerals import plain, probability
from dtaojax.report.standing import can_earn
from dtaojax.report.timeline import OUTER

_BY_PRICE: Final = ("ema_price", "ema_price_burn")
"""Weight rules under which a subnet's weight is in proportion to its moving price."""


def cards(
    evidence: Evidence, subnet: Subnet, start: pd.Series, block_emission: float
) -> Iterator[Card]:
    """The questions of a subnet's owner, as far as the run answers them.

    Args:
        evidence: of the run.
        subnet: that is asked about.
        start: its row of the table ``initial``.
        block_emission: TAO that a block emits in the start state, NaN if unknown [TAO].
    """
    horizon = evidence.horizon
    below = _chance(evidence, "below_bar", subnet.netuid)
    if below is not None:
        points = list(_distance(evidence, subnet, start))
        if ever := _chance(evidence, "ever_below_bar", subnet.netuid):
            points.append(f"It is below the bar at some time on {spelled(ever)} of paths.")
        yield Card(
            "Does it stay above the bar?",
            f"of paths end below the gate's bar on day {horizon:g}",
            percent(below),
            points,
        )
    share = evidence.subnets.get("emission_share", horizon, netuid=subnet.netuid)
    if share is not None:
        yield Card(
            "What does it earn?",
            f"of the TAO emission on day {horizon:g}, in the mean",
            number(share.value, share.standard_error, 100.0, " %"),
            list(_earning(evidence, subnet, share, block_emission)),
        )
    gone = _chance(evidence, "deregistered", subnet.netuid)
    if gone is not None:
        points = []
        if pruned := _chance(evidence, "next_pruned", subnet.netuid):
            points.append(f"It would be the next to be pruned on {spelled(pruned)} of paths.")
        block = evidence.part("network").get("block")
        if isinstance(block, int) and subnet.immune_until_block > block:
            left = (subnet.immune_until_block - block) / BLOCKS_PER_DAY
            points.append(f"It is immune for another {plain(left, 2)} days.")
        question = f"of paths see it deregistered by day {horizon:g}"
        yield Card("Does it survive?", question, percent(gone), points)
    price = evidence.subnets.get("price", horizon, netuid=subnet.netuid)
    if price is not None:
        yield Card(
            "What does its price do?",
            f"TAO/alpha on day {horizon:g} in the mean, {plain(subnet.price)} today",
            number(price.value, price.standard_error),
            [f"90 % of paths: {band(evidence, 'price', subnet.netuid)} TAO/alpha."],
        )


def buying_to_the_bar(tao_in: float, share: float, bar: float) -> float:
    """Net buying that brings a subnet's pre-gate share to the bar; negative is selling [TAO].

    Others stay where they are, so the price must change by f with f s / (1 + (f − 1) s) = θ. In a
    pool of equal weights a price that changes by f moves the TAO reserve by √f (constant product),
    fees left out.

    Args:
        tao_in: TAO in the pool [TAO].
        share: pre-gate share s, above 0 and below 1.
        bar: the bar θ, above 0 and below 1.
    """
    factor = bar * (1.0 - share) / (share * (1.0 - bar))
    return tao_in * (math.sqrt(factor) - 1.0)


def _distance(evidence: Evidence, subnet: Subnet, start: pd.Series) -> Iterator[str]:
    """How far the subnet is from the bar today, in TAO of demand."""
    config = evidence.manifest.get("config")
    mechanism = config.get("mechanism") if isinstance(config, dict) else None
    rule = mechanism.get("weight_rule") if isinstance(mechanism, dict) else None
    kind = rule.get("kind") if isinstance(rule, dict) else None
    bar = evidence.part("network").get("gate_bar")
    share = float(start["pre_gate_share"]) if "pre_gate_share" in start else math.nan
    if not can_earn(subnet):
        yield "It receives no TAO emission: not started, or its emission is switched off."
    if kind not in _BY_PRICE or not isinstance(bar, float) or not 0.0 < bar < 1.0:
        return
    if not 0.0 < share < 1.0:
        return
    wanted = buying_to_the_bar(subnet.tao_in, share, bar)
    place = "below" if share < bar else "above"
    trade = "buying" if wanted > 0.0 else "selling"
    yield (
        f"Today its share is {plain(100.0 * share)} %, {place} the bar of {plain(100.0 * bar)} %. "
        f"Net {trade} of {plain(abs(wanted))} TAO would bring it there, once the moving price has "
        "followed, if all others stay where they are."
    )


def _earning(
    evidence: Evidence, subnet: Subnet, share: Estimate, block_emission: float
) -> Iterator[str]:
    yield f"Today {plain(100.0 * subnet.gated_share)} %."
    yield f"90 % of paths: {band(evidence, 'emission_share', subnet.netuid)} %."
    if math.isfinite(block_emission) and block_emission > 0.0:
        daily = BLOCKS_PER_DAY * block_emission
        text = number(share.value, share.standard_error, daily)
        error = f" ± {text.error}" if text.error else ""
        yield (
            f"At today's emission of {plain(daily)} TAO a day that is {text.text}{error} TAO a day."
        )


def _chance(evidence: Evidence, quantity: str, netuid: int) -> Estimate | None:
    return evidence.subnets.get(quantity, evidence.horizon, "probability", netuid=netuid)


def percent(chance: Estimate) -> Number:
    """A probability in percent with its standard error."""
    text, error = probability(*chance[:4])
    return Number(f"{text} %", error, chance.value)


def spelled(chance: Estimate) -> str:
    """A probability in a sentence."""
    shown = percent(chance)
    return f"{shown.text} ± {shown.error}" if shown.error else shown.text


def band(evidence: Evidence, quantity: str, netuid: int) -> str:
    """The 90 % band over paths at the horizon."""
    found = evidence.subnets.quantiles(quantity, evidence.horizon, OUTER, netuid)
    return " to ".join(quantiles(quantity, found).values())
