"""Cases of who gets what: splits, root, registration, dissolution (§3.4, §3.8 to §3.12)."""

from hypothesis import strategies as st

from .values import (
    TAO,
    Cases,
    Fuzz,
    amount,
    case,
    cut_u16,
    decimals,
    dust,
    flag,
    fraction,
    joined,
    lists,
    maybe_price,
    price,
    tables,
    whole,
)

minted = st.one_of(st.sampled_from([TAO, TAO // 2]), whole(0, 2 * TAO))
emission = st.sampled_from([TAO // 2**n for n in range(8)])
holders = (1, 2, 3, 7)


def splits() -> Cases:
    return case(
        alpha_out=minted,
        owner_cut_u16=cut_u16,
        root_tao=dust,
        tao_weight=fraction,
        alpha_issuance_after_mint=dust,
    )


def launch_splits() -> Cases:
    """Pools of all sizes, so that some refuse the sale; the issuance includes the pool's alpha."""
    with_pool = joined(
        splits(),
        case(
            mechanism=st.sampled_from(["stable", "dynamic"]),
            tao_in=whole(0),
            alpha_in=st.one_of(st.just(0), whole(1_000)),
        ),
    )
    return with_pool.map(
        lambda c: c | {"alpha_issuance_after_mint": c["alpha_issuance_after_mint"] + c["alpha_in"]}
    )


def pruning() -> Cases:
    """Ties of prices and of ages, at and around the end of immunity."""
    ages = tables(
        (1, 2, 3, 7),
        moving_price=st.one_of(st.sampled_from([0, 1, 0.5]), decimals(0.0, 0.1, 6)),
        registered_at=st.one_of(st.sampled_from([0, 1, 999, 1_000]), st.integers(0, 9_000_000)),
    )
    clock = case(
        current_block=st.one_of(st.sampled_from([999, 1_000, 1_999, 2_000]), st.integers(0, 10**7)),
        immunity_period=st.sampled_from([0, 1_000, 864_000]),
    )
    return joined(ages, clock)


LEDGER_CASES: dict[str, Fuzz] = {
    "emit_set": Fuzz(
        case(
            is_root=flag,
            first_emission_block_set=flag,
            subtoken_enabled=flag,
            registration_allowed=flag,
        )
    ),
    "owner_cut": Fuzz(
        case(owner_cut_u16=st.integers(0, 65_535), alpha_out=minted, owner_cut_enabled=flag),
        abs=1e-3,
    ),
    "pending_split": Fuzz(joined(splits(), case(root_sell_flag=flag)), abs=2.0),
    "pending_split_launch": Fuzz(launch_splits(), abs=2.0),
    "tao_weight": Fuzz(case(tao_weight_u64=st.integers(0, 2**64 - 1)), abs=1e-12),
    "root_proportion": Fuzz(
        case(root_tao=dust, tao_weight=fraction, alpha_issuance=dust), rel=1e-12
    ),
    "root_claim": Fuzz(
        case(pending_root_alpha=dust, validator_take=fraction, root_stake_fraction=fraction),
        abs=1e-3,
    ),
    "dividend_distribution": Fuzz(
        joined(
            tables(holders, stake_alpha=dust, stake_root=dust, epoch_dividends=dust),
            case(pending_validator_alpha=dust, pending_root_alpha=dust, tao_weight=fraction),
        ),
        abs=1e-3,
    ),
    "epoch_split_no_incentive": Fuzz(
        case(pending_server_alpha=dust, pending_validator_alpha=dust, stakes=lists(dust, holders)),
        abs=1e-3,
    ),
    "lock_cost": Fuzz(
        case(
            last_lock=st.one_of(st.just(0), whole(TAO)),
            blocks_since_last=whole(0, 10**6),
            min_lock=st.sampled_from([TAO, 1_000 * TAO]),
            reduction_interval=st.sampled_from([57_600, 100_800, 115_200]),
            block_emission=st.one_of(st.just(0), emission),
            first_registration=flag,
        ),
        abs=2.0,
    ),
    "median_price": Fuzz(case(prices=lists(maybe_price, (0, 1, 2, 3, 8))), rel=1e-12),
    "new_pool_seed": Fuzz(
        case(
            rule=st.sampled_from(["min_lock_1to1", "lock_at_median"]),
            lock_cost=whole(TAO),
            min_lock=st.just(TAO),
            median_price=price,
        ),
        abs=1.0,
    ),
    "neuron_burn_price": Fuzz(
        case(
            burn=whole(0, 10**11),
            mult=st.sampled_from([1, 2, 1.26]),
            half_life=st.sampled_from([1, 2, 360, 1_000]),
            registrations=st.integers(0, 12),
            blocks=st.integers(0, 40),
        ),
        rel=0.0,
    ),
    "prune_target": Fuzz(pruning()),
    "dissolve_payout": Fuzz(
        case(
            pot_tao=dust,
            staker_alpha=lists(dust, holders),
            protocol_alpha=dust,
            alpha_in=dust,
            include_alpha_in=flag,
        ),
        abs=1.0,
    ),
    "dissolve_largest_remainder": Fuzz(
        case(pot_tao=dust, staker_alpha=lists(dust, holders)), rel=0.0
    ),
    "owner_refund": Fuzz(
        case(lock=amount, alpha_issuance=dust, owner_cut_u16=cut_u16, price=price), abs=2.0
    ),
}
