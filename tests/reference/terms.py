"""What a subnet's TAO emission becomes: injected TAO and alpha, and excess (§3.4, §3.7, §8)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .fixed import Amount, precise, ratio
from .state import Parameters, SubnetRef


@dataclass(frozen=True)
class Situation:
    """What the terms of one subnet depend on, all read before the block changes anything."""

    price: Decimal
    tao_emission: Decimal
    """e = E s [rao per block]."""
    tao_block_emission: Amount
    """E."""
    alpha_emission: Amount
    """alpha_E, by the subnet's alpha issuance."""
    root_proportion: Decimal
    price_sum: Decimal = Decimal(0)
    """Sum of spot prices (prelaunch only)."""


@dataclass(frozen=True)
class Terms:
    """Untruncated amounts of one block [rao]."""

    tao_in: Decimal = Decimal(0)
    alpha_in: Decimal = Decimal(0)
    excess: Decimal = Decimal(0)
    """TAO for the chain buy."""
    participant_tao: Decimal = Decimal(0)
    """TAO paid to owner, miners and validators (before the launch only)."""
    alpha_out: Decimal = Decimal(0)
    """Alpha minted for the participants."""


TermsRule = Callable[[Situation], Terms]
PlanRule = Callable[
    [Sequence[SubnetRef], Sequence[Situation], Sequence[Terms], Parameters], list[Terms]
]
"""Terms of all subnets, once those of each alone are known."""


@precise
def root_proportion(root_tao: Amount, tao_weight: Decimal, alpha_issuance: Amount) -> Decimal:
    """rho = wS/(wS + A), 0 if the denominator is 0 (§3.4)."""
    weighted = tao_weight * root_tao
    if weighted + alpha_issuance == 0:
        return Decimal(0)
    return weighted / (weighted + alpha_issuance)


@precise
def capped(cap: Decimal, at: Situation) -> Terms:
    """R4a and later: inject at the price up to `cap` alpha, the rest of e is excess (§3.7).

    Without a price there is no alpha to inject and the whole e stays TAO for the pool.
    """
    e, alpha = at.tao_emission, Decimal(at.alpha_emission)
    if at.price == 0:
        return Terms(tao_in=e, alpha_out=alpha)
    if e / at.price > cap:
        return Terms(cap * at.price, cap, e - cap * at.price, alpha_out=alpha)
    return Terms(e, e / at.price, alpha_out=alpha)


@precise
def launch_terms(at: Situation) -> Terms:
    """R1: alpha_in = min(e/p, alpha_E), the TAO is never scaled (§3.7)."""
    alpha = Decimal(at.alpha_emission)
    alpha_in = alpha if at.price == 0 else min(at.tao_emission / at.price, alpha)
    return Terms(at.tao_emission, alpha_in, alpha_out=alpha)


@precise
def subsidy_terms(at: Situation, subsidised_alpha: Amount) -> Terms:
    """R3: below its share a price is supported by pE injected and e - pE of buying (§3.7)."""
    e, alpha = at.tao_emission, Decimal(at.alpha_emission)
    if subsidised(at):
        injected = at.price * at.tao_block_emission
        return Terms(injected, Decimal(subsidised_alpha), e - injected, alpha_out=alpha)
    return Terms(e, alpha if at.price == 0 else e / at.price, alpha_out=alpha)


@precise
def subsidised(at: Situation) -> bool:
    """R3: whether the price is below the share e/E (§3.7)."""
    return at.price * at.tao_block_emission < at.tao_emission


def subsidy_alpha_emission(at: Situation) -> Terms:
    """R3 (v3.2.3): a subsidised pool receives the subnet's alpha emission."""
    return subsidy_terms(at, at.alpha_emission)


def subsidy_block_emission(at: Situation) -> Terms:
    """R3b (since v3.2.9): a subsidised pool receives the TAO block emission, in alpha."""
    return subsidy_terms(at, at.tao_block_emission)


def cap_alpha_emission(at: Situation) -> Terms:
    """R4a: cap = alpha_E."""
    return capped(Decimal(at.alpha_emission), at)


def cap_lesser_emission(at: Situation) -> Terms:
    """R4c and R5: cap = min(alpha_E, E)."""
    return capped(Decimal(min(at.alpha_emission, at.tao_block_emission)), at)


