"""Draw the figures of README and docs/mechanism_explained.md: python scripts/figures.py

They are standing SVG files in docs/figures, in the report's style with its light colours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.ticker import FuncFormatter, NullFormatter

from dtaojax import chain
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.gate.hill import hill_gate
from dtaojax.mechanism.liquidity.pools import buy_output, spot_price
from dtaojax.mechanism.moving_price.ema import PriceEma, PricePath
from dtaojax.network import load_network
from dtaojax.report.charts.svg import COLOURS, drawing_style, new_figure, render
from dtaojax.report.numerals import compact
from dtaojax.state.network import Pools
from dtaojax.studies.inspect.next_block import next_block

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "figures"
SAMPLE: Final = ROOT / "reports" / "sample"
NETWORK: Final = "finney_8791253"
RULES: Final = MechanismConfig.model_validate("gate_rank_2026")

WIDTH: Final = 640.0

Drawn = tuple[Figure, str, str]
"""A figure, its title and its text alternative."""


def loop() -> Drawn:
    """The loop of demand, prices and emission."""
    figure = new_figure(WIDTH, 300.0)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0.0, WIDTH)
    axes.set_ylim(0.0, 300.0)
    boxes = {
        "users": (85.0, 232.0, "Users\nbuy and sell alpha", "orange"),
        "pool": (320.0, 232.0, "Pool\nspot price p = y / x", "blue"),
        "average": (555.0, 232.0, "Moving price\nhalf-life 7.7 hours", "blue"),
        "share": (555.0, 66.0, "Share of emission\nburn, gate, switch", "violet"),
        "tao": (320.0, 66.0, "TAO of the subnet\ninjection and chain buy", "teal"),
        "alpha": (85.0, 66.0, "1 alpha a block to owner,\nminers, validators, root", "orange"),
    }
    for x, y, text, colour in boxes.values():
        box = FancyBboxPatch(
            (x - 77.0, y - 26.0),
            154.0,
            52.0,
            boxstyle="round,pad=0,rounding_size=8",
            facecolor=COLOURS["paper"],
            edgecolor=COLOURS[colour],
            linewidth=1.6,
        )
        axes.add_patch(box)
        axes.text(x, y, text, ha="center", va="center", linespacing=1.5)
    _arrow(axes, (162.0, 232.0), (241.0, 232.0), "push the price", (201.0, 244.0))
    _arrow(axes, (397.0, 232.0), (476.0, 232.0), "is averaged", (436.0, 244.0))
    _arrow(axes, (555.0, 206.0), (555.0, 94.0), "sets", (561.0, 150.0), "left")
    _arrow(axes, (478.0, 66.0), (399.0, 66.0), "0.5 TAO a block", (438.0, 78.0))
    text = "deepens the pool,\nraises the price"
    _arrow(axes, (320.0, 92.0), (320.0, 204.0), text, (326.0, 150.0), "left")
    _arrow(axes, (85.0, 92.0), (85.0, 204.0), "is partly sold", (91.0, 150.0), "left")
    return (
        figure,
        "The loop of dynamic TAO",
        "Users push the pool's price; its average sets the subnet's share of the TAO emission; "
        "that TAO deepens the pool and buys alpha, which raises the price again. Each subnet also "
        "mints an alpha a block for its owner, miners, validators and root, part of which is sold.",
    )


def slippage() -> Drawn:
    """What a purchase loses to slippage and fee, by its size and the pool's depth."""
    figure, axes = _plot("TAO paid", "lost against the spot price")
    paid = np.geomspace(1.0, 20_000.0, 200)
    fee = chain.FEE_RATE_U16 / chain.U16_MAX
    told = []
    for depth, colour in ((1_000.0, "orange"), (10_000.0, "teal"), (100_000.0, "blue")):
        even = jnp.full(paid.shape, depth)
        zero = jnp.zeros_like(even)
        pools = Pools(even, even / 0.01, jnp.full_like(even, 0.5), zero, zero)
        worth = buy_output(pools, paid * (1 - fee)) * spot_price(pools)
        lost = 100.0 * (1.0 - np.asarray(worth) / paid)
        axes.plot(paid, lost, color=COLOURS[colour], linewidth=1.8)
        place = int(np.argmin(np.abs(lost - min(30.0, lost[-1]))))
        axes.annotate(
            f"pool of {depth:,.0f} TAO",
            (paid[place], lost[place]),
            xytext=(-6.0, 6.0),
            textcoords="offset points",
            ha="right",
            color=COLOURS[colour],
        )
        told.append(f"{np.interp(100.0, paid, lost):.2g} % in a pool of {depth:,.0f} TAO")
    axes.set_xscale("log")
    axes.set_xlim(1.0, 20_000.0)
    axes.set_ylim(0.0, 60.0)
    _numbers(axes, x="", y=" %")
    return figure, "Slippage and fee of a purchase", f"Paying 100 TAO loses {', '.join(told)}."


