"""Whether results keep the contract of :mod:`dtaojax.results.contract`, and their typed reading."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dtaojax.files.text import NAME_LENGTH, shorten, subnet_name, visible
from dtaojax.results.contract import (
    COHORT,
    DECOMPOSITION_COLUMNS,
    SCHEMA_VERSION,
    Results,
    ResultsError,
)
from dtaojax.results.estimates import EstimateTable, StoredEstimate, numbers

if TYPE_CHECKING:
    import pandas as pd

_REQUIRED_TABLES: Final = ("network", "subnets", "initial")
_FLOATS: Final = ("tao_in", "price", "gated_share", "position_alpha", "immune_until_block")
_FLOATS_OF_SOME: Final = ("pre_gate_share", "tao_emission", "emission_per_tao", "rank")
"""Columns that runs of older versions do not have."""
_FLAGS: Final = ("emission_enabled", "in_emit_set")
_INITIAL_COLUMNS: Final = ("netuid", "name", *_FLOATS, *_FLAGS)
_LOSS_COLUMNS: Final = ("day", "valuation", "bin_low", "bin_high", "count")
_NUMBERS: Final = ("value", "standard_error", "ci_low", "ci_high")
VALUATIONS: Final = ("spot", "realizable")


@dataclass(frozen=True)
class Subnet:
    """A subnet in the start state.

    Attributes:
        netuid: Number of the subnet.
        name: Harmless and short name (:func:`dtaojax.files.text.subnet_name`).
        tao_in: TAO in the pool [TAO].
        price: Spot price [TAO/alpha].
        gated_share: Share of the block's emission after gate and mask [ratio].
        position_alpha: Alpha in the portfolio [alpha].
        immune_until_block: First block at which it can be pruned, NaN if unknown [block].
        emission_enabled: True if it may receive TAO emission.
        in_emit_set: True if it takes part in the sharing of the emission.
        pre_gate_share: Share before the gate, NaN if unknown [ratio].
        tao_emission: TAO emission of a block, NaN if unknown [TAO].
        emission_per_tao: Emission that a TAO of buying gains, NaN if unknown [TAO per day and TAO].
        rank: Rank by pre-gate share, NaN without one.
    """

    netuid: int
    name: str
    tao_in: float
    price: float
    gated_share: float
    position_alpha: float
    immune_until_block: float
    emission_enabled: bool
    in_emit_set: bool
    pre_gate_share: float = math.nan
    tao_emission: float = math.nan
    emission_per_tao: float = math.nan
    rank: float = math.nan


@dataclass(frozen=True)
class Histogram:
    """Counts of portfolio losses in bins.

    Attributes:
        edges: Bin edges [TAO], increasing; positive is a loss.
        counts: Paths in each bin.
    """

    edges: tuple[float, ...]
    counts: tuple[float, ...]


@dataclass(frozen=True)
class Spread:
    """What the variance of a figure over paths is made of.

    Attributes:
        quantity: Name of the figure.
        netuid: Netuid of the subnet that the figure is about; None where it is about none.
        day: Days after the start [days].
        unit: Unit of the figure.
        deviation: Standard deviation of the figure over paths, in that unit.
        paths: Number of paths behind each number.
        first: Part of the variance that a source of randomness makes alone, by source [-].
        total: Part of the variance that a source makes alone and with others, by source [-].
        together: Part of the variance that sources make only together [-].
    """

    quantity: str
    netuid: int | None
    day: float
    unit: str
    deviation: float
    paths: int
    first: Mapping[str, StoredEstimate]
    total: Mapping[str, StoredEstimate]
    together: StoredEstimate


@dataclass(frozen=True)
class Evidence:
    """Checked results, as the sections of the report read them.

    Attributes:
        manifest: Record of how the numbers were made.
        network: Estimates about the whole network.
        subnets: Estimates about each subnet.
        portfolio: Estimates about the portfolio, or None without one.
        cohorts: Estimates about each cohort, by its name; empty where they are not told apart.
        initial: Start state by netuid, in order.
        losses: Histograms of losses by valuation and day.
        convergence: Main numbers by the number of paths; empty where they are unknown.
        horizon: Last report day [days].
        spreads: Variances taken apart, figure by figure; empty where that was not asked for.
    """

    manifest: Mapping[str, Any]
    network: EstimateTable
    subnets: EstimateTable
    portfolio: EstimateTable | None
    cohorts: Mapping[str, EstimateTable]
    initial: Mapping[int, Subnet]
    losses: Mapping[tuple[str, float], Histogram]
    convergence: Mapping[int, EstimateTable]
    horizon: float
    spreads: Sequence[Spread] = ()

    def part(self, name: str) -> dict[str, Any]:
        """Return a table of the manifest; empty where the run left none."""
        found = self.manifest.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def block_emission(self) -> float:
        """TAO that a block emits in the start state; NaN if unknown [TAO]."""
        return sum(subnet.tao_emission for subnet in self.initial.values())

    def label(self, netuid: int, length: int = NAME_LENGTH) -> str:
        """Return number and name of a subnet, the name cut to ``length``; root is just that."""
        if netuid == 0:
            return "root"
        return f"SN{netuid} · {shorten(self.initial[netuid].name, length)}"


def read(results: Results) -> Evidence:
    """Check ``results`` and index them.

    Raises:
        ResultsError: The results break the contract; the message names the table and the column,
            row or key.
    """
    manifest = results.manifest
    if not isinstance(manifest, dict) or manifest.get("schema_version") != SCHEMA_VERSION:
        version = manifest.get("schema_version") if isinstance(manifest, dict) else None
        raise ResultsError(
            f"manifest: has schema version {version!r}, this dtaojax reads {SCHEMA_VERSION}; "
            "run again with this version"
        )
    announced = [name for name in manifest.get("tables") or () if name != "paths"]
    for name in dict.fromkeys((*_REQUIRED_TABLES, *announced)):
        if name not in results.tables:
            raise ResultsError(f"table '{name}': is missing; the report needs it; run again")
    initial = _initial(results.tables["initial"])
    network = EstimateTable.from_frame("network", results.tables["network"])
    subnets = EstimateTable.from_frame("subnets", results.tables["subnets"])
    portfolio = (
        EstimateTable.from_frame("portfolio", results.tables["portfolio"])
        if "portfolio" in results.tables
        else None
    )
    # A page names each subnet by the start state, so no table may hold one that is not in there.
    spoken_of = {
        f"table '{table.name}'": table.netuids() for table in (subnets, portfolio) if table
    }
    for place, netuids in spoken_of.items():
        strangers = sorted(netuids - initial.keys() - {0})
        if strangers:
            raise ResultsError(
                f"{place}: speaks of netuid(s) {strangers[:5]} that the table 'initial' does not "
                "hold; run again"
            )
    days = network.days()
    if not days:
        raise ResultsError("table 'network': is empty; run again")
    run = manifest.get("run")
    planned = run.get("report_days") if isinstance(run, dict) else None
    absent = [day for day in planned or () if day not in days]
    if absent:
        raise ResultsError(
            f"manifest, run.report_days: names the day(s) {absent} that the table 'network' does "
            "not hold; manifest and tables are of different runs; run again"
        )
    losses = _losses(results.tables["losses"]) if "losses" in results.tables else {}
    cohorts = _cohorts(results.tables["cohorts"]) if "cohorts" in results.tables else {}
    settling = {}
    if "convergence" in results.tables:
        for paths, rows in results.tables["convergence"].groupby("n_paths", sort=True):
            settling[int(paths)] = EstimateTable.from_frame(f"convergence, {paths} paths", rows)
    spreads = _spreads(results.tables.get("decomposition"))
    return Evidence(
        manifest, network, subnets, portfolio, cohorts, initial, losses, settling, days[-1], spreads
    )


def _spreads(frame: pd.DataFrame | None) -> tuple[Spread, ...]:
    if frame is None:
        return ()
    _need("decomposition", frame, DECOMPOSITION_COLUMNS)
    table = frame.assign(netuid=numbers("decomposition", frame, "netuid"))
    found = []
    for (quantity, netuid, day), rows in table.groupby(
        ["quantity", "netuid", "day"], sort=False, dropna=False
    ):
        orders: dict[str, dict[str, StoredEstimate]] = {"first": {}, "total": {}, "interaction": {}}
        for row in rows.to_dict("records"):
            if row["order"] not in orders:
                raise ResultsError(
                    f"table 'decomposition': order {row['order']!r} is not one of "
                    f"{', '.join(orders)}; run again"
                )
            value, error, low, high = (float(row[name]) for name in _NUMBERS)
            orders[row["order"]][str(row["source"])] = StoredEstimate(value, error, low, high, "")
        one = rows.iloc[0]
        together = next(iter(orders["interaction"].values()), None)
        if together is None or orders["first"].keys() != orders["total"].keys():
            raise ResultsError(
                f"table 'decomposition', {quantity}: lacks an index of a source; run again"
            )
        found.append(
            Spread(
                str(quantity),
                None if math.isnan(netuid) else int(netuid),
                float(day),
                str(one["unit"]),
                float(one["deviation"]),
                int(one["n_paths"]),
                orders["first"],
                orders["total"],
                together,
            )
        )
    return tuple(found)


def _cohorts(frame: pd.DataFrame) -> dict[str, EstimateTable]:
    _need("cohorts", frame, (COHORT,))
    return {
        visible(str(name)): EstimateTable.from_frame(f"cohorts, {name}", rows)
        for name, rows in frame.groupby(COHORT, sort=False)
    }


def _need(table: str, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ResultsError(f"table '{table}': lacks the column(s) {', '.join(missing)}; run again")


def _initial(frame: pd.DataFrame) -> dict[int, Subnet]:
    _need("initial", frame, _INITIAL_COLUMNS)
    floating = (*_FLOATS, *(name for name in _FLOATS_OF_SOME if name in frame.columns))
    columns = {name: numbers("initial", frame, name) for name in (*floating, *_FLAGS)}
    subnets: dict[int, Subnet] = {}
    netuids = numbers("initial", frame, "netuid")
    for row, (netuid, name) in enumerate(zip(netuids, frame["name"].tolist(), strict=True)):
        if math.isnan(netuid) or int(netuid) in subnets:
            raise ResultsError(
                f"table 'initial', row {row}: netuid {netuid:g} is missing or stands there twice; "
                "run again"
            )
        floats = {column: columns[column][row] for column in floating}
        flags = {column: columns[column][row] == 1.0 for column in _FLAGS}
        subnets[int(netuid)] = Subnet(int(netuid), subnet_name(name), **floats, **flags)
    return dict(sorted(subnets.items()))


def _losses(frame: pd.DataFrame) -> dict[tuple[str, float], Histogram]:
    _need("losses", frame, _LOSS_COLUMNS)
    columns = [numbers("losses", frame, name) for name in ("day", "bin_low", "bin_high", "count")]
    bins: dict[tuple[str, float], list[tuple[float, float, float]]] = {}
    for valuation, day, *cell in zip(frame["valuation"].tolist(), *columns, strict=True):
        if valuation not in VALUATIONS:
            raise ResultsError(
                f"table 'losses': valuation {valuation!r} is not one of "
                f"{', '.join(VALUATIONS)}; run again"
            )
        bins.setdefault((valuation, day), []).append(tuple(cell))
    histograms = {}
    for (valuation, day), cells in bins.items():
        cells.sort()
        lows, highs, counts = zip(*cells, strict=True)
        # A gap would be drawn as a bin without paths.
        if highs[:-1] != lows[1:] or not all(low < high for low, high, _ in cells):
            raise ResultsError(
                f"table 'losses', {valuation}, day {day:g}: the bins leave gaps or overlap; "
                "run again"
            )
        histograms[valuation, day] = Histogram((*lows, highs[-1]), counts)
    return histograms
