"""The page of one subnet, for its owner: the bar, emission, survival and price."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from dtaojax.chain import BLOCKS_PER_DAY
from dtaojax.report.contract import Evidence, Subnet, read
from dtaojax.report.display import factor_of, interval, quantiles, unit_of, written
from dtaojax.report.document import (
    Card,
    Document,
    Drawing,
    Number,
    Section,
    Table,
    drawing,
    number,
    render_document,
)
from dtaojax.report.estimates import Estimate
from dtaojax.report.fan import fan_chart
from dtaojax.report.glossary import QUANTITIES, STATISTICS, label_of
from dtaojax.report.numerals import days, plain, probability
from dtaojax.report.shell import write_page
from dtaojax.report.standing import can_earn
from dtaojax.report.subnet_charts import chance_chart
from dtaojax.report.svg import drawing_style
from dtaojax.report.timeline import MEDIAN, OUTER
from dtaojax.results import Results, ResultsError

_FANS: Final = (
    ("emission_share", "violet"), ("price", "blue"), ("tao_in", "teal"), ("moving_price", "orange")
)  # fmt: skip
_CHANCES: Final = ("below_bar", "ever_below_bar", "next_pruned", "deregistered")
_BY_PRICE: Final = ("ema_price", "ema_price_burn")
"""Weight rules under which a subnet's weight is in proportion to its moving price."""


def write_subnet_page(results: Results, netuid: int, folder: Path) -> Path:
    """Writes ``subnet_<netuid>.html`` into ``folder``, all of it or nothing.

    Raises:
        ResultsError: the results break the contract, they hold no such subnet, or the folder cannot
            be written.
    """
    return write_page(render_subnet(results, netuid), Path(folder) / f"subnet_{netuid}.html")


def render_subnet(results: Results, netuid: int) -> str:
    """The page as text; the same results give the same text.

    Raises:
        ResultsError: the results break the contract, or hold no such subnet.
    """
    evidence = read(results)
    if netuid not in evidence.initial or netuid == 0:
        known = [each for each in evidence.initial if each != 0]
        raise ResultsError(
            f"table 'initial': holds no subnet {netuid}; give one of {len(known)} netuids from "
            f"{known[0]} to {known[-1]}"
        )
    subnet = evidence.initial[netuid]
    rows = results.tables["initial"].set_index("netuid")
    start = rows.loc[netuid]
    block_emission = float(rows["tao_emission"].sum()) if "tao_emission" in rows else math.nan
    with drawing_style():
        drawings = list(_drawings(evidence, netuid))
    horizon = evidence.horizon
    document = Document(
        eyebrow=(
            f"dtaojax subnet report · {evidence.part('network').get('name', '')} · "
            f"{evidence.part('mechanism').get('preset', '')}"
        ),
        title=evidence.label(netuid),
        question=(
            f"Over the next {days(horizon)}, does this subnet stay above the gate's bar, what does "
            "it earn, does it survive, and what does its price do?"
        ),
        cards=list(_cards(evidence, subnet, start, block_emission)),
        notes=[
            "± is the Monte Carlo standard error: how much more paths would change a number, not "
            "whether the model is right. Figures count as 0 on paths on which the subnet is gone."
        ],
        warnings=[str(text) for text in evidence.manifest.get("warnings") or ()],
        sections=[
            Section("figures", "Day by day", drawings=drawings),
            Section("table", "Every day", tables=[_table(evidence, netuid)]),
            Section("assumptions", "What was assumed", terms=_assumptions(evidence)),
            Section("glossary", "Glossary", terms=_glossary()),
        ],
        made=(
            f"Made by dtaojax {evidence.manifest.get('dtaojax_version', '')} from a run of "
            f"{evidence.manifest.get('created', '')}."
        ),
    )
    return render_document(document)


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


