"""What makes the numbers of a run uncertain: shares of their variance, by source of randomness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dtaojax.files.text import shorten
from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.display import factor_of, unit_of
from dtaojax.report.document import Drawing, Entry, Number, Section, Table, drawing, number
from dtaojax.report.glossary import label_of, title_of
from dtaojax.report.numerals import compact, days, plain, with_error
from dtaojax.results.estimates import StoredEstimate
from dtaojax.results.read import Evidence, Spread

SOURCES: Final = {
    "demand": ("demand", "blue"),
    "selling": ("selling of emission", "orange"),
    "owners": ("owners", "teal"),
    "root": ("root", "violet"),
    "registrations": ("registrations", "red"),
    "subnets": ("qualities and sectors", "green"),
}
"""Sources of randomness by their name in the tables: in words, and their colour."""
_TOGETHER: Final = ("only together", "muted")

_WIDTH: Final = 430.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 162.0, 14.0, 42.0, 38.0
_ROW: Final = 22.0
_LABEL_LENGTH: Final = 30
_LEGEND_COLUMNS: Final = 3
_LEAST_WHISKER: Final = 0.01
"""Share of the variance from which on its interval is drawn."""


def decomposition_section(evidence: Evidence) -> Section | None:
    """Return the section of the page; None where nothing was taken apart."""
    shown = [spread for spread in evidence.spreads if spread.deviation > 0.0]
    if not shown:
        return None
    return Section(
        "spread",
        "What makes the numbers uncertain?",
        "Sources of spread",
        paragraphs=[_sentence(shown[0]), _HOW.format(paths=shown[0].paths)],
        drawings=[_drawing(evidence, shown)],
        tables=[_table(evidence, shown, "first"), _table(evidence, shown, "total")],
    )


_HOW: Final = (
    "The run was repeated on {paths:,} paths with the random numbers of one source exchanged and "
    "all others kept. What a source makes alone is the part of the variance over paths that would "
    "go if nothing but that source were known in advance (Sobol’s first-order index); what is left "
    "to 100 % arises only where sources act together. Demand is what users buy and sell; owners "
    "move the miner burn; root moves the emission switch, its stake and what is in its baskets. "
    "Intervals say how far the paths tell the shares."
)


def _sentence(spread: Spread) -> str:
    """Name the sources of a figure's variance, the largest first."""
    ordered = sorted(spread.first.items(), key=lambda item: -item[1].value)
    parts = [(_words(source), _percent(index)) for source, index in ordered if not _off(index)]
    first = " alone makes ".join(parts[0])
    rest = [" ".join(part) for part in parts[1:]]
    width = plain(factor_of(spread.quantity) * spread.deviation)
    unit = unit_of(spread.quantity, spread.unit)
    return (
        f"Of the variance of the {_lower(label_of(spread.quantity))} after {days(spread.day)} "
        f"(standard deviation {width} {unit}), {', '.join([first, *rest])}. Only several together "
        f"make {_percent(spread.together)}."
    )


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _off(index: StoredEstimate) -> bool:
    return index.value == 0.0 and index.standard_error == 0.0


def _words(source: str) -> str:
    return SOURCES.get(source, (source, ""))[0]


def _percent(index: StoredEstimate) -> str:
    value, error = with_error(100.0 * index.value, 100.0 * index.standard_error)
    return f"{value} ± {error} %"


def _name(evidence: Evidence, spread: Spread) -> str:
    label = label_of(spread.quantity)
    if spread.netuid is None:
        return label
    return f"{label}, {evidence.label(spread.netuid)}"


def _drawing(evidence: Evidence, spreads: Sequence[Spread]) -> Drawing:
    """Draw every figure as a bar of shares, with whiskers at the end of each."""
    present = [
        source
        for source in spreads[0].first
        if any(not _off(spread.first[source]) for spread in spreads)
    ]
    return drawing(
        "spread-shares",
        f"Shares of the variance over paths after {days(spreads[0].day)} [%]",
        "What each source makes alone, and what several make only together. Whiskers are 95 % "
        "Monte Carlo intervals of shares from 1 % on; a share estimated below 0 is drawn as 0.",
        _shares(spreads, present),
        "; ".join(
            f"{_name(evidence, spread)}: "
            + ", ".join(f"{_words(source)} {_percent(spread.first[source])}" for source in present)
            for spread in spreads
        ),
    )


