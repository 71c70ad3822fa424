"""The regimes of §1 and §8.4, each a composition of this package's small functions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from . import moving, registration, split, support, terms, trading, weighing
from .state import CODE_MOVING_ALPHA, Parameters, SubnetRef


@dataclass(frozen=True)
class Regime:
    """What a block does, in the order in which §4 does it."""

    name: str
    weigh: weighing.WeightRule
    terms: Callable[[Parameters], terms.TermsRule]
    support: support.SupportRule
    split: split.SplitRule
    trade: trading.Order
    emits: Callable[[SubnetRef], bool]
    plan: terms.PlanRule = terms.as_they_are
    gate: weighing.GateRule = weighing.no_gate
    mask: weighing.MaskRule = weighing.no_mask
    average: Callable[[SubnetRef, int, Parameters], None] = moving.update_moving_price
    claim: trading.ClaimRule = trading.no_claims
    validators_are_root: bool = False
    """Whether the TAO paid to validators is staked to root (before dTAO, A5)."""
    stakes_proceeds: bool = False
    """Whether the TAO of root alpha sold at once joins SubnetTAO(0) (since v3.1.6, §3.10)."""
    seed: registration.SeedRule = registration.whole_lock_seed
    starts_enabled: bool = True
    """Whether a new subnet has its TAO emission switched on (§2.1)."""
    sells_baskets: bool = False
    """Whether a dissolution sells alpha accrued to root before the pot is divided (§12.3)."""


def every_subnet(subnet: SubnetRef) -> bool:
    """Emit set of R1 and before: all but root (§4)."""
    return True


def after_start_call(subnet: SubnetRef) -> bool:
    """Emit set of R1c to R4a: the owner has made the start call (§4)."""
    return subnet.first_emission_block is not None


def fully_open(subnet: SubnetRef) -> bool:
    """Emit set since R4b: started, subtoken enabled, registration allowed (§4)."""
    return (
        subnet.first_emission_block is not None
        and subnet.subtoken_enabled
        and subnet.registration_allowed
    )


def constant(rule: terms.TermsRule) -> Callable[[Parameters], terms.TermsRule]:
    """Terms that no parameter changes."""
    return lambda parameters: rule


def article(parameters: Parameters) -> terms.TermsRule:
    """Terms of the article, by its two fractions."""
    return terms.article_terms(parameters.pool_fraction, parameters.pool_tao_fraction)


GATE_RANK_2026 = Regime(
    name="gate_rank_2026",
    weigh=weighing.by_unburned_price,
    gate=weighing.rank_gate,
    mask=weighing.enabled_mask,
    terms=constant(terms.cap_root_proportion),
    support=support.buy_keep_inject,
    split=split.keep_root_alpha,
    trade=trading.fee_to_author_order,
    emits=fully_open,
    starts_enabled=False,
    sells_baskets=True,
)
"""R8, from 2026-08-03 to about 2026-10-19 (§4.5, §12.1)."""

PROPOSED_BUY_CAP = replace(GATE_RANK_2026, name="proposed_buy_cap", plan=terms.with_buy_cap)
PROPOSED_TIERS = replace(GATE_RANK_2026, name="proposed_tiers", gate=weighing.tier_gate)
PROPOSED_MASS_QUANTILE = replace(
    GATE_RANK_2026, name="proposed_mass_quantile", gate=weighing.mass_gate
)
PROPOSED_CONVICTION = replace(
    GATE_RANK_2026, name="proposed_conviction", weigh=weighing.by_conviction
)
"""Proposals of §8.5, over the rules of R8."""

GATE_MASS_2026 = Regime(
    name="gate_mass_2026",
    weigh=weighing.by_unburned_price,
    gate=weighing.mass_gate,
    mask=weighing.enabled_mask,
    terms=constant(terms.cap_root_proportion),
    support=support.buy_keep_inject,
    split=split.keep_root_alpha,
    trade=trading.fee_to_author_order,
    claim=trading.claim_with_lag,
    emits=fully_open,
    starts_enabled=False,
)
"""R7, the last days of July 2026."""

PRICE_ROOTPROP = Regime(
    name="price_rootprop",
    weigh=weighing.by_unburned_price_and_root,
    mask=weighing.enabled_mask,
    terms=constant(terms.cap_root_proportion),
    support=support.inject_buy_keep,
    split=split.keep_root_alpha,
    trade=trading.fee_to_author_order,
    claim=trading.claim_with_lag,
    emits=fully_open,
    starts_enabled=False,
)
"""R6, June and July 2026, with its constant-product pool (§8.4)."""

NETFLOW_2026 = Regime(
    name="netflow_2026",
    weigh=weighing.by_net_flow,
    mask=weighing.enabled_mask,
    terms=constant(terms.cap_lesser_emission),
    support=support.inject_buy_keep,
    split=split.keep_root_alpha,
    trade=trading.fee_to_author_order,
    claim=trading.claim_with_lag,
    emits=fully_open,
    starts_enabled=False,
)
"""R5, May and June 2026."""

TAOFLOW_2025 = Regime(
    name="taoflow_2025",
    weigh=weighing.by_user_flow,
    terms=constant(terms.cap_lesser_emission),
    support=support.inject_buy_destroy,
    split=split.keep_root_alpha,
    trade=trading.fee_to_pool_order,
    claim=trading.claim_with_lag,
    emits=fully_open,
    seed=registration.min_lock_seed,
)
"""R4c, since December 2025."""

SUBSIDY_2025 = Regime(
    name="subsidy_2025",
    weigh=weighing.by_moving_price,
    terms=constant(terms.subsidy_alpha_emission),
    support=support.buy_destroy_inject,
    split=split.sell_root_alpha_unless_subsidised,
    trade=trading.fee_to_pool_order,
    stakes_proceeds=True,
    emits=after_start_call,
    seed=registration.min_lock_seed,
)
"""R3, since July 2025."""

LAUNCH_2025 = Regime(
    name="launch_2025",
    weigh=weighing.by_moving_price,
    terms=constant(terms.launch_terms),
    support=support.inject_only,
    split=split.sell_root_alpha,
    trade=trading.flat_fee_order,
    emits=every_subnet,
    seed=registration.min_lock_seed,
)
"""R1, since 2025-02-13."""

PRELAUNCH_2024 = Regime(
    name="prelaunch_2024",
    weigh=weighing.by_tao_reserve,
    terms=constant(terms.prelaunch_terms),
    support=support.inject_only,
    split=split.without_root,
    trade=trading.fee_to_pool_order,
    emits=every_subnet,
    average=moving.keep_moving_price,
    seed=registration.min_lock_seed,
)
"""The testnet of December 2024 (§8.2)."""

ARTICLE_2024 = Regime(
    name="article_2024",
    weigh=weighing.by_daily_spot_price,
    terms=article,
    support=support.inject_only,
    split=split.free_split,
    trade=trading.fee_to_pool_order,
    emits=every_subnet,
    average=moving.keep_moving_price,
    seed=registration.min_lock_seed,
)
"""The article of autumn 2024 (§8.1)."""

ROOT_2023 = Regime(
    name="root_2023",
    weigh=weighing.by_root_votes,
    terms=constant(terms.reward_terms),
    support=support.inject_only,
    split=split.free_split,
    trade=trading.no_order,
    validators_are_root=True,
    emits=every_subnet,
    average=moving.keep_moving_price,
    seed=registration.no_pool_seed,
)
"""Before dTAO: root validators vote, rewards are TAO, there are no pools (§8.1)."""

UNLIMITED = Parameters(subnet_limit=None, immunity_blocks=50_400, fee_rate_u16=0)

PRESETS: dict[str, tuple[Regime, Parameters]] = {
    "root_2023": (ROOT_2023, UNLIMITED),
    "article_2024": (ARTICLE_2024, UNLIMITED),
    "prelaunch_2024": (PRELAUNCH_2024, UNLIMITED),
    "launch_2025": (
        LAUNCH_2025,
        Parameters(
            moving_alpha=CODE_MOVING_ALPHA,
            halving_blocks=0,
            subnet_limit=None,
            immunity_blocks=50_400,
            lock_reduction_interval=100_800,
        ),
    ),
    "subsidy_2025": (SUBSIDY_2025, Parameters(subnet_limit=None)),
    "taoflow_2025": (TAOFLOW_2025, Parameters()),
    "netflow_2026": (NETFLOW_2026, Parameters()),
    "price_rootprop": (PRICE_ROOTPROP, Parameters()),
    "gate_mass_2026": (GATE_MASS_2026, Parameters(bar_quantile=Decimal("0.75"))),
    "gate_rank_2026": (GATE_RANK_2026, Parameters()),
    "etao_sketch": (GATE_RANK_2026, Parameters(off_the_top=Decimal("0.1"))),
    "proposed_buy_cap": (PROPOSED_BUY_CAP, Parameters()),
    "proposed_tiers": (PROPOSED_TIERS, Parameters()),
    "proposed_mass_quantile": (PROPOSED_MASS_QUANTILE, Parameters(bar_quantile=Decimal("0.8073"))),
    "proposed_conviction": (PROPOSED_CONVICTION, Parameters()),
}
"""Every preset of §8.4 with its parameters; change them with `dataclasses.replace`."""
