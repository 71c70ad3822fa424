"""Results as a run would leave them, made from the embedded network and a toy model.

The numbers come from a few hundred lognormal price paths and are internally consistent, so that a
report of them looks like a real one; nothing about them is meant to be right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from dtaojax.results.contract import (
    ESTIMATE_COLUMNS,
    QUANTILE_LEVELS,
    SCHEMA_VERSION,
    Metric,
    Results,
)

REPORT_DAYS = (1.0, 3.0, 7.0, 14.0, 21.0, 30.0, 45.0, 60.0, 75.0, 90.0)
HORIZONS = (1.0, 7.0, 30.0, 90.0)
PATHS = 400
POSITIONS = {4: 5000.0, 64: 1200.0, 51: 2500.0, 120: 800.0, 9: 3000.0}
ROOT_TAO = 250.0
BAR_RANK = 32
BLOCK = 8_791_253

_Row = tuple[Any, ...]


def make_results(*, names: Mapping[int, str] | None = None, with_portfolio: bool = True) -> Results:
    """Results of the embedded network, with some names exchanged."""
    initial = _initial(names or {})
    random = np.random.default_rng(7)
    model = _simulate(initial, random)
    network = [row for day, sample in model.items() for row in _network_rows(day, sample)]
    subnets = [row for day, sample in model.items() for row in _subnet_rows(day, sample)]
    tables = {"network": _frame(network), "subnets": _frame(subnets), "initial": initial}
    metrics = _metrics(network, days=(30.0, 90.0), scope="network")
    if with_portfolio:
        rows, losses = _portfolio(initial, model)
        tables |= {"portfolio": _frame(rows), "losses": losses}
        metrics += _metrics(rows, days=HORIZONS, scope="portfolio")
    else:
        initial["position_alpha"] = 0.0
    return Results(_manifest(tables), tuple(metrics), tables)


def _initial(names: Mapping[int, str]) -> pd.DataFrame:
    source = resources.files("dtaojax.network") / "data" / "finney_8791253.csv"
    with resources.as_file(source) as path:
        frame = pd.read_csv(path)
    frame = frame[frame["netuid"] != 0].reset_index(drop=True)
    frame["moving_price"] = frame["moving_price"].fillna(0.0)
    weight = frame["moving_price"] * (1.0 - frame["miner_burned"])
    started = frame["first_emission_block"].notna()
    share = (weight / weight.sum()).where(started, 0.0)
    enabled = frame["emission_enabled"] == 1
    gated = _gate(share.to_numpy()[None, :])[0] * enabled
    return pd.DataFrame(
        {
            "netuid": frame["netuid"],
            "name": [
                names.get(netuid, name)
                for netuid, name in zip(frame["netuid"], frame["name"], strict=True)
            ],
            "tao_in": frame["tao_in"],
            "alpha_in": frame["alpha_in"],
            "alpha_out": frame["alpha_out"],
            "price": frame["tao_in"] / frame["alpha_in"],
            "moving_price": frame["moving_price"],
            "pre_gate_share": share,
            "rank": share.rank(ascending=False).astype(int),
            "gated_share": gated / gated.sum(),
            "tao_emission": 0.5 * gated / gated.sum(),
            "emission_per_tao": 7200.0 * gated / gated.sum() / frame["tao_in"],
            "emission_enabled": enabled,
            "in_emit_set": started,
            "immune_until_block": frame["registered_at"] + 864_000,
            "miner_burned": frame["miner_burned"],
            "position_alpha": [POSITIONS.get(netuid, 0.0) for netuid in frame["netuid"]],
        }
    )


def _gate(share: np.ndarray) -> np.ndarray:
    bar = np.sort(share, axis=1)[:, -BAR_RANK][:, None]
    return share * share**3 / (share**3 + bar**3)


def _simulate(initial: pd.DataFrame, random: np.random.Generator) -> dict[float, dict[str, Any]]:
    """Day -> netuids and per-path arrays (paths, subnets); day 0 has one path."""
    price0, depth0, moving0, enabled, burned, started = (
        initial[name].to_numpy(dtype=float)
        for name in (
            "price", "tao_in", "moving_price", "emission_enabled", "miner_burned", "in_emit_set"
        )
    )  # fmt: skip
    sd = 0.02 * (depth0 / 2e4) ** -0.25
    log = np.zeros((PATHS, price0.size))
    immune = initial["immune_until_block"].to_numpy() > BLOCK
    model = {}
    before = 0.0
    for day in (0.0, *REPORT_DAYS):
        noise = random.standard_t(4, size=log.shape) / math.sqrt(2.0)
        log = log + math.sqrt(day - before) * sd * noise - 0.002 * (day - before)
        before = day
        factor = np.exp(log if day else log[:1])
        share = moving0 * factor * (1.0 - burned) * started
        share = share / share.sum(axis=1, keepdims=True)
        gated = _gate(share) * enabled
        bar = np.sort(share, axis=1)[:, -BAR_RANK][:, None]
        model[day] = {
            "netuid": initial["netuid"].to_numpy(),
            "price": price0 * factor,
            "moving_price": moving0 * factor,
            "tao_in": depth0 * np.sqrt(factor) * (1.0 + 0.002 * day * gated),
            "emission_share": gated / gated.sum(axis=1, keepdims=True),
            "below_bar": share < bar,
            "rank": share.shape[1] - share.argsort(axis=1).argsort(axis=1).astype(float),
            "buying_to_bar": depth0
            * np.clip(np.sqrt(bar / np.maximum(share, 1e-6)) - 1.0, 0, None),
            "prunable_price": np.where(immune, np.inf, moving0 * factor),
            "enabled": enabled,
        }
    return model


def _network_rows(day: float, sample: Mapping[str, Any]) -> Iterable[_Row]:
    for prefix, amounts in (("emission", sample["emission_share"]), ("tao_in", sample["tao_in"])):
        share = np.sort(amounts / amounts.sum(axis=1, keepdims=True), axis=1)[:, ::-1]
        n = share.shape[1]
        hhi = (share**2).sum(axis=1)
        gini = (share * (n + 1 - 2 * np.arange(1, n + 1))).sum(axis=1) / n
        nakamoto = (share.cumsum(axis=1) <= 0.5).sum(axis=1) + 1.0
        for name, values, unit in (
            ("hhi", hhi, "ratio"),
            ("effective_number", 1.0 / hhi, "subnets"),
            ("gini", gini, "ratio"),
            ("nakamoto", nakamoto, "subnets"),
            ("top10_share", share[:, :10].sum(axis=1), "ratio"),
        ):
            yield from _distribution(f"{prefix}_{name}", "network", None, day, values, unit)
    starved = (sample["below_bar"] * sample["enabled"]).sum(axis=1)
    for name, values, unit in (
        ("total_tao_in", sample["tao_in"].sum(axis=1), "TAO"),
        ("sum_price", sample["price"].sum(axis=1), "TAO/alpha"),
        ("chain_buy_share", 0.66 + 0.1 * (sample["emission_share"] ** 2).sum(axis=1), "ratio"),
        ("starved_subnets", starved, "subnets"),
        ("emission_turnover", 0.001 * day * np.linspace(0.5, 1.5, PATHS), "ratio"),
        ("emission_on_sale", (day > 0.0) * np.linspace(0.9, 1.1, PATHS), "ratio"),
        ("registered_subnets", np.full(PATHS, 128.0), "subnets"),
        ("registrations", _gone(day), "subnets"),
        ("deregistrations", _gone(day), "subnets"),
        ("priced_out", 2.0 * day - _gone(day), "applicants"),
        ("shut_out", np.zeros(PATHS), "applicants"),
        ("lock_cost", 500.0 + 50.0 * (np.arange(PATHS) % 7), "TAO"),
    ):
        yield from _distribution(name, "network", None, day, values, unit)


def _gone(day: float) -> np.ndarray:
    """Subnets pruned by a day, on every path: one in eight days, or a few more or fewer."""
    return np.floor(day / 8.0 * (0.5 + (np.arange(PATHS) % 5) / 4.0))


def _subnet_rows(day: float, sample: Mapping[str, Any]) -> Iterable[_Row]:
    prunable = sample["prunable_price"]
    lowest = prunable == prunable.min(axis=1, keepdims=True)
    for place, netuid in enumerate(sample["netuid"]):
        for name, unit in (
            ("price", "TAO/alpha"),
            ("tao_in", "TAO"),
            ("emission_share", "ratio"),
            ("moving_price", "TAO/alpha"),
            ("rank", "rank"),
            ("buying_to_bar", "TAO"),
        ):
            values = sample[name][:, place]
            yield from _distribution(name, "subnet", int(netuid), day, values, unit)
        gone = lowest & (_gone(day) > 0.0)[:, None]
        fallen = sample["below_bar"]
        for name, events in (
            ("above_bar", ~fallen & ~gone),
            ("below_bar", fallen & ~gone),
            ("always_above_bar", ~fallen & ~gone),
            ("ever_below_bar", fallen),
            ("next_pruned", lowest),
            ("deregistered", gone),
        ):
            p = float(events[:, place].mean())
            se = math.sqrt(p * (1.0 - p) / PATHS)
            yield _row(name, "subnet", int(netuid), day, "probability", math.nan, p, se)


def _portfolio(
    initial: pd.DataFrame, model: Mapping[float, Mapping[str, Any]]
) -> tuple[list[_Row], pd.DataFrame]:
    alpha = initial["position_alpha"].to_numpy()
    alpha_in = initial["alpha_in"].to_numpy()
    keep = {"spot": np.ones_like(alpha), "realizable": alpha_in / (alpha_in + alpha)}
    rows: list[_Row] = []
    losses = []
    for valuation, kept in keep.items():
        start = (alpha * kept * model[0.0]["price"]).sum() + ROOT_TAO
        rows += _distribution(
            f"value_{valuation}", "portfolio", None, 0.0, np.full(1, start), "TAO"
        )
        for day in HORIZONS:
            parts = alpha * kept * (model[0.0]["price"] - model[day]["price"])
            loss = parts.sum(axis=1)
            name = f"loss_{valuation}"
            rows += _distribution(name, "portfolio", None, day, loss, "TAO")
            rows += _distribution(f"value_{valuation}", "portfolio", None, day, start - loss, "TAO")
            for level in (0.95, 0.99):
                worst = loss >= np.quantile(loss, level)
                se = 3.0 * loss.std() / math.sqrt(PATHS)
                for statistic, value in (
                    ("var", np.quantile(loss, level)), ("es", loss[worst].mean())
                ):  # fmt: skip
                    rows.append(
                        _row(name, "portfolio", None, day, statistic, level, value, se, "TAO")
                    )
                if valuation == "realizable":
                    for place in np.flatnonzero(alpha):
                        part = parts[worst][:, place].mean()
                        rows.append(
                            _row(name, "position", int(initial["netuid"][place]), day,
                                 "es_contribution", level, part, 0.05 * abs(part), "TAO")
                        )  # fmt: skip
                    rows.append(
                        _row(name, "position", 0, day, "es_contribution", level, 0.0, 0.0, "TAO")
                    )
            counts, edges = np.histogram(loss, bins=48)
            losses.append(
                pd.DataFrame(
                    {"day": day, "valuation": valuation, "bin_low": edges[:-1],
                     "bin_high": edges[1:], "count": counts}
                )
            )  # fmt: skip
    for day in (0.0, *HORIZONS):
        needed = [*alpha[alpha > 0.0] / alpha_in[alpha > 0.0] / 0.005, 0.0]
        netuids = [*initial["netuid"][alpha > 0.0], 0]
        paths = np.exp(0.001 * day * np.linspace(-1.0, 1.0, PATHS if day else 1))
        for netuid, wait in zip(netuids, needed, strict=True):
            se = float(wait * paths.std() / math.sqrt(PATHS))
            value = float(wait * paths.mean())
            rows.append(
                _row("exit_days", "position", int(netuid), day, "mean", math.nan, value, se, "days")
            )
        rows += _distribution("exit_days", "portfolio", None, day, max(needed) * paths, "days")
    for day in HORIZONS:
        fall = np.clip(1.0 - np.exp(-0.02 * math.sqrt(day) * np.linspace(0.2, 3, PATHS)), 0, 1)
        rows += _distribution("max_drawdown", "portfolio", None, day, fall, "ratio")
    return rows, pd.concat(losses, ignore_index=True)


def _distribution(
    name: str, scope: str, netuid: int | None, day: float, values: np.ndarray, unit: str
) -> list[_Row]:
    se = float(values.std()) / math.sqrt(PATHS)
    mean = _row(name, scope, netuid, day, "mean", math.nan, float(values.mean()), se, unit)
    quantiles = np.quantile(values, QUANTILE_LEVELS)
    return [mean] + [
        _row(name, scope, netuid, day, "quantile", level, value, 2.0 * se, unit)
        for level, value in zip(QUANTILE_LEVELS, quantiles, strict=True)
    ]


def _row(
    name: str,
    scope: str,
    netuid: int | None,
    day: float,
    statistic: str,
    level: float,
    value: float,
    se: float,
    unit: str = "probability",
) -> _Row:
    value = float(value)
    low, high = value - 1.96 * se, value + 1.96 * se
    return (name, scope, netuid, day, statistic, level, value, se, low, high, PATHS, unit)


def _frame(rows: list[_Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))
    return frame.astype({"netuid": "Int64"})


def _metrics(rows: list[_Row], days: tuple[float, ...], scope: str) -> list[Metric]:
    metrics = []
    for name, row_scope, netuid, day, statistic, level, value, se, low, high, n, unit in rows:
        if row_scope != scope or day not in days or statistic in ("quantile", "es_contribution"):
            continue
        suffix = "" if math.isnan(level) else f"_{statistic}_{100 * level:g}"
        metrics.append(Metric(name + suffix, scope, netuid, day, value, se, low, high, n, unit))
    return metrics


def _manifest(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "title": "Bittensor mainnet, the next 90 days",
        "question": "How concentrated does TAO emission become, which subnets fall below the bar, "
        "and what could a holder of alpha lose?",
        "created": "2026-08-07T09:00:00+00:00",
        "dtaojax_version": "0.1.0",
        "config": {
            "title": "Bittensor mainnet, the next 90 days",
            "mechanism": {"preset": "gate_rank_2026"},
            "portfolio": {
                "root_tao": ROOT_TAO,
                "alpha": {str(netuid): alpha for netuid, alpha in POSITIONS.items()},
            },
            "run": {"paths": 403, "horizon_days": 90, "seed": 2026},
        },
        "config_hash": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "config_file": "configs/mainnet.toml",
        "seed": 2026,
        "network": {
            "name": "finney 8,791,253",
            "block": BLOCK,
            "total_issuance": 11_206_919.340788886,
            "root_tao": 5_445_703.101,
            "gate_bar": 0.008232527922764766,
            "file": "finney_8791253.csv",
        },
        "mechanism": {
            "preset": "gate_rank_2026",
            "summary": "Emission by moving price less miner burn, rank-32 Hill gate, injection "
            "capped by the root proportion, chain buy of the excess.",
        },
        "paths": {
            "requested": PATHS + 3,
            "used": PATHS,
            "lost": 3,
            "lost_reasons": {"non_finite_price": 2, "empty_pool": 1},
        },
        "limited": {"sales_limited": 17, "buys_limited": 0},
        "run": {
            "horizon_days": 90,
            "step_blocks": 360,
            "report_days": list(REPORT_DAYS),
            "precision": "float64",
            "device": "cpu",
            "block_paths": 64,
        },
        "versions": {"python": "3.11.2", "jax": "0.10.2", "numpy": "2.4.6"},
        "wall_times": {"setup_s": 0.8, "compile_s": 4.25, "simulate_s": 21.7, "metrics_s": 0.41},
        "assumptions": [
            {
                "topic": "Demand",
                "text": "Daily net user flow of a subnet is a Student-t fraction of its pool.",
            },
            {
                "topic": "Registrations",
                "text": "No subnet is registered or pruned within the horizon.",
            },
        ],
        "warnings": [],
        "tables": list(tables),
    }
