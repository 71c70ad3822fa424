"""States and orders to run the reference on: mainnet's, and random ones from a seed."""

import csv
from decimal import Decimal
from pathlib import Path
from random import Random

from .fixed import MAX_SUPPLY, ONE_TOKEN, Amount, precise
from .moving import age_at, effective_alpha
from .pool import spot_price
from .state import HALF, NetworkRef, Parameters, SubnetRef, Trade

MAINNET_CSV = Path(__file__).parents[2] / "dtaojax" / "network" / "data" / "finney_8791253.csv"
MAINNET_BLOCK = 8_791_253
MAINNET_ISSUANCE = 11_206_919_340_788_886
MAINNET_BAR = Decimal("0.008232527922764766")


def rao(tokens: str) -> int:
    """A decimal number of tokens as whole rao."""
    return int(Decimal(tokens) * ONE_TOKEN)


def mainnet_rows() -> list[dict[str, str]]:
    """Rows of the embedded network, root first."""
    with MAINNET_CSV.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mainnet() -> NetworkRef:
    """Mainnet before block 8,791,253 as far as one snapshot tells: its EMA is one block ahead."""
    root, *rows = mainnet_rows()
    subnets = [
        SubnetRef(
            netuid=int(row["netuid"]),
            tao_in=rao(row["tao_in"]),
            alpha_in=rao(row["alpha_in"]),
            alpha_out=rao(row["alpha_out"]),
            moving_price=Decimal(row["moving_price"] or 0),
            miner_burned=Decimal(row["miner_burned"] or 0),
            emission_enabled=row["emission_enabled"] == "1",
            first_emission_block=int(row["first_emission_block"] or 0) or None,
            registered_at=int(row["registered_at"]),
            protocol_alpha=rao(row["protocol_alpha"]),
            root_basket=rao(row["basket_alpha"]),
            burned_alpha=rao(row["burned_alpha"]),
        )
        for row in rows
    ]
    return NetworkRef(
        MAINNET_BLOCK - 1, MAINNET_ISSUANCE, rao(root["tao_in"]), subnets, MAINNET_BAR
    )


@precise
def one_ema_step_back(network: NetworkRef, parameters: Parameters) -> None:
    """Undo the EMA update of the block that is run next, at the present spot prices (§3.3)."""
    for subnet in network.subnets:
        if subnet.first_emission_block is None:
            continue
        age = age_at(subnet, network.block + 1)
        alpha = effective_alpha(parameters.moving_alpha, age, parameters.halving_blocks)
        spot = min(spot_price(subnet.tao_in, subnet.alpha_in, subnet.w_tao), parameters.price_cap)
        subnet.moving_price = (subnet.moving_price - alpha * spot) / (1 - alpha)


def log_uniform(random: Random, low: int, high: int) -> int:
    """A whole number between the two, uniform in its logarithm."""
    return round(low * (high / low) ** random.random())


def random_subnet(random: Random, netuid: int, block: int, weights: bool) -> SubnetRef:
    """A subnet of 10 to 1e5 TAO, priced from 0.001 to 2 TAO, its EMA near the price."""
    tao_in = log_uniform(random, 10**10, 10**14)
    price = Decimal(log_uniform(random, 10**6, 2 * 10**9)) / ONE_TOKEN
    w_tao = Decimal(random.randint(30, 70)) / 100 if weights else HALF
    born = random.randrange(1, block)
    alpha_out = log_uniform(random, 10**12, 5 * 10**15)
    return SubnetRef(
        netuid=netuid,
        tao_in=tao_in,
        alpha_in=int(tao_in / price),
        alpha_out=alpha_out,
        burned_alpha=alpha_out // 8 if netuid % 2 else 0,
        w_tao=w_tao,
        moving_price=min(Decimal(1), price * random.randint(500, 1500) / 1000),
        miner_burned=Decimal(random.choice([0, 0, 300, 800, 1000])) / 1000,
        emission_enabled=random.random() < 0.8,
        first_emission_block=born if random.random() < 0.9 else None,
        registered_at=born,
        owner_cut_enabled=random.random() < 0.9,
    )


def random_network(
    seed: int, subnets: int, weights: bool = False, block: int = 8_000_000
) -> NetworkRef:
    """A network of random subnets, a few not started, a few disabled.

    Args:
        seed: the same seed gives the same network.
        subnets: how many, netuids from 1.
        weights: whether pool weights differ from one half (between 0.3 and 0.7).
        block: height of the network.
    """
    random = Random(seed)
    return NetworkRef(
        block=block,
        total_issuance=log_uniform(random, 9 * 10**15, 12 * 10**15),
        root_tao=log_uniform(random, 10**15, 7 * 10**15),
        subnets=[random_subnet(random, i + 1, block, weights) for i in range(subnets)],
    )


def random_edge_network(seed: int, subnets: int) -> NetworkRef:
    """A random network with empty and dust pools, its issuance near a halving or the cap (§7.3)."""
    network, random = random_network(seed, subnets), Random(seed)
    for subnet in network.subnets:
        dust = random.randrange(10**7)
        token = random.choice(["tao_in", "alpha_in", "neither"])
        if token != "neither":
            setattr(subnet, token, random.choice([0, dust]))
    network.total_issuance = random.choice(
        [10**15, MAX_SUPPLY // 2 - 10**9, MAX_SUPPLY - 5, MAX_SUPPLY]
    )
    return network


def random_trades(random: Random, network: NetworkRef, count: int) -> list[Trade]:
    """Orders of a millionth to a tenth of the pool, both ways, a few with a price limit."""
    return [random_trade(random, random.choice(network.subnets)) for _ in range(count)]


def random_trade(random: Random, subnet: SubnetRef) -> Trade:
    """One order against a subnet's present pool."""
    part = Decimal(log_uniform(random, 1, 100_000)) / 1_000_000
    price = spot_price(subnet.tao_in, subnet.alpha_in, subnet.w_tao)
    limited = random.random() < 0.2
    if random.random() < 0.5:
        amount: Amount = int(subnet.tao_in * part)
        return Trade(subnet.netuid, "buy", amount, price * Decimal("1.02") if limited else None)
    amount = min(int(subnet.alpha_in * part), max(int(subnet.held_alpha), 0) // 20)
    return Trade(subnet.netuid, "sell", amount, price * Decimal("0.98") if limited else None)
