"""Raw columns and facts, whatever they were read from, put together to a checked table."""

from __future__ import annotations

from typing import Final

import numpy as np

from dtaojax.chain import MAX_SUPPLY
from dtaojax.network import plausible
from dtaojax.network.check import (
    FLOWS,
    OBSERVED,
    OTHER,
    RULES,
    Rule,
    read_column,
    read_names,
    read_netuids,
    require_columns,
)
from dtaojax.network.facts import Facts
from dtaojax.network.read import RawTable
from dtaojax.network.table import (
    CLAIMABLE,
    NOT_STARTED,
    UNHELD_PARTS,
    BoolArray,
    FloatArray,
    NetworkError,
    NetworkTable,
)

_ROUNDING: Final = 1e-12
"""Relative error of a sum of parts that were each rounded to a double [-]."""


def assemble(raw: RawTable, facts: Facts) -> NetworkTable:
    """Put a network together from its columns and its facts.

    Args:
        raw: the columns, root in a row of its own.
        facts: what holds for the whole network.

    Returns:
        The checked table; subnets sorted by netuid, root apart.

    Raises:
        NetworkError: a column is missing, or a cell or the state as a whole impossible.
    """
    require_columns(raw)
    netuids = read_netuids(raw)
    rows = sorted((row for row, netuid in enumerate(netuids) if netuid), key=netuids.__getitem__)
    if 0 not in netuids and facts.root_tao is None:
        text = (
            "there is no row with netuid 0; add root, whose tao_in is the TAO staked to root, or "
            "write root_tao among the facts"
        )
        raise NetworkError(raw.source, [text])
    if 0 in netuids and facts.root_tao is not None:
        text = "root_tao is given, but there is a row with netuid 0 that tells it; leave it out"
        raise NetworkError(raw.source, [text])
    if not rows:
        raise NetworkError(raw.source, ["there is no subnet besides root; add at least one row"])

    problems: list[str] = []

    def column(rule: Rule) -> FloatArray:
        return read_column(raw, rule, rows, netuids, problems)

    values = {rule.column: column(rule) for rule in RULES}
    observed = {rule.column: column(rule) for rule in OBSERVED if rule.column in raw.columns}
    flows = {rule.column: column(rule) for rule in FLOWS if rule.column in raw.columns}
    other = {rule.column: column(rule) for rule in OTHER if rule.column in raw.columns}
    tao_rule = next(rule for rule in RULES if rule.column == "tao_in")
    root_tao = facts.root_tao
    if root_tao is None:
        root_tao = float(read_column(raw, tao_rule, [netuids.index(0)], netuids, problems)[0])
    # Cell by cell first: rows are compared as a whole only where each of their cells is possible.
    if problems:
        raise NetworkError(raw.source, problems)
    _refuse_impossible_rows(raw, rows, netuids, values, facts)
    table = NetworkTable(
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
        netuid=np.array([netuids[row] for row in rows], dtype=np.int64),
        names=read_names(raw, rows),
        registered_at=values["registered_at"].astype(np.int64),
        first_emission_block=values["first_emission_block"].astype(np.int64),
        tao_in=values["tao_in"],
        alpha_in=values["alpha_in"],
        alpha_out=values["alpha_out"],
        moving_price=np.nan_to_num(values["moving_price"], nan=0.0),
        emission_enabled=values["emission_enabled"] == 1.0,
        miner_burned=values["miner_burned"],
        owner_cut_enabled=values["owner_cut_enabled"] == 1.0,
        w_tao=values["w_tao"],
        protocol_alpha=values["protocol_alpha"],
        burned_alpha=values["burned_alpha"],
        basket_alpha=values["basket_alpha"],
        claimable_alpha=values[CLAIMABLE],
        user_flow_ema=flows.get("user_flow_ema"),
        protocol_flow_ema=flows.get("protocol_flow_ema"),
        unknown_parts=_unknown_parts(raw),
        observed=observed or None,
        other=other,
        notes=facts.notes,
    )
    place = {netuid: f"{raw.places[row]} (netuid {netuid})" for row, netuid in enumerate(netuids)}
    doubts = plausible.problems(table, facts.prices_apart, place.__getitem__)
    if doubts:
        raise NetworkError(raw.source, doubts)
    return table


def _unknown_parts(raw: RawTable) -> tuple[str, ...]:
    """Return the parts that a file does not tell; baskets or claims tell root's."""
    told = set(raw.columns)
    if CLAIMABLE in told:
        told.add("basket_alpha")
    return tuple(part for part in UNHELD_PARTS if part not in told)


def _more_than_alpha_out(values: dict[str, FloatArray]) -> dict[str, BoolArray]:
    """Find rows whose parts of ``alpha_out`` are more than that, alone or together, by fault."""
    parts = UNHELD_PARTS if not values[CLAIMABLE].any() else (*UNHELD_PARTS, CLAIMABLE)
    faults = {
        f"{part} is more than alpha_out, of which it is a part": values[part] > values["alpha_out"]
        for part in parts
    }
    each = np.any(list(faults.values()), axis=0)
    together = np.sum([values[part] for part in parts], axis=0)
    # Parts that add up to all of it may exceed it by their rounding.
    too_much = together > values["alpha_out"] * (1.0 + _ROUNDING)
    text = f"{', '.join(parts)} add up to more than alpha_out, of which they are parts"
    return {**faults, text: too_much & ~each}


def _refuse_impossible_rows(
    raw: RawTable,
    rows: list[int],
    netuids: list[int],
    values: dict[str, FloatArray],
    facts: Facts,
) -> None:
    """Refuse what each cell allows but its row as a whole does not."""
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
        **_more_than_alpha_out(values),
    }
    problems = []
    for fault, where in faulty_rows.items():
        if where.any():
            row = rows[int(np.argmax(where))]
            more = f" (and {where.sum() - 1} more such rows)" if where.sum() > 1 else ""
            problems.append(f"{raw.places[row]} (netuid {netuids[row]}): {fault}{more}")
    if problems:
        raise NetworkError(raw.source, problems)
