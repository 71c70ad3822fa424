"""State and parameters of the reference: plain dataclasses, amounts in rao, names as in §2."""

from dataclasses import dataclass, field
from decimal import Decimal

from .fixed import FLOOR, Amount, Rounding, ratio

HALF = Decimal("0.5")
LIVE_MOVING_ALPHA = ratio(1_288_490, 2**32)
"""SubnetMovingAlpha on mainnet, 3e-4 (§3.3)."""
CODE_MOVING_ALPHA = ratio(12_885, 2**32)
"""SubnetMovingAlpha of the code, 3e-6 (§3.3)."""


@dataclass
class SubnetRef:
    """One subnet other than root (§2.1)."""

    netuid: int
    tao_in: Amount
    """SubnetTAO, reserve y of the pool."""
    alpha_in: Amount
    """SubnetAlphaIn, reserve x of the pool."""
    alpha_out: Amount
    """SubnetAlphaOut: all alpha outside the pool, pendings and protocol alpha included."""
    w_tao: Decimal = HALF
    """TAO weight w2 of the pool; the alpha weight is 1 - w2."""
    moving_price: Decimal = Decimal(0)
    miner_burned: Decimal = Decimal(0)
    emission_enabled: bool = True
    first_emission_block: int | None = 1
    """None until the owner's start call."""
    registered_at: int = 0
    subtoken_enabled: bool = True
    registration_allowed: bool = True
    owner_cut_enabled: bool = True
    protocol_alpha: Amount = 0
    """Alpha bought by the chain and kept, part of alpha_out (since R5)."""
    root_basket: Amount = 0
    """Alpha accrued to root, part of alpha_out (since R4)."""
    burned_alpha: Amount = 0
    """Alpha that nobody holds, part of alpha_out: withheld or forgone pay (§12.4)."""
    tao_reservoir: Amount = 0
    alpha_reservoir: Amount = 0
    """Injected amounts the balancer cannot make price-active yet (§3.5 S3)."""
    pending_owner: Amount = 0
    pending_server: Amount = 0
    pending_validator: Amount = 0
    pending_root_tao: Amount = 0
    """Proceeds of root alpha sold at once (R1-R3)."""
    user_flow: Amount = 0
    """Net TAO of users into the pool since the last update (R4+, §3.6 E-flow)."""
    protocol_flow: Amount = 0
    """TAO of the protocol into the pool since the last update (R5)."""
    user_flow_ema: Decimal = Decimal(0)
    protocol_flow_ema: Decimal = Decimal(0)
    root_prop: Decimal | None = None
    """RootProp at the end of the previous block (R5+); None: not yet taken."""

    @property
    def alpha_issuance(self) -> Amount:
        """A = alpha_in + alpha_out (§2.1)."""
        return self.alpha_in + self.alpha_out

    @property
    def held_alpha(self) -> Amount:
        """Alpha that users have; alpha_out is also the protocol's, root's and nobody's (§12.4)."""
        return self.alpha_out - self.protocol_alpha - self.root_basket - self.burned_alpha


@dataclass
class NetworkRef:
    """The whole network (§2.2). Root is `root_tao`, not a subnet of the list."""

    block: int
    """Last block processed."""
    total_issuance: Amount
    root_tao: Amount
    """S_root, SubnetTAO(0)."""
    subnets: list[SubnetRef] = field(default_factory=list)
    """In the order of netuid."""
    gate_bar: Decimal = Decimal(0)
    """EmissionGateBar; 0: unset."""
    last_lock_cost: Amount = 0
    last_lock_block: int = 0
    held_shares: dict[int, Decimal] = field(default_factory=dict)
    """Shares fixed for the day (the article's regime)."""
    root_validators: list["RootValidator"] = field(default_factory=list)
    """Only the old regime of 2023 votes."""

    def subnet(self, netuid: int) -> SubnetRef:
        """The subnet of that netuid; KeyError if there is none."""
        for subnet in self.subnets:
            if subnet.netuid == netuid:
                return subnet
        raise KeyError(f"no subnet {netuid} in the network")


@dataclass(frozen=True)
class RootValidator:
    """A root validator of the old regime: its stake and its weights over the subnets."""

    stake: Amount
    weights: dict[int, Decimal]


@dataclass(frozen=True)
class Trade:
    """A user's order: 'buy' offers TAO, 'sell' offers alpha, 'claim' sells root alpha (R4+)."""

    netuid: int
    side: str
    amount: Amount
    limit_price: Decimal | None = None


@dataclass(frozen=True)
class Parameters:
    """Governance values, by default mainnet's of October 2026 (§5)."""

    rounding: Rounding = FLOOR
    # price EMA (§3.3)
    moving_alpha: Decimal = LIVE_MOVING_ALPHA
    halving_blocks: int = 201_600
    """0: no age factor."""
    price_cap: Decimal = Decimal(1)
    ema_floor: bool = False
    """Whether m is stored with the chain's 32 fractional bits (§7.2)."""
    # gate (§3.6 G)
    bar_rank: int = 32
    bar_quantile: Decimal = Decimal("0.75")
    gate_exponent: Decimal = Decimal(3)
    bar_interval: int = 360
    # proposals (§8.5)
    tier_last_ranks: tuple[int, ...] = (32, 64)
    tier_parts: tuple[Decimal, ...] = (Decimal("0.75"), Decimal("0.25"))
    conviction_boost: Decimal = Decimal(1)
    # root, split, fee (§3.4, §3.8, §3.5)
    tao_weight: Decimal = Decimal("0.18")
    off_the_top: Decimal = Decimal(0)
    """Part of each block's TAO that root stake is paid before the rest is divided (§12.2)."""
    root_claim_lag: int = 50_400
    """By its reciprocal of a basket, root alpha is claimed and sold each block (R4-R7)."""
    owner_cut_u16: int = 11_796
    fee_rate_u16: int = 33
    # flows (§3.6 E-flow)
    flow_smoothing: int = 29_597_889_189_277
    """Numerator over 2**63 - 1."""
    flow_cutoff: Amount = 0
    flow_exponent: Decimal = Decimal(1)
    # launch pool (§3.5 S1)
    staking_fee: int = 50_000
    min_pool_liquidity: int = 10_000_000
    # the article's regime (§8.1)
    pool_fraction: Decimal = HALF
    """Part of newly issued alpha that goes to the pool."""
    pool_tao_fraction: Decimal = Decimal(0)
    """Part of the TAO emission that goes to the pool; the rest is paid to the participants."""
    participant_split: tuple[Decimal, Decimal, Decimal] = (
        Decimal("0.18"),
        Decimal("0.41"),
        Decimal("0.41"),
    )
    """Owner, miners, validators."""
    day_blocks: int = 7_200
    # registration and pruning (§3.11, §3.12)
    subnet_limit: int | None = 128
    immunity_blocks: int = 864_000
    min_lock: Amount = 10**9
    lock_reduction_interval: int = 115_200
    rate_limit: int = 0
    """NetworkRateLimit: least distance of two registrations, by default none [blocks]."""
    tao_in_refund_block: int | None = None
    """TaoInRefundDeploymentBlock: later subnets count alpha_in in the payout; None: none does."""