def moving_price() -> Drawn:
    """How the moving price follows a price that doubles for a day."""
    figure, axes = _plot("hours after the price doubled", "moving price / price before")
    blocks, step = 2 * chain.BLOCKS_PER_DAY, 60
    at = step * np.arange(blocks // step + 1)
    spot = np.where((at > 0) & (at <= chain.BLOCKS_PER_DAY), 2.0, 1.0)
    live = RULES.build().moving_price
    launch = MechanismConfig.model_validate("launch_2025").build().moving_price
    hours = at / 300.0
    axes.step(
        hours, spot, where="pre", color=COLOURS["muted"], linewidth=1.2, linestyle=(0, (4, 2))
    )
    reached = []
    for ema, age_days, colour, label in (
        (live, 600.0, "blue", "old subnet"),
        (live, 28.0, "teal", "28 days old"),
        (launch, 600.0, "orange", "at launch, 2025"),
    ):
        followed = _followed(ema, spot, age_days, step)
        axes.plot(hours, followed, color=COLOURS[colour], linewidth=1.8)
        place = np.searchsorted(hours, 21.0)
        axes.annotate(
            label,
            (hours[place], followed[place]),
            xytext=(-6.0, 7.0),
            textcoords="offset points",
            ha="right",
            color=COLOURS[colour],
        )
        reached.append(f"{label} {followed[np.searchsorted(hours, 24.0)]:.2f}")
    axes.set_xlim(0.0, 48.0)
    axes.set_xticks(range(0, 49, 8))
    axes.set_ylim(0.95, 2.08)
    return (
        figure,
        "The moving price after a day at twice the price",
        f"Moving price over the price before, after 24 hours at twice the price: "
        f"{', '.join(reached)}.",
    )


def _followed(ema: PriceEma, spot: np.ndarray, age_days: float, step: int) -> np.ndarray:
    """The moving price at each point of a spot price, both 1 at first, in prices of 0.01."""
    scale, age = 0.01, round(age_days * chain.BLOCKS_PER_DAY)

    def advance(moving: jax.Array, seen: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, ...]:
        price, number = seen
        path = PricePath(price, price, price)
        block = age + number * step
        moved = ema(moving, path, jnp.asarray([1]), block, step)
        return moved, moved

    numbers = jnp.arange(len(spot) - 1)
    prices = jnp.asarray(scale * spot[1:, np.newaxis])
    moved = jax.lax.scan(advance, jnp.asarray([scale]), (prices, numbers))[1]
    return np.append(1.0, np.asarray(moved)[:, 0] / scale)


def gate() -> Drawn:
    """Shares of emission before and after the gate, by rank."""
    found = next_block(RULES, load_network(NETWORK))
    before = np.array(sorted((each["pre_gate_share"] for each in found["subnets"]), reverse=True))
    before = before[before > 0.0]
    bar = found["gate_bar"]
    exponent = jnp.asarray(RULES.gate.exponent)
    after = np.asarray(hill_gate(jnp.asarray(before), jnp.asarray(bar), exponent))
    rank = np.arange(1, len(before) + 1)
    figure, axes = _plot("rank of the subnet", "share of emission")
    for shares, colour, label in (
        (before, "orange", "before the gate"),
        (after, "blue", "after the gate"),
    ):
        axes.plot(rank, 100.0 * shares, ".", color=COLOURS[colour], markersize=4.5)
        axes.annotate(
            label,
            (rank[54], 100.0 * shares[54]),
            xytext=(4.0, 8.0),
            textcoords="offset points",
            color=COLOURS[colour],
        )
    axes.axhline(100.0 * bar, color=COLOURS["muted"], linewidth=0.9)
    axes.annotate(
        f"bar θ = {100.0 * bar:.2f} %, the share of rank {RULES.gate.rank}",
        (94.0, 100.0 * bar),
        xytext=(0.0, 5.0),
        textcoords="offset points",
        ha="right",
        color=COLOURS["muted"],
    )
    axes.set_yscale("log")
    axes.set_xlim(0.0, 95.0)
    axes.set_ylim(0.001, 20.0)
    _numbers(axes, x="", y=" %")
    first, then = (100.0 * shares[: RULES.gate.rank].sum() for shares in (before, after))
    return (
        figure,
        "Shares of emission before and after the gate, block 8,791,253",
        "Subnets with a share, by rank; what is below 0.001 % is not shown. The gate raises the "
        f"{RULES.gate.rank} largest from {first:.0f} % to {then:.0f} % of all emission.",
    )


def emission() -> Drawn:
    """Where the TAO of the largest subnets goes."""
    found = next_block(RULES, load_network(NETWORK))
    rows = found["subnets"][:16]
    a_day = chain.BLOCKS_PER_DAY
    injected = a_day * np.array([each["tao_in_emission"] for each in rows])
    bought = a_day * np.array([each["excess_tao"] for each in rows])
    figure, axes = _plot("", "TAO a day")
    places = np.arange(len(rows))
    for low, amount, colour, label in (
        (0.0, injected, "teal", "injected into the pool"),
        (injected, bought, "blue", "chain buys"),
    ):
        axes.bar(places, amount, bottom=low, width=0.7, color=COLOURS[colour], label=label)
    axes.set_xticks(places, [f"SN{each['netuid']}" for each in rows], fontsize=9.0)
    axes.grid(visible=False, axis="x")
    axes.legend(frameon=False, loc="upper right")
    everyone = found["subnets"]
    total = sum(each["tao_emission"] for each in everyone)
    part = sum(each["excess_tao"] for each in everyone) / total
    return (
        figure,
        "TAO of the sixteen largest subnets in a day, block 8,791,253",
        f"Injection ends at root proportion times alpha emission times price; the rest buys alpha. "
        f"Over all subnets {100.0 * part:.0f} % of the TAO are chain buys.",
    )


def answer() -> Drawn:
    """What a run answers first, from the sample: concentration of emission, and a holder's loss."""
    figure = new_figure(WIDTH, 270.0)
    left = figure.add_axes((0.07, 0.17, 0.40, 0.66))
    right = figure.add_axes((0.55, 0.17, 0.43, 0.66))
    network = pd.read_parquet(SAMPLE / "network.parquet")
    number = network[network["quantity"] == "emission_effective_number"]
    levels = number.pivot_table(index="day", columns="level", values="value")
    for low, high, alpha in ((0.025, 0.975, 0.18), (0.25, 0.75, 0.38)):
        left.fill_between(
            levels.index, levels[low], levels[high], color=COLOURS["blue"], alpha=alpha, linewidth=0
        )
    mean = number[number["statistic"] == "mean"].set_index("day")["value"]
    left.plot(mean.index, mean, color=COLOURS["blue"], linewidth=2.0)
    left.set_xlim(0.0, mean.index[-1])
    left.set_ylim(0.0)
    left.set_xlabel("days from the start")
    _title(left, "Effective number of subnets by TAO emission")
    for text, height in (("50 % of paths", levels[0.75]), ("95 % of paths", levels[0.975])):
        left.text(64.0, np.interp(64.0, levels.index, height) - 0.4, text, va="top", fontsize=8.5)

    losses = pd.read_parquet(SAMPLE / "losses.parquet")
    shown = losses[(losses["day"] == mean.index[-1]) & (losses["valuation"] == "realizable")]
    portfolio = pd.read_parquet(SAMPLE / "portfolio.parquet")
    at_end = portfolio[
        (portfolio["day"] == mean.index[-1]) & (portfolio["quantity"] == "loss_realizable")
    ]
    tail = at_end[(at_end["scope"] == "portfolio") & (at_end["level"] == 0.95)]
    value_at_risk = tail.loc[tail["statistic"] == "var", "value"].item()
    shortfall = tail.loc[tail["statistic"] == "es", "value"].item()
    middle = (shown["bin_low"] + shown["bin_high"]) / 2.0
    colours = np.where(middle > value_at_risk, COLOURS["red"], COLOURS["teal"])
    right.bar(middle, shown["count"], shown["bin_high"] - shown["bin_low"], color=colours)
    top = 1.22 * shown["count"].max()
    right.set_ylim(0.0, top)
    right.axvline(value_at_risk, color=COLOURS["ink"], linewidth=1.2)
    right.text(
        right.get_xlim()[0],
        0.97 * top,
        f"5 % of paths lose more than\n{value_at_risk:.0f} TAO (VaR 95 %), on\naverage "
        f"{shortfall:.0f} TAO (ES 95 %)",
        va="top",
        fontsize=9.5,
        linespacing=1.5,
        color=COLOURS["red"],
    )
    right.set_xlabel("loss on day 90 [TAO], negative where it is a gain")
    right.set_yticks([])
    _title(right, "A holder's loss, paths out of 2,048")
    today, later = mean.iloc[0], mean.iloc[-1]
    return (
        figure,
        "What a run answers first",
        f"Left: the effective number of subnets by TAO emission is {today:.1f} today and "
        f"{later:.1f} on average after 90 days. Right: the holder's loss after 90 days exceeds "
        f"{value_at_risk:.0f} TAO on 5 % of the paths.",
    )


FIGURES: Final[dict[str, Callable[[], Drawn]]] = {
    "answer": answer,
    "loop": loop,
    "slippage": slippage,
    "moving_price": moving_price,
    "gate": gate,
    "emission": emission,
}


def main() -> None:
    """Writes every figure."""
    jax.config.update("jax_enable_x64", True)
    FOLDER.mkdir(exist_ok=True)
    for name, draw in FIGURES.items():
        with drawing_style():
            figure, title, description = draw()
            inline = str(render(figure, name, title, description, str))
        (FOLDER / f"{name}.svg").write_text(standing(inline), encoding="utf-8")


def standing(inline: str) -> str:
    """A file of its own from a figure for a page: name space, paper, and the page's colours."""
    css = (ROOT / "dtaojax" / "report" / "assets" / "report.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--(\w+): (#\w{6})", css.partition("}")[0]))
    coloured = re.sub(r"var\(--(\w+)\)", lambda found: light[found[1]], inline)
    head = 'xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif"'
    opened = coloured.replace("<svg ", f"<svg {head} ", 1)
    paper = f'<rect width="100%" height="100%" rx="8" fill="{light["paper"]}" />'
    return opened.replace("</desc>", f"</desc>{paper}", 1) + "\n"


def _plot(x: str, y: str) -> tuple[Figure, Axes]:
    figure = new_figure(WIDTH, 300.0)
    axes = figure.add_axes((0.11, 0.15, 0.86, 0.81))
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return figure, axes


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=11.0, color=COLOURS["ink"], pad=10.0)


def _numbers(axes: Axes, x: str, y: str) -> None:
    for axis, suffix in ((axes.xaxis, x), (axes.yaxis, y)):
        axis.set_major_formatter(FuncFormatter(lambda value, _, end=suffix: compact(value) + end))
        axis.set_minor_formatter(NullFormatter())


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str,
    place: tuple[float, float],
    align: str = "center",
) -> None:
    style = "-|>,head_length=6,head_width=3.5"
    arrow = FancyArrowPatch(
        start, end, arrowstyle=style, color=COLOURS["muted"], linewidth=1.3, shrinkA=3, shrinkB=0
    )
    axes.add_patch(arrow)
    axes.text(*place, text, ha=align, va="center", color=COLOURS["muted"], fontsize=9.0)


if __name__ == "__main__":
    main()
