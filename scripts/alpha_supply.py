"""Who does not hold the alpha outside mainnet's pools: estimates for the embedded network.

Burned alpha, protocol alpha and root's baskets of block 8,791,253 are not in the state that was
read. They are estimated here from later measurements and written into the embedded file, as
docs/alpha_supply.md explains:

    DTAOJAX_DATA=... python scripts/alpha_supply.py           shows the figures of the document
    DTAOJAX_DATA=... python scripts/alpha_supply.py --write   writes the embedded file's columns

Sections (§) are those of the mechanism specification.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dtaojax import chain
from dtaojax.history.panel import data_folder
from dtaojax.network.table import UNHELD_PARTS

EMBEDDED: Final = Path(__file__).parents[1] / "dtaojax" / "network" / "data" / "finney_8791253.csv"
BLOCK: Final = 8_791_253
LATER_NAME: Final = "finney_9005759"
LATER: Final = 9_005_759
"""Block of the state that has protocol alpha, 2026-09-06."""
BASKETS_BEGAN: Final = 8_765_683
"""First block of the baskets, which began empty: what they hold is what accrued since (§12.1)."""
EARNED: Final = 55_700.0
"""By all baskets until ten of them were read in autumn 2026 (§12.4) [TAO]."""
REDEEMED: Final = 26_300.0
"""Of that (§12.4) [TAO]."""
DIGITS: Final = 3
"""Significant digits of an estimate."""


def rounded(values: pd.Series) -> pd.Series:
    """Return values with as many significant digits as an estimate deserves."""
    return values.map(lambda value: float(f"{value:.{DIGITS}g}"))


def state(name: str) -> pd.DataFrame:
    """Return a state of the network by netuid, root left out."""
    path = EMBEDDED if name == EMBEDDED.stem else data_folder() / f"{name}.csv"
    return pd.read_csv(path).set_index("netuid").drop(0)


def burned_fractions(now: pd.DataFrame, same: pd.Series) -> pd.Series:
    """Return the burned part of ``alpha_out``: as measured, the median where it was not [-].

    Measured are SN1 to SN45; one that has been registered anew since is another subnet.
    """
    parts = pd.read_csv(data_folder() / "alpha_out_parts_sn1_45.csv").set_index("netuid")
    measured = parts["burned"].reindex(now.index).where(same)
    return measured.fillna(measured.median())


def protocol_alpha(now: pd.DataFrame, later: pd.DataFrame, same: pd.Series) -> pd.Series:
    """Return alpha that the chain had bought by then: what it had later, less what it bought since.

    The rate of buying is the mean of those observed at both ends. A subnet that bought more than it
    later had gets 0, and one that has been replaced since the median part of ``alpha_out``.
    """
    rates = [at["observed_excess_tao"] / (at["tao_in"] / at["alpha_in"]) for at in (now, later)]
    bought = (LATER - BLOCK) * (rates[0] + rates[1]) / 2.0
    back = (later["protocol_alpha"] - bought).clip(lower=0.0)
    part = (back / now["alpha_out"]).where(same)
    return part.fillna(part.median()) * now["alpha_out"]


def root_accrual(at: pd.DataFrame, root_tao: float) -> pd.Series:
    """Return what root earns of each started subnet (§3.4, §3.8) [alpha per block]."""
    issued = at["alpha_in"] + at["alpha_out"]
    stake = chain.TAO_WEIGHT * root_tao
    validators = 0.5 * (1.0 - chain.OWNER_CUT_U16 / chain.U16_MAX)
    rate = validators * stake / (stake + issued)
    return rate.where(at["first_emission_block"].notna(), 0.0)


def basket_age() -> float:
    """Return how old the baskets were when they were read, by what they had earned [blocks].

    The day is not known: they earned at the mean of the rates in both states.
    """
    rates = []
    for name, path in (
        (EMBEDDED.stem, EMBEDDED),
        (LATER_NAME, data_folder() / f"{LATER_NAME}.csv"),
    ):
        at = state(name)
        rates.append(
            float((root_accrual(at, _root_tao(path)) * at["tao_in"] / at["alpha_in"]).sum())
        )
    return EARNED / float(np.mean(rates))


def redeemed_per_block() -> float:
    """Return the part of the baskets that is redeemed in a block [1/block].

    Of what was earned evenly until the baskets were read, this rate leaves what was not redeemed.
    """
    blocks = basket_age()
    low, high = 1e-9, 1e-3
    for _ in range(200):
        rate = 0.5 * (low + high)
        left = -np.expm1(-rate * blocks) / (rate * blocks)
        low, high = (rate, high) if left > 1.0 - REDEEMED / EARNED else (low, rate)
    return rate


def basket(at: pd.DataFrame, root_tao: float, block: int) -> pd.Series:
    """Return what baskets hold at a block, of what accrued since they began [alpha]."""
    rate = redeemed_per_block()
    began = at["first_emission_block"].fillna(block).clip(lower=BASKETS_BEGAN)
    return root_accrual(at, root_tao) * -np.expm1(-rate * (block - began)) / rate


def estimates() -> pd.DataFrame:
    """Return the three parts of ``alpha_out`` at the embedded block, by netuid [alpha]."""
    now, later = state(EMBEDDED.stem), state(LATER_NAME)
    same = now["registered_at"] == later["registered_at"]
    return pd.DataFrame(
        {
            "protocol_alpha": rounded(protocol_alpha(now, later, same)),
            "burned_alpha": rounded(burned_fractions(now, same) * now["alpha_out"]),
            "basket_alpha": rounded(basket(now, _root_tao(EMBEDDED), BLOCK)),
        }
    )


def _root_tao(path: Path) -> float:
    return float(pd.read_csv(path).set_index("netuid").loc[0, "tao_in"])


def figures() -> dict[str, str]:
    """Return the figures of docs/alpha_supply.md by what they are."""
    now, later = state(EMBEDDED.stem), state(LATER_NAME)
    same = now["registered_at"] == later["registered_at"]
    found, outside = estimates(), now["alpha_out"]
    price = now["tao_in"] / now["alpha_in"]
    parts = pd.read_csv(data_folder() / "alpha_out_parts_sn1_45.csv").set_index("netuid")
    burned = parts["burned"].where(same).dropna()
    gap = (later["protocol_alpha"] / later["alpha_out"] - parts["protocol"]).where(same).dropna()
    read_at = round(BASKETS_BEGAN + basket_age())
    known = pd.read_csv(data_folder() / "basket_escrow.csv").set_index("netuid")["escrow_alpha"]
    modelled = basket(later, _root_tao(data_folder() / f"{LATER_NAME}.csv"), read_at)
    worth = (modelled * later["tao_in"] / later["alpha_in"]).sum()
    started = later.loc[known.index, "first_emission_block"].notna()
    ratio = np.log(known / modelled.reindex(known.index))[started]
    accrual = (root_accrual(now, _root_tao(EMBEDDED)) * price).sum() * chain.BLOCKS_PER_DAY
    shown = {
        "replaced between the states": f"{list(now.index[~same])}",
        f"burned part, {len(burned)} measured": quartiles(burned),
        "protocol's part": quartiles(found["protocol_alpha"] / outside),
        "its part in the later state less that in autumn": f"{gap.median():.4f} +- {gap.std():.4f}",
        "held part": quartiles((outside - found.sum(axis=1)) / outside),
        "root accrues, TAO a day at spot": f"{accrual:,.0f}",
        "baskets were read at block": f"{read_at:,}",
        "redeemed of them a day": f"{redeemed_per_block() * chain.BLOCKS_PER_DAY:.4f}",
        "all baskets then, TAO at the later state's prices": f"{worth:,.0f}",
        "log of known over modelled baskets": f"{ratio.mean():.2f} +- {ratio.std():.2f}",
    }
    for part in UNHELD_PARTS:
        share, tao = found[part].sum() / outside.sum(), (found[part] * price).sum()
        shown[part] = f"{share:.4f} of alpha_out, {tao:,.0f} TAO at spot"
    return shown


def quartiles(values: pd.Series) -> str:
    """Return least, quartiles and largest of fractions in words."""
    return ", ".join(f"{value:.3f}" for value in values.quantile([0.0, 0.25, 0.5, 0.75, 1.0]))


def write() -> None:
    """Write the estimates into the embedded file; all other cells keep their bytes."""
    found = estimates()
    lines = EMBEDDED.read_text(encoding="utf-8").splitlines()
    header = next(csv.reader(lines[:1]))
    if UNHELD_PARTS[0] in header:
        cut = len(header) - header.index(UNHELD_PARTS[0])
        lines = [line.rsplit(",", cut)[0] for line in lines]
    added = [",".join(UNHELD_PARTS)]
    for line in lines[1:]:
        netuid = int(line.partition(",")[0])
        row = [0.0] * len(UNHELD_PARTS) if netuid == 0 else found.loc[netuid, list(UNHELD_PARTS)]
        added.append(",".join(f"{value:.10g}" for value in row))
    text = "\n".join(f"{line},{cells}" for line, cells in zip(lines, added, strict=True))
    EMBEDDED.write_text(text + "\n", encoding="utf-8", newline="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the embedded file")
    if parser.parse_args().write:
        write()
    for what, figure in figures().items():
        sys.stdout.write(f"{what}: {figure}\n")
