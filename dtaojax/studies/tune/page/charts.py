"""Figures of a search: how it went, and what is given up for what."""

from __future__ import annotations

from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import Drawing, drawing
from dtaojax.report.numerals import plain
from dtaojax.studies.tune.page.words import Record, label


def frontier_drawing(found: Record) -> Drawing:
    """The measure that is minimised against the one whose bound is swept."""
    points = found["frontier"]
    swept = found["config"]["frontier"]["measure"]
    first = next(iter(found["config"]["minimise"]))
    figure: Figure = new_figure(480, 260)
    axes = figure.add_subplot()
    held = [point for point in points if point["feasible"]]
    axes.errorbar(
        [point["means"][swept] for point in held],
        [point["means"][first] for point in held],
        xerr=[1.96 * point["errors"][swept] for point in held],
        yerr=[1.96 * point["errors"][first] for point in held],
        color=COLOURS["blue"],
        marker="o",
        markersize=4,
        linewidth=1.4,
        elinewidth=0.8,
    )
    start = found["start_means"]
    axes.plot(start[swept], start[first], marker="D", color=COLOURS["orange"], markersize=6)
    axes.annotate(
        "start",
        (start[swept], start[first]),
        textcoords="offset points",
        xytext=(8, 4),
        color=COLOURS["orange"],
    )
    axes.set_xlabel(label(swept))
    axes.set_ylabel(label(first))
    return drawing(
        "frontier-curve",
        f"{label(first)} against {label(swept)}",
        "Bars are 95 % Monte Carlo intervals; the diamond is the start.",
        figure,
        "; ".join(
            f"{label(swept)} {plain(point['means'][swept])}: {label(first)} "
            f"{plain(point['means'][first])}"
            for point in held
        ),
    )


def objective_drawing(found: Record) -> Drawing:
    """How far the best search came by each of its steps."""
    figure: Figure = new_figure(480, 220)
    axes = figure.add_subplot()
    steps = range(len(found["objective_by_step"]))
    axes.plot(steps, found["objective_by_step"], color=COLOURS["blue"], linewidth=1.8)
    axes.set_xlabel("step")
    axes.set_ylabel("objective")
    first, last = found["objective_by_step"][0], found["objective"]
    return drawing(
        "objective",
        "Objective by step of the best search",
        f"From {plain(first)} to {plain(last)} at the best point that keeps the constraints.",
        figure,
    )
