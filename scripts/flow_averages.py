"""Estimates averages of TAO flows at a dated snapshot from what came before it: python
scripts/flow_averages.py 20260614

Writes runs/flow_averages_<date>.csv with ``netuid``, ``user_flow_ema`` and ``protocol_flow_ema``
[TAO per block], which a config's ``network.columns_from`` joins. Nothing after the snapshot is
looked at.

Before 2026-05-03 and 2026-06-14 the reserves of an earlier snapshot are known: their growth is what
users and the protocol put in, and the protocol's part is the block emission in the shares that the
state of 2026-05-03 tells. Where the snapshot itself tells the shares, users' inflows are in
proportion to them, since that is what the rule of then makes of them (§3.6 E-flow). The chain's
average has a half-life of 30 days; here it is the mean over the 22 or 42 days between snapshots.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pandas as pd

from dtaojax.history import data_folder

BLOCKS: Final = {"20260411": 7_946_000, "20260503": 8_106_555, "20260614": 8_408_006}
EARLIER: Final = {"20260503": "20260411", "20260614": "20260503"}
EMISSION: Final = 0.5
"""Of a block [TAO]."""


def main() -> None:
    """Write the averages of a date."""
    (date,) = sys.argv[1:]
    if date not in EARLIER:
        sys.exit(f"there is no snapshot before {date}; dates are {', '.join(EARLIER)}")
    found = averages(date)
    out = Path("runs") / f"flow_averages_{date}.csv"
    out.parent.mkdir(exist_ok=True)
    found.to_csv(out)
    sys.stdout.write(f"{out}\n")


def _snapshot(date: str) -> pd.DataFrame:
    return pd.read_csv(data_folder() / f"snapshot_{date}.csv").set_index("netuid")


def averages(date: str) -> pd.DataFrame:
    """Return the averages by netuid [TAO per block]."""
    before, after = _snapshot(EARLIER[date]), _snapshot(date)
    blocks = BLOCKS[date] - BLOCKS[EARLIER[date]]
    told = next(state for state in (after, before) if state["emission_share"].notna().any())
    share = told["emission_share"].fillna(0.0) / told["emission_share"].sum()
    grown = (after["tao_in"] - before["tao_in"]) / blocks
    same = after["registered_block"] == before["registered_block"]
    protocol = (EMISSION * share).where(same, 0.0)
    user = (grown - protocol).where(same, 0.0)
    if told is after:
        inflow = user.clip(lower=0.0).sum()
        user = (inflow * share).where(share > 0.0, user.clip(upper=0.0))
    return pd.DataFrame({"user_flow_ema": user, "protocol_flow_ema": protocol})


if __name__ == "__main__":
    main()