@precise
def cap_root_proportion(at: Situation) -> Terms:
    """R6 and later: cap = rho alpha_E, rho from the issuance before the mint (§3.4, §3.7)."""
    return capped(at.root_proportion * at.alpha_emission, at)


def as_they_are(
    members: Sequence[SubnetRef],
    situations: Sequence[Situation],
    terms: Sequence[Terms],
    parameters: Parameters,
) -> list[Terms]:
    """Terms of one subnet do not depend on those of others."""
    return list(terms)


@precise
def poured(amount: Decimal, weights: Sequence[Decimal], room: Sequence[Decimal]) -> list[Decimal]:
    """An amount by weight, in rounds: what is over where there is no room goes to the others."""
    given = [Decimal(0)] * len(room)
    while True:
        still = [i for i, w in enumerate(weights) if w > 0 and given[i] < room[i]]
        if not still or amount <= 0:
            return given
        total = sum((weights[i] for i in still), Decimal(0))
        full = [i for i in still if amount * weights[i] / total >= room[i] - given[i]]
        for i in full:
            amount -= room[i] - given[i]
            given[i] = room[i]
        if not full:
            for i in still:
                given[i] += amount * weights[i] / total
            return given


@precise
def with_buy_cap(
    members: Sequence[SubnetRef],
    situations: Sequence[Situation],
    terms: Sequence[Terms],
    parameters: Parameters,
) -> list[Terms]:
    """Proposed (#3012, #3017): chain buys up to what miners are paid, the rest to others (§3.7).

    By emission, into what is left of the others' injection caps, then of their buy caps.
    """
    caps = []
    for subnet, at in zip(members, situations, strict=True):
        cut = owner_cut(at.alpha_emission, parameters.owner_cut_u16, subnet.owner_cut_enabled)
        paid = 1 - min(subnet.miner_burned, Decimal(1))
        caps.append((at.alpha_emission - cut) / 2 * paid * at.price)
    weights = [at.tao_emission for at in situations]
    bought = [min(t.excess, cap) for t, cap in zip(terms, caps, strict=True)]
    spilt = sum((t.excess - b for t, b in zip(terms, bought, strict=True)), Decimal(0))
    full = [at.root_proportion * at.alpha_emission * at.price for at in situations]
    room = [max(f - t.tao_in, Decimal(0)) for f, t in zip(full, terms, strict=True)]
    liquid = poured(spilt, weights, room)
    spilt -= sum(liquid, Decimal(0))
    more = poured(spilt, weights, [cap - b for cap, b in zip(caps, bought, strict=True)])
    return [
        replace(
            t,
            tao_in=t.tao_in + added,
            alpha_in=t.alpha_in + (added / at.price if at.price else 0),
            excess=b + m,
        )
        for t, at, added, b, m in zip(terms, situations, liquid, bought, more, strict=True)
    ]


@precise
def prelaunch_terms(at: Situation) -> Terms:
    """Testnet of December 2024: alpha and no TAO if prices sum above 1, else the reverse (§8.2)."""
    alpha = Decimal(at.alpha_emission)
    if at.price_sum > 1:
        return Terms(alpha_in=alpha, alpha_out=alpha)
    return Terms(tao_in=at.tao_emission, alpha_out=alpha)


def article_terms(pool_fraction: Decimal, pool_tao_fraction: Decimal) -> TermsRule:
    """The article of 2024: a fixed part of new alpha goes to the pool, the rest out (§8.1, §8.3).

    Its TAO side rewards the participants (§8.3), except for `pool_tao_fraction` of it.
    """

    @precise
    def terms(at: Situation) -> Terms:
        e, alpha = at.tao_emission, Decimal(at.alpha_emission)
        return Terms(
            tao_in=pool_tao_fraction * e,
            alpha_in=pool_fraction * alpha,
            participant_tao=(1 - pool_tao_fraction) * e,
            alpha_out=(1 - pool_fraction) * alpha,
        )

    return terms


def reward_terms(at: Situation) -> Terms:
    """The regime before dTAO: all TAO is a reward, there are no pools (§8.1)."""
    return Terms(participant_tao=at.tao_emission)


@precise
def owner_cut(alpha: Amount, cut_u16: int, enabled: bool) -> Decimal:
    """o = c_o alpha, c_o = SubnetOwnerCut/65535; 0 where the owner switched it off (§3.8)."""
    return alpha * ratio(cut_u16, 65_535) if enabled else Decimal(0)
