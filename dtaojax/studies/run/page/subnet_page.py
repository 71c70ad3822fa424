"""The page of one subnet, for its owner: the bar, emission, survival and price."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.charts.timeline import MEDIAN, OUTER, fan_chart, mark_changes
from dtaojax.report.display import factor_of, interval, quantiles, unit_of, written
from dtaojax.report.document import (
    Document,
    Drawing,
    Number,
    Section,
    Table,
    drawing,
    render_document,
    write_page,
)
from dtaojax.report.glossary import QUANTITIES, STATISTICS, label_of
from dtaojax.report.notes import change_caption, change_days, rules_note
from dtaojax.report.numerals import days
from dtaojax.report.trust import trust_of
from dtaojax.results.contract import Results, ResultsError
from dtaojax.results.read import Evidence, Subnet, read
from dtaojax.studies.run.page.fates import BY_BAR, fates_of
from dtaojax.studies.run.page.subnet_answer import band, cards, percent, spelled
from dtaojax.studies.run.page.subnet_charts import chance_chart

_FANS: Final = (
    ("rank", "blue"), ("emission_share", "violet"), ("price", "blue"), ("tao_in", "teal"),
    ("moving_price", "orange"),
)  # fmt: skip


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
    subnet = known_subnet(evidence, netuid)
    with drawing_style():
        drawings = subnet_drawings(evidence, netuid)
    document = Document(
        eyebrow=(
            f"dtaojax subnet report · {evidence.part('network').get('name', '')} · "
            f"{evidence.part('mechanism').get('preset', '')}"
        ),
        title=evidence.label(netuid),
        question=question(evidence),
        cards=list(cards(evidence, subnet)),
        notes=[
            "± is the Monte Carlo standard error: how much more paths would change a number, not "
            "whether the model is right. Figures count as 0 on paths on which the subnet is gone.",
            *rules_note(evidence.part("mechanism")),
        ],
        warnings=[str(text) for text in evidence.manifest.get("warnings") or ()],
        sections=[
            Section("figures", "Day by day", drawings=drawings),
            Section("table", "Every day", tables=[_table(evidence, netuid)]),
            Section("assumptions", "What was assumed", terms=_assumptions(evidence)),
            Section("glossary", "Glossary", terms=_glossary(evidence)),
        ],
        made=(
            f"Made by dtaojax {evidence.manifest.get('dtaojax_version', '')} from a run of "
            f"{evidence.manifest.get('created', '')}."
        ),
        trust=[trust_of(evidence.manifest)],
    )
    return render_document(document)


def known_subnet(evidence: Evidence, netuid: int) -> Subnet:
    """A subnet of the run.

    Raises:
        ResultsError: the run has no such subnet.
    """
    if netuid not in evidence.initial or netuid == 0:
        known = [each for each in evidence.initial if each != 0]
        raise ResultsError(
            f"table 'initial': holds no subnet {netuid}; give one of {len(known)} netuids from "
            f"{known[0]} to {known[-1]}"
        )
    return evidence.initial[netuid]


def question(evidence: Evidence) -> str:
    """What an owner asks."""
    stay = "above the gate's bar" if fates_of(evidence) is BY_BAR else "paid"
    return (
        f"Over the next {days(evidence.horizon)}, does this subnet stay {stay}, what does it earn, "
        "does it survive, and what does its price do?"
    )


def _events(evidence: Evidence) -> tuple[str, ...]:
    """What can happen to a subnet: how it ends, how it was all the time, and what comes next."""
    fates = fates_of(evidence)
    return (*fates.at_the_end, fates.always, fates.ever, "next_pruned")


def subnet_drawings(evidence: Evidence, netuid: int) -> list[Drawing]:
    """Figures about a subnet, to be drawn within ``svg.drawing_style``."""
    return list(_drawings(evidence, netuid))


def _drawings(evidence: Evidence, netuid: int) -> Iterator[Drawing]:
    chances = {
        quantity: [
            (day, found)
            for day in evidence.subnets.days(quantity)
            if (found := evidence.subnets.get(quantity, day, "probability", netuid=netuid))
        ]
        for quantity in _events(evidence)
    }
    if any(chances.values()):
        yield drawing(
            "chances",
            "What happens to it [% of paths]",
            "Bars are 95 % Monte Carlo intervals. "
            + "; ".join(
                f"{label_of(quantity)} {spelled(found[-1][1])}"
                for quantity, found in chances.items()
                if found
            )
            + f" by day {evidence.horizon:g}.",
            chance_chart(chances),
        )
    changed = change_days(evidence.part("mechanism"))
    for quantity, colour in _FANS:
        trajectory = evidence.subnets.trajectory(quantity, netuid)
        if trajectory is not None:
            suffix = " %" if unit_of(quantity, trajectory.unit) == "%" else ""
            ends = band(evidence, quantity, netuid)
            figure = fan_chart(trajectory, colour, factor_of(quantity), suffix)
            mark_changes(figure.axes[0], changed)
            yield drawing(
                quantity.replace("_", "-"),
                f"{label_of(quantity)} [{unit_of(quantity, trajectory.unit)}]",
                "Bands hold 90 % and half of the paths; the line is the median, dots are means. "
                f"Day {evidence.horizon:g}: 90 % of paths {ends}{suffix}."
                + change_caption(changed),
                figure,
            )


def _table(evidence: Evidence, netuid: int) -> Table:
    rows, events = [], _events(evidence)
    for quantity in (*events, *(name for name, _ in _FANS)):
        for day in evidence.subnets.days(quantity):
            statistic = "probability" if quantity in events else "mean"
            found = evidence.subnets.get(quantity, day, statistic, netuid=netuid)
            if found is None:
                continue
            at = evidence.subnets.quantiles(quantity, day, (OUTER[0], MEDIAN, OUTER[1]), netuid)
            shown = (
                percent(found)
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


def _glossary(evidence: Evidence) -> list[tuple[str, str]]:
    names = (*_events(evidence), *(name for name, _ in _FANS))
    terms = [QUANTITIES[name] for name in names]
    terms += [STATISTICS[name] for name in ("bar", "standard_error", "interval")]
    return [(term.label, f"{term.formula}. {term.reading}") for term in terms]
