"""Folders of finished runs with their single paths, made from random numbers without simulating."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from report_fixture import make_results

from dtaojax.metrics.portfolio import loss_histogram, portfolio_rows
from dtaojax.metrics.tables import frame, sample_rows
from dtaojax.results.contract import Results, save
from dtaojax.studies.run.path_table import PathTableReader, PathTableWriter, portfolio_sample

DAYS = (0.0, 1.0, 2.0)
PATHS = 400
UNITS = {
    "emission_effective_number": "subnets",
    "emission_top10_share": "ratio",
    "total_tao_in": "TAO",
    "sum_price": "TAO/alpha",
}
NETUIDS = (4, 19, 0)
NAMES = (
    *UNITS,
    *(f"value_{valuation}[{n}]" for valuation in ("spot", "realizable") for n in NETUIDS),
    "max_drawdown",
    *(f"exit_days[{n}]" for n in NETUIDS),
)
_POSITIONS = ("value_spot[4]", "value_spot[19]", "value_realizable[4]", "value_realizable[19]")
_TOY = make_results()


def make_run(
    folder: Path,
    *,
    shift: Mapping[str, float] | None = None,
    luck: float = 0.0,
    lost: Collection[int] = (),
    names: Mapping[int, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Path:
    """Writes the results of a made-up run.

    Args:
        folder: made.
        shift: added to a figure on every path and later day.
        luck: how much of other random numbers is mixed into those that all runs share.
        lost: paths that turned non-finite by day 1.
        names: of subnets, in place of the true ones.
        manifest: entries of the manifest's tables to replace, by dotted key.
    """
    folder.mkdir(parents=True)
    scalars = _scalars(shift or {}, luck)
    lost_at = np.full(PATHS, -1)
    lost_at[list(lost)] = 1
    with PathTableWriter(folder / "paths.parquet", NAMES, DAYS) as writer:
        writer.write(0, scalars, lost_at)
    reader = PathTableReader(folder / "paths.parquet")
    network = [
        row
        for day in DAYS
        for name, unit in UNITS.items()
        for row in sample_rows(name, "network", None, day, reader.sample(name, day), unit)
    ]
    start, *later = (portfolio_sample(reader, NETUIDS, day, with_usd=False) for day in DAYS)
    toy = make_results(names=names) if names else _TOY
    subnets = toy.tables["subnets"]
    subnets = subnets[subnets["day"].isin((0.0, 90.0))]
    tables = {
        "network": frame(network),
        "subnets": subnets.assign(day=subnets["day"].replace(90.0, DAYS[-1])),
        "initial": toy.tables["initial"],
        "portfolio": frame(list(portfolio_rows(start, later, dict.fromkeys(NETUIDS, 1.0)))),
        "losses": loss_histogram(start, later),
    }
    told = _manifest(len(lost))
    for key, value in (manifest or {}).items():
        *way, last = key.split(".")
        node = told
        for part in way:
            node = node[part]
        node[last] = value
    save(Results(told, (), tables), folder)
    return folder


def _scalars(shift: Mapping[str, float], luck: float) -> np.ndarray:
    """Figures (paths, days, names); those of the start are the same on every path."""
    shared, own = (
        np.random.default_rng(seed).standard_t(4, size=(PATHS, len(DAYS), len(NAMES)))
        for seed in (1, 2)
    )
    noise = (shared + luck * own) * np.array(DAYS)[:, None]
    base = np.array([100.0 + 10.0 * place for place in range(len(NAMES))])
    scale = np.where(np.isin(NAMES, _POSITIONS), 5.0, 1.0)
    added = np.array([shift.get(name, 0.0) for name in NAMES])
    return base + scale * noise + added * (np.array(DAYS) > 0.0)[:, None]


def _manifest(lost: int) -> dict[str, Any]:
    told = copy.deepcopy(_TOY.manifest)
    told["config"]["portfolio"] = {"root_tao": 100.0, "alpha": {"4": 1.0, "19": 1.0}}
    told["paths"] = {"requested": PATHS, "used": PATHS - lost, "lost": lost, "lost_reasons": {}}
    told["run"] |= {"horizon_days": DAYS[-1], "report_days": list(DAYS[1:])}
    told["tables"] = ["network", "subnets", "initial", "portfolio", "losses", "paths"]
    return told