def _shares(spreads: Sequence[Spread], present: Sequence[str]) -> Figure:
    """Draw a row a figure: shares beside each other, and a whisker at the end of each."""
    height = _TOP + _ROW * len(spreads) + _BOTTOM
    figure = new_figure(_WIDTH, height)
    left, bottom = _LEFT / _WIDTH, _BOTTOM / height
    axes = figure.add_axes(
        (left, bottom, 1.0 - left - _RIGHT / _WIDTH, 1.0 - bottom - _TOP / height)
    )
    places = range(len(spreads))
    ends = [0.0] * len(spreads)
    parts = [
        (*SOURCES.get(name, (name, "ink")), [spread.first[name] for spread in spreads])
        for name in present
    ]
    parts.append((*_TOGETHER, [spread.together for spread in spreads]))
    for turn, (words, colour, indices) in enumerate(parts):
        widths = [100.0 * max(index.value, 0.0) for index in indices]
        axes.barh(
            places, widths, left=ends, height=0.7, color=COLOURS[colour], alpha=0.75, label=words
        )
        ends = [end + width for end, width in zip(ends, widths, strict=True)]
        shown = [place for place in places if indices[place].value >= _LEAST_WHISKER]
        axes.errorbar(
            [ends[place] for place in shown],
            # Whiskers of neighbours stand below each other.
            [place - 0.24 + 0.48 * turn / max(len(parts) - 1, 1) for place in shown],
            xerr=(
                [100.0 * max(indices[p].value - indices[p].ci_low, 0.0) for p in shown],
                [100.0 * max(indices[p].ci_high - indices[p].value, 0.0) for p in shown],
            ),
            fmt="none",
            color=COLOURS["ink"],
            elinewidth=0.9,
        )
    axes.set_xlim(0.0, max(100.0, *ends))
    axes.set_ylim(len(spreads) - 0.5, -0.5)
    names = [
        shorten(min(title_of(spread.quantity), label_of(spread.quantity), key=len), _LABEL_LENGTH)
        + ("" if spread.netuid is None else f", SN{spread.netuid}")
        for spread in spreads
    ]
    axes.set_yticks(list(places), names)
    axes.tick_params(axis="y", labelcolor=COLOURS["ink"])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("share of the variance over paths [%]")
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-_LEFT / (_WIDTH - _LEFT - _RIGHT), 1.0),
        ncols=_LEGEND_COLUMNS,
        frameon=False,
        borderaxespad=0.0,
        fontsize=9.5,
        handlelength=1.2,
        columnspacing=1.2,
    )
    return figure


def _table(evidence: Evidence, spreads: Sequence[Spread], order: str) -> Table:
    """Tabulate first-order indices with what is made only together, or total ones."""
    sources = list(spreads[0].first)
    caption = {
        "first": "What each source makes alone: share of the variance [%]",
        "total": "What each source makes alone and with others: share of the variance [%]",
    }[order]
    columns = ["figure", *(["standard deviation", "unit"] if order == "first" else [])]
    columns += [_words(source) for source in sources]
    columns += [_TOGETHER[0]] if order == "first" else []
    rows = [_row(evidence, spread, order) for spread in spreads]
    return Table(caption, columns, rows, _NOTES[order])


_NOTES: Final = {
    "first": "A source that draws nothing in this run has exactly 0.",
    "total": "What would be left of the variance if all other sources were known in advance; what "
    "is made together counts for each of those that make it, so that a row may add up to more "
    "than 100 %.",
}


def _row(evidence: Evidence, spread: Spread, order: str) -> list[Entry]:
    row: list[Entry] = [_name(evidence, spread)]
    indices = list((spread.first if order == "first" else spread.total).values())
    if order == "first":
        row.append(number(spread.deviation, factor=factor_of(spread.quantity)))
        row.append(unit_of(spread.quantity, spread.unit))
        indices.append(spread.together)
    return row + [_share(index) for index in indices]


def _share(index: StoredEstimate) -> Number:
    return number(index.value, index.standard_error, factor=100.0)
