"""What a run takes for granted about those who hold alpha, in words."""

from __future__ import annotations

from collections.abc import Iterator

from dtaojax import chain
from dtaojax.config.config import Config


def cohort_assumptions(config: Config) -> Iterator[tuple[str, str]]:
    """Topics and texts; none where cohorts are not told apart."""
    who = config.cohorts
    if who is None:
        return
    parts = (who.owner.holds, who.miner.holds, who.validator.holds, who.investors_hold)
    owner, miner, validator, investor = (f"{100 * part:.3g} %" for part in parts)
    burned = f", and {100 * who.burned:.3g} % are burned" if who.burned else ""
    yield (
        "Who holds alpha",
        f"In every subnet owners hold {owner} of the participants' alpha at the start, miners "
        f"{miner}, validators {validator} and investors and nominators {investor}{burned}. Only "
        "the owners' part is measured, over all subnets together (12 % of all alpha outside the "
        "pools, 17 % of what participants hold; it differs from almost nothing to a third); those "
        "of miners and validators are what the default selling would have left them.",
    )
    take = 100 * who.delegate_take_u16 / chain.U16_MAX
    yield (
        "Income of cohorts",
        f"Validators keep {take:.3g} % of their part of the emission and the rest is shared by all "
        "staked alpha. Miners' incentive that the owner withholds is burned: it stays in "
        "existence, and nobody holds or sells it.",
    )
    yield (
        "Who trades with whom",
        "All trades of a step in a subnet clear at one price; what orders of other cohorts and the "
        "pool leave over is bought or sold by investors, who cannot sell more than they hold. A "
        "dissolved subnet pays all its holders; burned alpha has no part in the pot.",
    )
