"""What happens to a network between blocks, as the reference has it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from reference import NetworkRef, SubnetRef
from reference.fixed import MAX_SUPPLY, ONE_TOKEN
from reference.lifecycle import dissolve, register_subnet, start_call
from reference.networks import log_uniform, random_edge_network

from .presets import SLOTS, Pair


@dataclass(frozen=True)
class Happening:
    """What happened to a network.

    Attributes:
        text: in words.
        act: the kind of it, where the model has it as a function: ``register``, ``start`` or
            ``dissolve``; else what it was is a matter of the state alone.
        netuid: whom a start call or a dissolution concerns.
    """

    text: str
    act: str = ""
    netuid: int = 0


Event = Callable[[Random, NetworkRef, Pair], Happening | None]
"""Changes the network and says what happened, or None where it cannot happen now."""

SOON = 15
"""Blocks within which a halving or a refresh is to come."""
NEARLY_ALL = MAX_SUPPLY - 10**8
"""An issuance so near the cap that 7 rao are emitted [rao]."""
TOO_MUCH = MAX_SUPPLY - 10**6
"""One after which less than a rao would be emitted, and so nothing [rao]."""
ALMOST_OVER = [NEARLY_ALL, TOO_MUCH, MAX_SUPPLY]
"""Issuances at the end of the curve [rao]."""


def registration(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """A subnet is registered, in place of another one if the network is full."""
    full = len(network.subnets) == SLOTS
    if full and not pair.has_limit:
        return None
    done = register_subnet(network, pair.parameters, pair.regime)
    if done is None:
        return Happening("registration refused: all are immune", "register")
    pruned = " in place of a pruned one" if done.pruned else ""
    return Happening(f"registration of {done.netuid}{pruned}", "register")


def start(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """The owner of a subnet that has not started makes the start call, where there is one."""
    if pair.rules.emit_set.kind == "all":
        return None
    waiting = [s.netuid for s in network.subnets if s.first_emission_block is None]
    if not waiting:
        return None
    netuid = random.choice(waiting)
    start_call(network, netuid)
    return Happening(f"start call of {netuid}", "start", netuid)


def dissolution(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """A subnet is dissolved; its slot stays empty."""
    if len(network.subnets) <= SLOTS // 2:
        return None
    gone = dissolve(network, random.choice(network.subnets), pair.parameters, pair.regime)
    return Happening(f"dissolution of {gone.netuid}", "dissolve", gone.netuid)


def miner_burn(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """An owner withholds another part of the miners' incentive."""
    subnet = random.choice(network.subnets)
    subnet.miner_burned = Decimal(random.choice([0, 137, 500, 999, 1000, 1300])) / 1000
    return Happening(f"miner burn {subnet.miner_burned} in {subnet.netuid}")


def emission_switch(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """An owner switches a subnet's TAO emission on or off; rarely all of them are off."""
    if random.random() < 0.1:
        for subnet in network.subnets:
            subnet.emission_enabled = False
        return Happening("emission off everywhere")
    subnet = random.choice(network.subnets)
    subnet.emission_enabled = not subnet.emission_enabled
    return Happening(f"emission {'on' if subnet.emission_enabled else 'off'} in {subnet.netuid}")


def near_threshold(random: Random, halvings: int) -> int:
    """An issuance from which the emission halves within some blocks [rao]."""
    emission = ONE_TOKEN >> (halvings - 1)
    return MAX_SUPPLY - (MAX_SUPPLY >> halvings) - random.randint(1, SOON * emission)


def tao_halving(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """TAO's issuance comes near a threshold, or near the cap."""
    halvings = random.choice([1, 1, 1, 2, 3, 7])
    network.total_issuance = near_threshold(random, halvings)
    if random.random() < 0.1:
        network.total_issuance = random.choice(ALMOST_OVER)
    return Happening(f"TAO issuance {network.total_issuance}")


def alpha_halving(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """Alpha issuance of a subnet comes near a threshold, or near the cap."""
    subnet = random.choice(network.subnets)
    issuance = near_threshold(random, random.choice([1, 1, 2, 5]))
    if random.random() < 0.1:
        issuance = random.choice(ALMOST_OVER)
    held = subnet.protocol_alpha + subnet.root_basket + subnet.burned_alpha
    outside = issuance - subnet.alpha_in
    if outside < held:
        return None
    subnet.alpha_out = outside
    subnet.root_prop = None
    return Happening(f"alpha issuance {issuance} in {subnet.netuid}")


def boundary(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """Time passes, so that a day begins and the gate's bar is refreshed within some blocks."""
    days = network.block // 7_200 + 1
    network.block = days * 7_200 - random.randint(1, SOON)
    return Happening(f"block {network.block}")


def root_stake(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """Root stake is another one; rarely there is none."""
    network.root_tao = 0 if random.random() < 0.1 else log_uniform(random, 10**13, 7 * 10**15)
    for subnet in network.subnets:
        subnet.root_prop = None
    return Happening(f"root stake {network.root_tao}")


def moving_prices(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """Averages far from the spot prices; they may add up to more than 1, tie or be 0."""
    scale = random.choice([Decimal("0.03"), Decimal("0.3")])
    for subnet in network.subnets:
        subnet.moving_price = scale * random.choice([0, 1, 1, random.randint(1, 2000)]) / 1000
    return Happening(f"moving prices, up to {scale}")


def edge_state(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """Pools are empty or dust on a side, the issuance is at an edge (§7.3)."""
    edge = random_edge_network(random.randrange(10**6), len(network.subnets))
    near = near_threshold(random, 1)
    network.total_issuance = random.choice([10**15, near, *ALMOST_OVER])
    for subnet, other in zip(network.subnets, edge.subnets, strict=True):
        subnet.tao_in, subnet.alpha_in = other.tao_in, other.alpha_in
        subnet.tao_reservoir = subnet.alpha_reservoir = 0
        subnet.root_prop = None
    return Happening("edge state")


def quiet(random: Random, network: NetworkRef, pair: Pair) -> Happening | None:
    """Nothing."""
    return Happening("nothing")


EVENTS: dict[Event, int] = {
    registration: 4,
    start: 3,
    dissolution: 2,
    miner_burn: 2,
    emission_switch: 2,
    tao_halving: 2,
    alpha_halving: 2,
    boundary: 3,
    root_stake: 1,
    moving_prices: 1,
    edge_state: 1,
    quiet: 1,
}
"""Events by how often they are tried."""


def random_event(random: Random, network: NetworkRef, pair: Pair) -> tuple[str, Happening]:
    """Lets one event happen.

    Returns:
        The name of its kind, and what happened.
    """
    while True:
        (event,) = random.choices(list(EVENTS), weights=list(EVENTS.values()))
        happened = event(random, network, pair)
        if happened is not None:
            return event.__name__, happened


EMPTY_SLOT = SubnetRef(
    0, 0, 0, 0, first_emission_block=None, emission_enabled=False, registered_at=-1
)


def padded(network: NetworkRef) -> NetworkRef:
    """The network with every slot filled: netuid k stands in slot k - 1."""
    places = {subnet.netuid - 1: subnet for subnet in network.subnets}
    slots = [places.get(slot, EMPTY_SLOT) for slot in range(SLOTS)]
    return replace(network, subnets=slots)
