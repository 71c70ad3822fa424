"""Who holds the alpha outside the pools at the start of a run, in figures and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dtaojax.network import UNHELD_PARTS, NetworkTable


def alpha_outside(network: NetworkTable) -> dict[str, Any]:
    """Return what the alpha outside the pools consists of, for the manifest; JSON types only.

    Amounts are sums over subnets [alpha]; ``taken_as_zero`` names parts that the file lacks.
    """
    parts = {part: float(getattr(network, part).sum()) for part in UNHELD_PARTS}
    claims = float(network.claimable_alpha.sum())
    return {
        "alpha_out": float(network.alpha_out.sum()),
        "held": float(network.held_alpha.sum()),
        **parts,
        **({"claimable_alpha": claims} if claims else {}),
        "taken_as_zero": list(network.unknown_parts),
    }


def alpha_assumptions(network: NetworkTable) -> Iterator[tuple[str, str]]:
    """Yield topic and text on what participants hold; nothing where there is no alpha outside."""
    found = alpha_outside(network)
    total = found["alpha_out"]
    if total <= 0.0:
        return
    held, protocol, burned, baskets = (
        f"{100 * found[part] / total:.3g} %" for part in ("held", *UNHELD_PARTS)
    )
    text = (
        f"Of the alpha outside the pools participants hold {held}, the chain {protocol} and root's "
        f"baskets {baskets}; {burned} is burned: nobody holds it, it earns nothing, is never sold "
        "and has no part in the pot of a dissolved subnet. Miners' incentive that owners withhold "
        "adds to it."
    )
    if "claimable_alpha" in found:
        text += (
            f" {100 * found['claimable_alpha'] / total:.3g} % waits to be claimed by root; where "
            "the rules let root keep no alpha, participants hold it."
        )
    if network.unknown_parts:
        text += (
            f" The network file has no {' and no '.join(network.unknown_parts)}: taken as 0, which "
            "counts that alpha as held."
        )
    if "burned_alpha" in network.unknown_parts:
        text += (
            " On mainnet 16 to 34 % of a subnet's alpha (quartiles) was burned in autumn 2026; "
            "where that is left out, staking yields and what a dissolution pays come out too low, "
            "and what can be sold too large."
        )
    yield "Alpha outside the pools", text
