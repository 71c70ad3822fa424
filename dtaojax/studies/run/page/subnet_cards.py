"""The first screen of a subnet's page: the bar, emission, survival and price."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from dtaojax.chain import BLOCKS_PER_DAY, U16_MAX
from dtaojax.report.charts.timeline import OUTER
from dtaojax.report.display import quantiles
from dtaojax.report.document import Card, Number, number
from dtaojax.report.numerals import plain, probability
from dtaojax.results.estimates import StoredEstimate
from dtaojax.results.read import Evidence, Subnet
from dtaojax.studies.run.page.fates import GONE, Fates, can_earn, fates_of

_Z: Final = 1.96
"""Half the width of a normal 95 % interval, in standard errors."""
_BY_PRICE: Final = ("ema_price", "ema_price_burn")
"""Weight rules under which a subnet's weight is in proportion to its moving price."""


def subnet_cards(evidence: Evidence, subnet: Subnet) -> Iterator[Card]:
    """Yield the cards of a subnet's owner for which the run has numbers.

    Args:
        evidence: Evidence of the run.
        subnet: Subnet that is asked about.
    """
    horizon, fates = evidence.horizon, fates_of(evidence)
    ends = list(_ends(evidence, subnet.netuid, fates))
    if ends:
        (first, chance), *others = ends
        points = []
        if others:
            rest = ", and ".join(f"{what} on {chance_text(found)}" for what, found in others)
            points.append(f"It ends {rest} of paths; together that is every path.")
        points += _distance(evidence, subnet)
        if always := _chance(evidence, fates.always, subnet.netuid):
            points.append(f"It is {fates.ends[0]} all the time on {chance_text(always)} of paths.")
        if ever := _chance(evidence, fates.ever, subnet.netuid):
            points.append(f"It is {fates.ends[1]} at some time on {chance_text(ever)} of paths.")
        if needed := buying_where_below(evidence, subnet.netuid):
            amount = number(needed.value, needed.standard_error)
            points.append(
                f"Where it is below on day {horizon:g}, net buying of {amount.with_error} TAO "
                "would bring it back, in the mean."
            )
        yield Card(
            fates.question,
            f"of paths end {first} on day {horizon:g}",
            chance_number(chance),
            points,
        )
    rank = evidence.subnets.get("rank", horizon, netuid=subnet.netuid)
    if rank is not None:
        today = evidence.subnets.get("rank", 0.0, netuid=subnet.netuid)
        yield Card(
            "Where does it rank?",
            f"by share before the gate on day {horizon:g}, in the mean"
            + (f"; {plain(today.value)} today" if today else ""),
            number(rank.value, rank.standard_error),
            [f"90 % of paths: {subnet_band(evidence, 'rank', subnet.netuid)}."],
        )
    share = evidence.subnets.get("emission_share", horizon, netuid=subnet.netuid)
    if share is not None:
        yield Card(
            "What does it earn?",
            f"of the TAO emission on day {horizon:g}, in the mean",
            number(share.value, share.standard_error, 100.0, " %"),
            list(_earning(evidence, subnet, share)),
        )
    gone = _chance(evidence, GONE, subnet.netuid)
    if gone is not None:
        points = []
        if pruned := _chance(evidence, "next_pruned", subnet.netuid):
            points.append(f"It would be the next to be pruned on {chance_text(pruned)} of paths.")
        block = evidence.part("network").get("block")
        if isinstance(block, int) and subnet.immune_until_block > block:
            left = (subnet.immune_until_block - block) / BLOCKS_PER_DAY
            points.append(f"It is immune for another {plain(left, 2)} days.")
        question = f"of paths see it deregistered by day {horizon:g}"
        yield Card("Does it survive?", question, chance_number(gone), points)
    price = evidence.subnets.get("price", horizon, netuid=subnet.netuid)
    if price is not None:
        yield Card(
            "What does its price do?",
            f"TAO/alpha on day {horizon:g} in the mean, {plain(subnet.price)} today",
            number(price.value, price.standard_error),
            [f"90 % of paths: {subnet_band(evidence, 'price', subnet.netuid)} TAO/alpha."],
        )


def _ends(evidence: Evidence, netuid: int, fates: Fates) -> Iterator[tuple[str, StoredEstimate]]:
    """Yield the ways in which paths end for a subnet and the part of paths, the best first."""
    for event, what in zip(fates.at_the_end, (*fates.ends, "deregistered"), strict=True):
        if found := _chance(evidence, event, netuid):
            yield what, found


def buying_to_the_bar(tao_in: float, share: float, bar: float) -> float:
    """Return net buying that brings a subnet's pre-gate share to the bar.

    Negative is selling [TAO].

    Others stay where they are, so the price must change by f with f s / (1 + (f − 1) s) = θ. In a
    pool of equal weights a price that changes by f moves the TAO reserve by √f (constant product),
    fees left out.

    Args:
        tao_in: TAO in the pool [TAO].
        share: Pre-gate share s, above 0 and below 1.
        bar: The bar θ, above 0 and below 1.
    """
    factor = bar * (1.0 - share) / (share * (1.0 - bar))
    return tao_in * (math.sqrt(factor) - 1.0)


