"""Who holds the alpha outside a subnet's pool, and what they have earned and traded so far.

The cohorts of every subnet are its owner, its miners, its validators and its investors (their
nominators among them); whales, who are followed by name, come after them. Two more hold alpha:
root's baskets and the chain, whose alpha is part of
:class:`~dtaojax.state.network.NetworkState`.
"""

from typing import Final

import equinox as eqx

from dtaojax.numerics.shapes import ByCohort, ByParty

COHORTS: Final = ("owner", "miner", "validator", "investor")
"""Cohorts that every subnet has, in their order."""
OWNER, MINER, VALIDATOR, INVESTOR = range(len(COHORTS))

OTHERS: Final = ("root", "protocol")
"""Parties that hold alpha without being a cohort; they come last where parties are listed."""


class Flows(eqx.Module):
    """What each party was paid and traded in each subnet since the start of a path.

    Attributes:
        income: alpha that was paid, at the price of the time, and TAO that was paid [TAO].
        proceeds: from selling alpha [TAO].
        spending: on buying alpha [TAO].
    """

    income: ByParty
    proceeds: ByParty
    spending: ByParty


class Ledger(eqx.Module):
    """Holdings and flows of a path.

    What is outside a pool is in someone's hands or nobody's: ``held`` of all cohorts, and root's
    baskets, protocol alpha and burned alpha of the state, add up to ``alpha_out``.

    Attributes:
        held: alpha of each cohort [alpha].
        flows: of cohorts and others.
    """

    held: ByCohort
    flows: Flows
