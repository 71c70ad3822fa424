"""Numbers that are finite and cannot be: refused where reported, counted where a path has them."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dtaojax import chain
from dtaojax.metrics.tables import frame, sample_rows
from dtaojax.results.contract import QUANTILE_LEVELS, ResultsError
from dtaojax.studies.run.output_limits import OutputWatch, most, refuse_nonsense
from dtaojax.world.follower import Figure

FIGURES = (
    Figure("total_tao_in", "TAO"),
    Figure("emission_on_sale", "ratio"),
    Figure("sum_price", "TAO/alpha"),
    Figure("proceeds", "TAO", "cohort", party="miner"),
    Figure("value_spot", "TAO", "position", position=0),
    Figure("value_spot", "TAO", "position", position=1),
)
COLUMNS = [figure.column((4, 0)) for figure in FIGURES]
HARMLESS = (5e6, 3.0, 1.5, 5e7, 1.1e7, 1.0)
KEPT = np.full(6, -1)


def watched(*paths: tuple[float, ...], lost_at: np.ndarray | None = None) -> OutputWatch:
    """A watch that has seen each path at two moments, of which the first is harmless."""
    watch = OutputWatch(FIGURES)
    scalars = np.array([[HARMLESS, path] for path in paths])
    watch.take(scalars, KEPT[: len(paths)] if lost_at is None else lost_at)
    return watch


@pytest.mark.parametrize("place", ["total_tao_in", "sum_price", "value_spot[4]", "value_spot[0]"])
def test_path_beyond_a_limit_is_counted_and_said(place: str) -> None:
    path = list(HARMLESS)
    path[COLUMNS.index(place)] = 3e7
    watch = watched(HARMLESS, tuple(path), HARMLESS)
    assert (watch.beyond, watch.used) == (1, 3)
    assert watch.warnings()[0].startswith("1 of 3 paths hold more TAO than there can be")


def test_positions_are_worth_more_than_all_tao_together() -> None:
    assert watched((*HARMLESS[:4], 1.2e7, 1.2e7)).beyond == 1
    assert watched((*HARMLESS[:4], 1.2e7, chain.MAX_SUPPLY - 1.2e7)).beyond == 0


def test_sums_over_time_and_ratios_have_no_limit() -> None:
    watch = watched((5e6, 1e9, 1.5, 1e9, 1.1e7, 1.0))
    assert watch.beyond == 0
    assert watch.warnings() == []
    assert most("proceeds", "TAO") == most("buying_to_bar", "TAO") == math.inf


def test_lost_paths_are_not_counted_twice() -> None:
    beyond = (3e7, *HARMLESS[1:])
    watch = watched(beyond, beyond, lost_at=np.array([1, -1]))
    assert (watch.beyond, watch.used) == (1, 1)


def estimates(quantity: str, values: np.ndarray, unit: str, netuid: int | None = None) -> dict:
    scope = "network" if netuid is None else "subnet"
    rows = list(sample_rows(quantity, scope, netuid, 30.0, values, unit))
    return {"network" if netuid is None else "subnets": frame(rows)}


@pytest.mark.parametrize(
    ("quantity", "unit", "limit"),
    [
        ("total_tao_in", "TAO", 21e6),
        ("value_realizable", "TAO", 21e6),
        ("price", "TAO/alpha", 1e6),
        ("tao_usd", "USD/TAO", 1e5),
        ("value_spot_usd", "USD", 21e11),
    ],
)
def test_reported_number_may_reach_its_limit_but_not_pass_it(
    quantity: str, unit: str, limit: float
) -> None:
    watch = watched(HARMLESS)
    at, above = np.full(6, limit), np.full(6, np.nextafter(limit, np.inf))
    refuse_nonsense(Path("out"), estimates(quantity, at, unit), watch)
    with pytest.raises(ResultsError) as refused:
        refuse_nonsense(Path("out"), estimates(quantity, above, unit, 19), watch)
    said = str(refused.value)
    assert said.startswith(f"out: {quantity} of netuid 19 (mean, day 30) comes to ")
    assert f"{limit:,.0f} {unit} (and {len(QUANTILE_LEVELS)} more such numbers)" in said
    assert "lower drift" in said


def test_single_wild_path_is_no_reason_to_refuse_what_is_reported() -> None:
    values = np.append(np.full(999, 1e6), 3e9)
    tables = estimates("total_tao_in", values, "TAO")
    assert tables["network"]["value"].max() < chain.MAX_SUPPLY
    refuse_nonsense(Path("out"), tables, watched(HARMLESS))


def test_withheld_and_unlimited_numbers_pass() -> None:
    table = estimates("total_tao_in", np.full(6, 1e6), "TAO")["network"]
    unknown = table.assign(value=np.nan)
    flows = table.assign(quantity="net_proceeds", value=1e9)
    refuse_nonsense(Path("out"), {"network": pd.concat([unknown, flows])}, watched(HARMLESS))