def distance_now(evidence: Evidence, subnet: Subnet) -> float | None:
    """Return net buying that brings a subnet to the bar today, negative where it is above [TAO].

    None where the weight does not follow the price, or where there is no bar or no share.
    """
    mechanism = evidence.part("config").get("mechanism")
    rule = mechanism.get("weight_rule") if isinstance(mechanism, dict) else None
    kind = rule.get("kind") if isinstance(rule, dict) else None
    bar, share = evidence.part("network").get("gate_bar"), subnet.pre_gate_share
    # Under other rules a purchase moves the weight by a flow average or a vote, not by the price.
    if kind not in _BY_PRICE or not isinstance(bar, float) or not 0.0 < bar < 1.0:
        return None
    return buying_to_the_bar(subnet.tao_in, share, bar) if 0.0 < share < 1.0 else None


def buying_where_below(evidence: Evidence, netuid: int) -> StoredEstimate | None:
    """Return mean buying that brings a subnet to the bar on the paths that end below it [TAO].

    It is the ratio R = B / P of the mean over all paths, which counts 0 above the bar, and the
    part P of paths below. To first order its variance is ``(var B - R² P (1 - P) / n) / P²``, as B
    and P have the covariance ``B (1 - P) / n`` over n paths.
    """
    mean = evidence.subnets.get("buying_to_bar", evidence.horizon, netuid=netuid)
    below = _chance(evidence, "below_bar", netuid)
    paths = evidence.part("paths").get("used")
    if mean is None or below is None or not isinstance(paths, int):
        return None
    if not (mean.value > 0.0 and below.value > 0.0):
        return None
    ratio = mean.value / below.value
    # The delta method for a ratio of means; rounding can make the difference of variances negative.
    shared = ratio**2 * below.value * (1.0 - below.value) / paths
    error = math.sqrt(max(mean.standard_error**2 - shared, 0.0)) / below.value
    return StoredEstimate(ratio, error, ratio - _Z * error, ratio + _Z * error, mean.unit)


def _distance(evidence: Evidence, subnet: Subnet) -> Iterator[str]:
    """Tell how far the subnet is from the bar today, in TAO of demand."""
    if not can_earn(subnet):
        yield "It receives no TAO emission: not started, or its emission is switched off."
    wanted = distance_now(evidence, subnet)
    if wanted is None:
        return
    bar, share = evidence.part("network")["gate_bar"], subnet.pre_gate_share
    if share == bar:
        yield f"Today its share is just the bar, {plain(100.0 * bar)} %, where half of it is kept."
        return
    place, trade = ("below", "buying") if share < bar else ("above", "selling")
    yield (
        f"Today its share is {plain(100.0 * share)} %, {place} the bar of {plain(100.0 * bar)} %. "
        f"Net {trade} of {plain(abs(wanted))} TAO would bring it there, once the moving price has "
        "followed, if all others stay where they are."
    )


def _earning(evidence: Evidence, subnet: Subnet, share: StoredEstimate) -> Iterator[str]:
    block_emission = evidence.block_emission
    yield f"Today {plain(100.0 * subnet.gated_share)} %."
    yield f"90 % of paths: {subnet_band(evidence, 'emission_share', subnet.netuid)} %."
    if math.isfinite(block_emission) and block_emission > 0.0:
        daily = BLOCKS_PER_DAY * block_emission
        text = number(share.value, share.standard_error, daily)
        yield (
            f"At today's emission of {plain(daily)} TAO a day that is {text.with_error} TAO a day."
        )
    if subnet.emission_per_tao > 0.0:
        gain = subnet.emission_per_tao
        yield (
            f"Today a TAO of net buying gains its pool {plain(gain)} TAO of emission a day, once "
            "the moving price has followed, which adds up to that TAO after "
            f"{plain(1.0 / gain, 2)} days. It is the pool that gets it, not the owner."
        )
        yield from _owners_income(evidence)


def _owners_income(evidence: Evidence) -> Iterator[str]:
    """Tell what an owner is paid, where a cut of new alpha goes to owners."""
    mechanism = evidence.part("config").get("mechanism")
    split = mechanism.get("split") if isinstance(mechanism, dict) else None
    cut = split.get("owner_cut_u16") if isinstance(split, dict) else None
    if isinstance(cut, int | float):
        yield (
            f"The owner's own income is {plain(100.0 * cut / U16_MAX)} % of the alpha that is paid "
            "out, whatever the TAO emission: buying raises what that is worth, not how much it is."
        )


def _chance(evidence: Evidence, quantity: str, netuid: int) -> StoredEstimate | None:
    return evidence.subnets.get(quantity, evidence.horizon, "probability", netuid=netuid)


def chance_number(chance: StoredEstimate) -> Number:
    """Write a probability in percent with its standard error."""
    text, error = probability(*chance[:4])
    return Number(f"{text} %", error, chance.value)


def chance_text(chance: StoredEstimate) -> str:
    """Write a probability for a sentence."""
    return chance_number(chance).with_error


def subnet_band(evidence: Evidence, quantity: str, netuid: int) -> str:
    """Write the 90 % band over paths at the horizon."""
    found = evidence.subnets.quantiles(quantity, evidence.horizon, OUTER, netuid)
    return " to ".join(quantiles(quantity, found).values())
