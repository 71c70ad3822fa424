"""The headline numbers of ``summary.json``, picked from the tables."""

from collections.abc import Iterator

import pandas as pd

from dtaojax.results.contract import Metric

_QUANTILE_NAMES = {0.05: "q05", 0.5: "median", 0.95: "q95"}


def headline(tables: dict[str, pd.DataFrame]) -> tuple[Metric, ...]:
    """Pick means and the 5, 50 and 95 % quantiles of the network's figures on every day; of each
    subnet its probabilities and mean figures at the horizon; all of the portfolio's tails.

    Names are the quantity's, with the statistic after it unless that is a mean or a probability:
    ``emission_hhi``, ``emission_hhi_q95``, ``loss_realizable_es_99``.
    """
    network, subnets = tables["network"], tables["subnets"]
    horizon = float(subnets["day"].max())
    at_horizon = subnets[
        (subnets["day"] == horizon) & subnets["statistic"].isin(["mean", "probability"])
    ]
    metrics = [*_metrics(network), *_metrics(at_horizon)]
    if "portfolio" in tables:
        metrics += _metrics(tables["portfolio"])
    return tuple(metrics)


def _metrics(table: pd.DataFrame) -> Iterator[Metric]:
    for record in table.itertuples(index=False):
        name = metric_name(record.quantity, record.statistic, record.level)
        if name is not None:
            yield Metric(
                name=name,
                scope=record.scope,
                netuid=None if pd.isna(record.netuid) else int(record.netuid),
                day=float(record.day),
                value=float(record.value),
                standard_error=float(record.standard_error),
                ci_low=float(record.ci_low),
                ci_high=float(record.ci_high),
                n_paths=int(record.n_paths),
                unit=record.unit,
            )


def metric_name(quantity: str, statistic: str, level: float) -> str | None:
    """Return the name of a headline number; None for an estimate that is none."""
    if statistic in ("mean", "probability"):
        return quantity
    if statistic == "quantile":
        return f"{quantity}_{_QUANTILE_NAMES[level]}" if level in _QUANTILE_NAMES else None
    return f"{quantity}_{statistic}_{round(100 * level)}"
