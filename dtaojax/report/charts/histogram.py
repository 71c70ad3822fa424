"""The distribution of portfolio losses with its value at risk and expected shortfall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.numerals import compact
from dtaojax.results.read import Histogram

_WIDTH: Final = 430.0
_HEIGHT: Final = 215.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 14.0, 14.0, 8.0, 36.0
_HEADROOM: Final = 0.5
"""Part of the height above the highest bin, which holds the labels of the lines."""
_HIDDEN_GAINS: Final = 0.01


@dataclass(frozen=True)
class MeasureLine:
    """A vertical line at ``value`` [TAO]; ``label`` says what it is and how much."""

    label: str
    value: float
    colour: str
    dashed: bool


def loss_histogram_chart(
    histogram: Histogram, lines: Sequence[MeasureLine], limits: tuple[float, float]
) -> Figure:
    """Draw the histogram, gains green and losses red, and labelled lines for the tail measures.

    Args:
        histogram: Bins that may have different widths; heights are counts per TAO.
        lines: Lines, whose labels are drawn one above the other, so that they cannot overlap.
        limits: Limits of the axis [TAO], so that two charts can be compared.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    left, bottom = _LEFT / _WIDTH, _BOTTOM / _HEIGHT
    axes = figure.add_axes(
        (left, bottom, 1.0 - left - _RIGHT / _WIDTH, 1.0 - bottom - _TOP / _HEIGHT)
    )
    edges, density = _split_at_zero(histogram)
    for colour, part in (("green", edges[:-1] < 0.0), ("red", edges[:-1] >= 0.0)):
        if part.any():
            heights = np.where(part, density, 0.0)
            axes.stairs(heights, edges, fill=True, color=COLOURS[colour], alpha=0.55)
    peak = float(density.max(initial=0.0)) or 1.0
    axes.set_ylim(0.0, peak * (1.0 + _HEADROOM))
    axes.set_xlim(*limits)
    axes.axvline(0.0, color=COLOURS["muted"], linewidth=0.8)
    # The line farthest from the labels' side is the highest, so no label crosses another line.
    on_left = sum(line.value for line in lines) > len(lines) * 0.5 * (limits[0] + limits[1])
    highest_first = sorted(lines, key=lambda line: line.value, reverse=on_left)
    for place, line in enumerate(highest_first):
        height = peak * (1.0 + _HEADROOM * (1.0 - (place + 0.6) / max(len(lines), 1)))
        axes.plot(
            [line.value, line.value],
            [0.0, height],
            color=COLOURS[line.colour],
            linewidth=1.5,
            linestyle=(0.0, (4.0, 2.0)) if line.dashed else "solid",
        )
        axes.annotate(
            line.label,
            xy=(line.value, height),
            xytext=(-4.0 if on_left else 4.0, -1.0),
            textcoords="offset points",
            ha="right" if on_left else "left",
            va="center",
            color=COLOURS[line.colour],
            fontweight="bold",
            annotation_clip=False,
        )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("loss [TAO]; left of 0 is a gain")
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
    return figure


def common_limits(
    histograms: Sequence[Histogram], lines: Sequence[MeasureLine]
) -> tuple[float, float]:
    """Return limits [TAO] around zero, every line and every filled bin but the 1 % highest gains.

    A few enormous gains would otherwise squeeze the losses, which the chart is about;
    :func:`count_outside` tells how many paths are not drawn.
    """
    places = [0.0, *(line.value for line in lines)]
    for histogram in histograms:
        edges, counts = np.asarray(histogram.edges), np.asarray(histogram.counts)
        filled = counts > 0.0
        is_drawn = filled & (np.cumsum(counts) > _HIDDEN_GAINS * counts.sum())
        places += [*edges[:-1][is_drawn].tolist(), *edges[1:][is_drawn].tolist()]
    finite = [place for place in places if np.isfinite(place)]
    low, high = min(finite), max(finite)
    margin = 0.03 * (high - low) or 1.0
    return low - margin, high + margin


def _split_at_zero(histogram: Histogram) -> tuple[np.ndarray, np.ndarray]:
    """Return edges and counts per TAO, with an edge at zero; open bins at the ends are left out."""
    edges = np.asarray(histogram.edges, dtype=float)
    counts = np.asarray(histogram.counts, dtype=float)
    inner = np.isfinite(edges[:-1]) & np.isfinite(edges[1:])
    edges = np.append(edges[:-1][inner], edges[1:][inner][-1:])
    # Heights are counts per TAO, since bins have different widths.
    density = counts[inner] / np.diff(edges)
    # The bin that holds zero is cut there, so that gains and losses can have colours of their own.
    place = int(np.searchsorted(edges, 0.0))
    if 0 < place < edges.size and edges[place] != 0.0:
        edges = np.insert(edges, place, 0.0)
        density = np.insert(density, place, density[place - 1])
    return edges, density


def count_outside(histogram: Histogram, limits: tuple[float, float]) -> int:
    """Count paths in bins that are not drawn in full: beyond the limits, or without an edge."""
    edges = np.asarray(histogram.edges)
    is_outside = (edges[:-1] < limits[0]) | (edges[1:] > limits[1])
    return int(np.asarray(histogram.counts)[is_outside].sum())