def _cards(
    evidence: Evidence, subnet: Subnet, start: pd.Series, block_emission: float
) -> Iterator[Card]:
    horizon = evidence.horizon
    below = _chance(evidence, "below_bar", subnet.netuid)
    if below is not None:
        points = list(_distance(evidence, subnet, start))
        if ever := _chance(evidence, "ever_below_bar", subnet.netuid):
            points.append(f"It is below the bar at some time on {_spelled(ever)} of paths.")
        yield Card(
            "Does it stay above the bar?",
            f"of paths end below the gate's bar on day {horizon:g}",
            _percent(below),
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
            points.append(f"It would be the next to be pruned on {_spelled(pruned)} of paths.")
        block = evidence.part("network").get("block")
        if isinstance(block, int) and subnet.immune_until_block > block:
            left = (subnet.immune_until_block - block) / BLOCKS_PER_DAY
            points.append(f"It is immune for another {plain(left, 2)} days.")
        question = f"of paths see it deregistered by day {horizon:g}"
        yield Card("Does it survive?", question, _percent(gone), points)
    price = evidence.subnets.get("price", horizon, netuid=subnet.netuid)
    if price is not None:
        yield Card(
            "What does its price do?",
            f"TAO/alpha on day {horizon:g} in the mean, {plain(subnet.price)} today",
            number(price.value, price.standard_error),
            [f"90 % of paths: {_band(evidence, 'price', subnet.netuid)} TAO/alpha."],
        )


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
    yield f"90 % of paths: {_band(evidence, 'emission_share', subnet.netuid)} %."
    if math.isfinite(block_emission) and block_emission > 0.0:
        daily = BLOCKS_PER_DAY * block_emission
        text = number(share.value, share.standard_error, daily)
        error = f" ± {text.error}" if text.error else ""
        yield (
            f"At today's emission of {plain(daily)} TAO a day that is {text.text}{error} TAO a day."
        )


def _chance(evidence: Evidence, quantity: str, netuid: int) -> Estimate | None:
    return evidence.subnets.get(quantity, evidence.horizon, "probability", netuid=netuid)


def _percent(chance: Estimate) -> Number:
    text, error = probability(*chance[:4])
    return Number(f"{text} %", error, chance.value)


def _spelled(chance: Estimate) -> str:
    shown = _percent(chance)
    return f"{shown.text} ± {shown.error}" if shown.error else shown.text


def _band(evidence: Evidence, quantity: str, netuid: int) -> str:
    found = evidence.subnets.quantiles(quantity, evidence.horizon, OUTER, netuid)
    return " to ".join(quantiles(quantity, found).values())


def _drawings(evidence: Evidence, netuid: int) -> Iterator[Drawing]:
    chances = {
        quantity: [
            (day, found)
            for day in evidence.subnets.days(quantity)
            if (found := evidence.subnets.get(quantity, day, "probability", netuid=netuid))
        ]
        for quantity in _CHANCES
    }
    if any(chances.values()):
        yield drawing(
            "chances",
            "What happens to it [% of paths]",
            "Bars are 95 % Monte Carlo intervals. "
            + "; ".join(
                f"{label_of(quantity)} {_spelled(found[-1][1])}"
                for quantity, found in chances.items()
                if found
            )
            + f" by day {evidence.horizon:g}.",
            chance_chart(chances),
        )
    for quantity, colour in _FANS:
        trajectory = evidence.subnets.trajectory(quantity, netuid)
        if trajectory is not None:
            suffix = " %" if unit_of(quantity, trajectory.unit) == "%" else ""
            band = _band(evidence, quantity, netuid)
            yield drawing(
                quantity.replace("_", "-"),
                f"{label_of(quantity)} [{unit_of(quantity, trajectory.unit)}]",
                "Bands hold 90 % and half of the paths; the line is the median, dots are means. "
                f"Day {evidence.horizon:g}: 90 % of paths {band}{suffix}.",
                fan_chart(trajectory, colour, factor_of(quantity), suffix),
            )


def _table(evidence: Evidence, netuid: int) -> Table:
    rows = []
    for quantity in (*_CHANCES, *(name for name, _ in _FANS)):
        for day in evidence.subnets.days(quantity):
            statistic = "probability" if quantity in _CHANCES else "mean"
            found = evidence.subnets.get(quantity, day, statistic, netuid=netuid)
            if found is None:
                continue
            at = evidence.subnets.quantiles(quantity, day, (OUTER[0], MEDIAN, OUTER[1]), netuid)
            shown = (
                _percent(found)
                if statistic == "probability"
                else Number(*written(quantity, found), found.value)
            )
            rows.append(
                [
                    label_of(quantity),
                    Number(f"{day:g}", value=day),
                    shown,
                    interval(quantity, found),
                    " · ".join(quantiles(quantity, at).values()),
                    unit_of(quantity, found.unit),
                ]
            )
    heads = ["figure", "day", "mean or probability", "95 % interval", "5 · 50 · 95 % of paths"]
    return Table("All days", [*heads, "unit"], rows, sortable=True, slug="days")


def _assumptions(evidence: Evidence) -> list[tuple[str, str]]:
    found = evidence.manifest.get("assumptions") or ()
    return [(str(item["topic"]), str(item["text"])) for item in found]


def _glossary() -> list[tuple[str, str]]:
    names = (*_CHANCES, *(name for name, _ in _FANS))
    terms = [QUANTITIES[name] for name in names]
    terms += [STATISTICS[name] for name in ("bar", "standard_error", "interval")]
    return [(term.label, f"{term.formula}. {term.reading}") for term in terms]
