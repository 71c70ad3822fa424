"""Configs of the subnets: which take part (§4), and how they come and go (§3.11, §3.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from dtaojax import chain
from dtaojax.schema.strict import Blocks, StrictModel, Tokens

if TYPE_CHECKING:
    from dtaojax.mechanism.registration.lifecycle import RegistrationRules


class EmitSetConfig(StrictModel):
    """Which subnets take part in the coinbase (§4, emit set).

    Attributes:
        kind: those that were started, or all.
        owner_switch: whether a subnet's TAO emission can be switched off (§3.6 M, R5+).
    """

    kind: Literal["started", "all"] = "started"
    owner_switch: bool = True


class RegistrationConfig(StrictModel):
    """What a new subnet costs and gets, which one makes room for it, and who is paid for that.

    Attributes:
        limit: most subnets besides root; a registration beyond it prunes one. 0 for no limit.
        immunity_blocks: age below which a subnet is not pruned [blocks].
        min_lock: least that a registration costs [TAO].
        reduction_interval_blocks: blocks in which the last lock's cost comes off the price once,
            at an emission of 1 TAO a block [blocks].
        rate_limit_blocks: least distance of two registrations [blocks].
        seed: what a new pool starts with: the whole lock at the median price of the others, the
            minimum lock at a price of 1, or no pool.
        starts_enabled: whether a new subnet has its TAO emission switched on from the first.
        start_call_delay_blocks: age before which the owner cannot start it [blocks].
        counts_alpha_in_after: block of registration after which a pool's own alpha has a part in
            the pot of a dissolved subnet, for the protocol; without it no pool's has.
        pays_baskets: whether alpha in root's baskets is sold through the pool before the rest of
            that pot is divided; without it the baskets get nothing.
    """

    limit: Annotated[int, Field(ge=0, le=65_535)] = chain.SUBNET_LIMIT
    immunity_blocks: Blocks = chain.IMMUNITY_BLOCKS
    min_lock: Tokens = chain.MIN_LOCK
    reduction_interval_blocks: Annotated[int, Field(ge=1, le=2**40)] = chain.LOCK_REDUCTION_INTERVAL
    rate_limit_blocks: Blocks = chain.REGISTRATION_RATE_LIMIT
    seed: Literal["whole_lock", "min_lock", "no_pool"] = "whole_lock"
    starts_enabled: bool = False
    start_call_delay_blocks: Blocks = 0
    counts_alpha_in_after: Blocks | None = chain.TAO_IN_REFUND_BLOCK
    pays_baskets: bool = True

    def build(self, starts_at_once: bool) -> RegistrationRules:
        """Return the rules.

        Args:
            starts_at_once: whether a new subnet is in the emit set without a start call.
        """
        from dtaojax.mechanism.registration import lock
        from dtaojax.mechanism.registration.departure import payout_rule
        from dtaojax.mechanism.registration.lifecycle import RegistrationRules
        from dtaojax.numerics.shapes import parameter

        seeds = {"whole_lock": lock.WholeLock, "min_lock": lock.MinLock, "no_pool": lock.NoPool}
        return RegistrationRules(
            limit=self.limit or None,
            immunity_blocks=self.immunity_blocks,
            rate_limit_blocks=self.rate_limit_blocks,
            min_lock=parameter(self.min_lock),
            reduction_interval=parameter(float(self.reduction_interval_blocks)),
            seed=seeds[self.seed](),
            starts_enabled=self.starts_enabled,
            starts_at_once=starts_at_once,
            payout=payout_rule(self.counts_alpha_in_after, self.pays_baskets),
        )
