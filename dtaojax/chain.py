"""Constants of the Bittensor chain and of time. Imports nothing; the only home of magic numbers.

Sections (§) are those of ``docs/specification.md``, which the project is written from: the chain's
source up to spec 475, October 2026. Values marked *live* are mainnet's of summer and
autumn 2026, set by governance, and differ from the default in the code.
"""

from typing import Final

# --- time (§2) ---------------------------------------------------------------------------------
BLOCK_SECONDS: Final = 12
BLOCKS_PER_DAY: Final = 7_200
DATED_BLOCK: Final = 8_791_253
"""A block whose time is known, that of the embedded network."""
DATED_AT: Final = 1_786_091_700
"""When it was: 2026-08-07 08:35 UTC [s since 1970]."""
BLOCK_TIMES: Final = (
    (4_920_351, 1_739_404_800),  # 2025-02-13, the launch, to a day
    (8_466_530, 1_782_177_900),  # 2026-06-23 01:25, the first under R6
    (8_713_793, 1_785_161_760),  # 2026-07-27 14:16, under R7
    (8_765_683, 1_785_784_680),  # 2026-08-03 19:18, under R8
    (DATED_BLOCK, DATED_AT),
)
"""Blocks and when they were (§1, §12.6) [s since 1970]."""

# --- units (§2) --------------------------------------------------------------------------------
RAO_PER_TAO: Final = 1_000_000_000
"""1 TAO = 1e9 rao; an alpha token is divided the same way."""
PERQUINTILL: Final = 10**18
"""Parts of a whole in which the swap pallet stores pool weights (§2.1, SwapBalancer)."""
U16_MAX: Final = 65_535
"""Denominator of the chain's 16-bit fractions (fee rate, owner cut, delegate take)."""

# --- emission curve (§3.1, BE::get_block_emission_for_issuance) ----------------------------------
MAX_SUPPLY: Final = 21_000_000.0
"""Cap of the issuance of TAO and of each alpha token [tokens]."""
BASE_BLOCK_EMISSION: Final = 1.0
"""Emission per block before the first halving [tokens per block]."""

# --- price EMA (§3.3) --------------------------------------------------------------------------
MOVING_PRICE_RATE: Final = 1_288_490 / 2**32
"""SubnetMovingAlpha, *live*: 3e-4 per block. The code's default is a hundred times smaller."""
MOVING_PRICE_RATE_CODE_DEFAULT: Final = 12_885 / 2**32
MOVING_PRICE_HALVING_BLOCKS: Final = 201_600
"""EMAPriceHalvingBlocks: age at which a subnet's EMA runs at half its full rate [blocks]."""
MOVING_PRICE_CAP: Final = 1.0
"""Spot price is capped at this before it is averaged [TAO per alpha]."""

# --- emission gate (§3.6 G) --------------------------------------------------------------------
GATE_RANK: Final = 32
GATE_EXPONENT: Final = 3.0
GATE_INTERVAL_BLOCKS: Final = 360
"""EMISSION_BAR_UPDATE_INTERVAL [blocks]."""
GATE_QUANTILE: Final = 0.75
"""EmissionBarQuantile of the mass bar (R7), *live* from 2026-07-28; the code's default is 0.61."""

# --- flow weights (§3.6 E-flow, E-netflow) -------------------------------------------------------
FLOW_SMOOTHING: Final = 29_597_889_189_277
"""FlowEmaSmoothingFactor, over FLOW_SMOOTHING_ONE: a half-life of 216,000 blocks."""
FLOW_SMOOTHING_ONE: Final = 2**63 - 1
FLOW_CUTOFF: Final = 0.0
"""TaoFlowCutoff [TAO per block]."""
FLOW_EXPONENT: Final = 1.0
"""FlowNormExponent [-]."""

# --- root (§3.4) -------------------------------------------------------------------------------
TAO_WEIGHT: Final = 0.18
"""TaoWeight / (2**64 - 1), *live* (3,320,413,933,267,719,290)."""

ROOT_VALIDATORS: Final = 64
"""Places for validators on root (§3.10)."""
ROOT_CLAIM_LAG_BLOCKS: Final = 50_400
"""How far claims of root's alpha follow what they claim: seven days, an assumption (§3.10). In that
time the five automatic claims a block come to 252,000 accounts [blocks]."""

# --- split (§3.8, §3.9) ------------------------------------------------------------------------
OWNER_CUT_U16: Final = 11_796
DELEGATE_TAKE_U16: Final = 11_796

# --- pools (§3.5) ------------------------------------------------------------------------------
FEE_RATE_U16: Final = 33
MIN_POOL_WEIGHT: Final = 0.01
"""MIN_WEIGHT of the balancer: neither weight of a pool may be smaller."""
MIN_RESERVE: Final = 1e-3
"""SwapMinimumReserve, 1e6 rao: the output reserve of a swap must hold this [TAO or alpha]."""
MAX_INPUT_RATIO: Final = 1_000
"""A swap's net input may be at most this multiple of the input reserve."""
MIN_PRICE: Final = 1e-6
"""No swap moves the price below this [TAO per alpha]."""
MAX_PRICE: Final = 1e6
"""No swap moves the price above this [TAO per alpha]."""

# --- pools at launch (§3.5 S1) -------------------------------------------------------------------
LAUNCH_FEE: Final = 5e-5
"""DefaultStakingFee, 50,000 rao a trade whatever its size [TAO]."""
LAUNCH_MIN_LIQUIDITY: Final = 1e-2
"""DefaultMinimumPoolLiquidity, 1e7 rao: the output reserve must keep this [TAO or alpha]."""

# --- registration and pruning (§3.11, §3.12) ---------------------------------------------------
SUBNET_LIMIT: Final = 128
IMMUNITY_BLOCKS: Final = 864_000
"""NetworkImmunityPeriod, *live*: 120 days."""
MIN_LOCK: Final = 1.0
"""NetworkMinLockCost, *live* [TAO]."""
LOCK_REDUCTION_INTERVAL: Final = 115_200
"""NetworkLockReductionInterval, *live*: measured on successive locks from 2026-01-27 on (§12.6)
[blocks]."""
LOCK_REDUCTION_INTERVAL_OCTOBER_2025: Final = 57_600
"""The same, measured on successive locks from 2025-10-19 to 2026-01-21 (§12.6) [blocks]."""
LOCK_REDUCTION_INTERVAL_LAUNCH: Final = 100_800
REGISTRATION_RATE_LIMIT: Final = 14_400
"""NetworkRateLimit, *live*; pairs of subnets of December 2025 are just that far apart [blocks]."""
REGISTRATION_RATE_LIMIT_LAUNCH: Final = 7_200
START_CALL_DELAY_2025: Final = 7 * BLOCKS_PER_DAY
"""StartCallDelay until early 2026; 0 since [blocks]."""
TAO_IN_REFUND_BLOCK: Final = 8_334_450
"""TaoInRefundDeploymentBlock (§12.6): a week and more after v3.4.0, which brought the rule."""
NETWORK_REGISTRATION_START_BLOCK: Final = 6_573_966
"""NetworkRegistrationStartBlock (§12.6): owners of older subnets are refunded what is left."""
