"""States at the edge of what the chain allows (§7.3), as changes of a network of the reference."""

from collections.abc import Callable
from decimal import Decimal

from reference import NetworkRef
from reference.fixed import MAX_SUPPLY
from reference.networks import rao

Edge = Callable[[NetworkRef], None]


def no_reserves(network: NetworkRef) -> None:
    network.subnets[0].tao_in = network.subnets[0].alpha_in = 0


def dust(network: NetworkRef) -> None:
    """Pools with less than the minimum of one token, in which its buyers are refused (§3.5)."""
    network.subnets[0].tao_in, network.subnets[0].alpha_in = 5 * 10**5, 10**9
    network.subnets[1].tao_in, network.subnets[1].alpha_in = 10**9, 5 * 10**5


def all_disabled(network: NetworkRef) -> None:
    for subnet in network.subnets:
        subnet.emission_enabled = False


def all_burned(network: NetworkRef) -> None:
    for subnet in network.subnets:
        subnet.miner_burned = Decimal("1.5")


def none_started(network: NetworkRef) -> None:
    for subnet in network.subnets:
        subnet.first_emission_block = None


def issued(tokens: str) -> Edge:
    def edge(network: NetworkRef) -> None:
        network.total_issuance = rao(tokens)

    return edge


def alpha_is_all_issued(network: NetworkRef) -> None:
    for subnet in network.subnets:
        subnet.alpha_out = MAX_SUPPLY - subnet.alpha_in
