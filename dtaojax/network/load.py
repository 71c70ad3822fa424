"""Loading a network by name or from a file into a checked `NetworkTable`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from dtaojax.chain import MAX_SUPPLY
from dtaojax.network.check import (
    OBSERVED,
    OTHER,
    RULES,
    Rule,
    read_column,
    read_names,
    read_netuids,
    require_columns,
)
from dtaojax.network.errors import NetworkError
from dtaojax.network.facts import Facts, read_facts
from dtaojax.network.read import RawTable, read_table
from dtaojax.network.table import NOT_STARTED, FloatArray, NetworkTable

_DATA: Final = Path(__file__).parent / "data"
_Array = TypeVar("_Array", bound=NDArray[Any])


def embedded_networks() -> tuple[str, ...]:
    """Names of the networks that come with the package."""
    return tuple(sorted(path.stem for path in _DATA.glob("*.csv")))


def load_network(file: str | Path, **facts: int | float | None) -> NetworkTable:
    """Loads the state of a network.

    Args:
        file: the name of an embedded network, or the path of a CSV or Parquet file. A text without
            folder and ending is a name.
        facts: override the companion facts, by their names there: ``block``, ``total_issuance``
            [TAO], ``gate_bar``, ``last_lock_cost`` [TAO], ``last_lock_block``. None does not.

    Returns:
        The checked table; subnets sorted by netuid, root apart.

    Raises:
        NetworkError: the network is unknown, or its file or facts are missing or impossible.
    """
    path = _find(file)
    raw = read_table(path)
    require_columns(raw)
    netuids = read_netuids(raw)
    return _build(raw, netuids, read_facts(path, facts))


def _find(file: str | Path) -> Path:
    path = Path(file)
    if isinstance(file, Path) or path.suffix or path.name != file:
        return path
    known = embedded_networks()
    if file not in known:
        match = difflib.get_close_matches(file, known, n=1)
        hint = f'did you mean "{match[0]}"?' if match else f"there is {', '.join(known)}."
        text = (
            f"no embedded network has this name; {hint} A file needs its ending, .csv or .parquet"
        )
        raise NetworkError(file, [text])
    return _DATA / f"{file}.csv"


def _build(raw: RawTable, netuids: list[int], facts: Facts) -> NetworkTable:
    rows = sorted((row for row, netuid in enumerate(netuids) if netuid), key=netuids.__getitem__)
    if 0 not in netuids:
        text = "there is no row with netuid 0; add root, whose tao_in is the TAO staked to root"
        raise NetworkError(raw.source, [text])
    if not rows:
        raise NetworkError(raw.source, ["there is no subnet besides root; add at least one row"])

    problems: list[str] = []

    def column(rule: Rule) -> FloatArray:
        return read_column(raw, rule, rows, netuids, problems)

    values = {rule.column: column(rule) for rule in RULES}
    observed = {rule.column: column(rule) for rule in OBSERVED if rule.column in raw.columns}
    other = {rule.column: column(rule) for rule in OTHER if rule.column in raw.columns}
    tao_rule = next(rule for rule in RULES if rule.column == "tao_in")
    root_tao = float(read_column(raw, tao_rule, [netuids.index(0)], netuids, problems)[0])
    if problems:
        raise NetworkError(raw.source, problems)
    _check_across(raw, rows, netuids, values, root_tao, facts)

    def integers(name: str) -> NDArray[np.int64]:
        return _frozen(values[name].astype(np.int64))

    def floats(name: str) -> FloatArray:
        return _frozen(values[name])

    return NetworkTable(
        name=facts.name,
        block=facts.block,
        total_issuance=facts.total_issuance,
        root_tao=root_tao,
        gate_bar=facts.gate_bar,
        last_lock_cost=facts.last_lock_cost,
        last_lock_block=(
            int(values["registered_at"].max())
            if facts.last_lock_block is None
            else facts.last_lock_block
        ),
        netuid=_frozen(np.array([netuids[row] for row in rows], dtype=np.int64)),
        names=read_names(raw, rows),
        registered_at=integers("registered_at"),
        first_emission_block=integers("first_emission_block"),
        tao_in=floats("tao_in"),
        alpha_in=floats("alpha_in"),
        alpha_out=floats("alpha_out"),
        moving_price=_frozen(np.nan_to_num(values["moving_price"], nan=0.0)),
        emission_enabled=_frozen(values["emission_enabled"] == 1.0),
        miner_burned=floats("miner_burned"),
        owner_cut_enabled=_frozen(values["owner_cut_enabled"] == 1.0),
        w_tao=floats("w_tao"),
        protocol_alpha=floats("protocol_alpha"),
        observed=_frozen_map(observed) if observed else None,
        other=_frozen_map(other),
    )


def _check_across(
    raw: RawTable,
    rows: list[int],
    netuids: list[int],
    values: dict[str, FloatArray],
    root_tao: float,
    facts: Facts,
) -> None:
    """Refuses what each cell allows but the state as a whole does not."""
    started = values["first_emission_block"] != NOT_STARTED
    alpha = values["alpha_in"] + values["alpha_out"]
    late = values["first_emission_block"] > facts.block + 1
    priceless = np.isnan(values["moving_price"])
    faulty_rows = {
        "moving_price is empty but the subnet has started; write its price EMA": priceless
        & started,
        f"registered_at is past block {facts.block:,}": values["registered_at"] > facts.block,
        f"first_emission_block is past block {facts.block:,}; leave it empty if not started": late,
        f"alpha_in + alpha_out is above the supply cap of {MAX_SUPPLY:,.0f}": alpha > MAX_SUPPLY,
        "protocol_alpha is more than alpha_out, of which it is a part": (
            values["protocol_alpha"] > values["alpha_out"]
        ),
    }
    problems = []
    for fault, where in faulty_rows.items():
        if where.any():
            row = rows[int(np.argmax(where))]
            more = f" (and {where.sum() - 1} more such rows)" if where.sum() > 1 else ""
            problems.append(f"{raw.places[row]} (netuid {netuids[row]}): {fault}{more}")
    total = float(values["tao_in"].sum()) + root_tao
    if total > MAX_SUPPLY:
        problems.append(
            f"tao_in sums to {total:,.0f}, above the supply cap of {MAX_SUPPLY:,.0f}; "
            "this looks like rao: divide by 1e9"
        )
    elif total > facts.total_issuance:
        problems.append(
            f"tao_in sums to {total:,.0f}, more than the total_issuance of "
            f"{facts.total_issuance:,.0f} TAO; correct one of them"
        )
    if problems:
        raise NetworkError(raw.source, problems)


def _frozen(array: _Array) -> _Array:
    array.flags.writeable = False
    return array


def _frozen_map(arrays: dict[str, FloatArray]) -> dict[str, FloatArray]:
    return {name: _frozen(array) for name, array in arrays.items()}
