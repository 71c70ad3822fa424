"""A chain in memory: what the bittensor SDK 11.3.0 reads from a node, in the shapes that it gives.

``FakeSubstrate`` fits ``bittensor.Subtensor(substrate=...)``, the SDK's own seam for tests. ``SDK``
stands in for the package where it is not installed, with those of its names that dtaojax uses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from dtaojax.network import NOT_STARTED, NetworkTable

NOON = dt.datetime(2026, 8, 7, 12, tzinfo=dt.UTC)
Storage = dict[tuple[str, str], Any]


class NotFoundError(ValueError):
    """As the SDK's ``StorageFunctionNotFound``: the runtime has no such storage item."""


def rao(amount: float) -> int:
    return round(amount * 1e9)


def fixed(value: float, bits: int) -> dict[str, int]:
    """A fixed-point number as the SDK gives it."""
    return {"bits": round(value * 2**bits)}


def storage_of(table: NetworkTable, names: dict[int, str]) -> Storage:
    """The storage of a chain that is in the state of a network; names are those of identities."""
    observed = table.observed or {}
    module: dict[str, Any] = {
        "NetworksAdded": {0: True},
        "SubnetTAO": {0: rao(table.root_tao)},
        "SubnetIdentitiesV3": {netuid: {"subnet_name": name} for netuid, name in names.items()},
        "TokenSymbol": {},
        "TotalIssuance": rao(table.total_issuance),
        "EmissionGateBar": fixed(table.gate_bar, 64),
        "NetworkLastLockCost": rao(table.last_lock_cost or 0.0),
    }
    per_subnet: dict[str, Callable[[int], Any]] = {
        "NetworksAdded": lambda i: True,
        "NetworkRegisteredAt": lambda i: int(table.registered_at[i]),
        "FirstEmissionBlockNumber": lambda i: (
            None
            if table.first_emission_block[i] == NOT_STARTED
            else int(table.first_emission_block[i])
        ),
        "SubnetTAO": lambda i: rao(table.tao_in[i]),
        "SubnetAlphaIn": lambda i: rao(table.alpha_in[i]),
        "SubnetAlphaOut": lambda i: rao(table.alpha_out[i]),
        "SubnetMovingPrice": lambda i: fixed(table.moving_price[i], 32),
        "SubnetEmissionEnabled": lambda i: bool(table.emission_enabled[i]),
        "OwnerCutEnabled": lambda i: bool(table.owner_cut_enabled[i]),
        "MinerBurned": lambda i: fixed(table.miner_burned[i], 32),
        "SubnetProtocolAlpha": lambda i: rao(table.protocol_alpha[i]),
        "Tempo": lambda i: int(table.other["tempo"][i]),
        "SubnetVolume": lambda i: rao(table.other["subnet_volume"][i]),
        "SubnetTaoInEmission": lambda i: rao(observed["observed_tao_in_emission"][i]),
        "SubnetAlphaInEmission": lambda i: rao(observed["observed_alpha_in_emission"][i]),
        "SubnetExcessTao": lambda i: rao(observed["observed_excess_tao"][i]),
    }
    for name, averages in (
        ("SubnetEmaTaoFlow", table.user_flow_ema),
        ("SubnetEmaProtocolFlow", table.protocol_flow_ema),
    ):
        if averages is not None:
            module[name] = {
                int(netuid): (table.block, fixed(1e9 * average, 64))
                for netuid, average in zip(table.netuid, averages, strict=True)
                if average
            }
    for name, value in per_subnet.items():
        module.setdefault(name, {}).update(
            {int(netuid): value(i) for i, netuid in enumerate(table.netuid)}
        )
    balancers = {
        int(netuid): {"quote": round(table.w_tao[i] * 10**18)}
        for i, netuid in enumerate(table.netuid)
    }
    storage = {("SubtensorModule", name): value for name, value in module.items()}
    storage["Swap", "SwapBalancer"] = balancers
    storage["Timestamp", "Now"] = int(NOON.timestamp() * 1000)
    return storage


DEFAULTS = {
    "SubnetEmissionEnabled": True,
    "OwnerCutEnabled": True,
    "SwapBalancer": {"quote": 5 * 10**17},
    "FirstEmissionBlockNumber": None,
    "SubnetMovingPrice": {"bits": 0},
    "MinerBurned": {"bits": 0},
    "SubnetEmaTaoFlow": None,
    "SubnetEmaProtocolFlow": None,
}
"""What the chain answers for a key that holds nothing; 0 for the others."""


class FakeSubstrate:
    """The part of the SDK's ``Substrate`` protocol that reading needs."""

    def __init__(self, storage: Storage, block: int) -> None:
        self.storage, self.number = storage, block
        self.token_symbols: dict[int, str] = {}
        self.asked: list[int | None] = []

    async def connect(self) -> None: ...
    async def close(self) -> None: ...

    async def block_number(self) -> int:
        return self.number

    async def block_hash(self, block: int | None = None) -> str:
        self.asked.append(block)
        return f"hash of {block}"

    def _item(self, pallet: str, name: str) -> Any:
        try:
            return self.storage[pallet, name]
        except KeyError:
            raise NotFoundError(f"{pallet}.{name}") from None

    async def query(
        self, pallet: str, name: str, params: Any = None, block_hash: Any = None
    ) -> Any:
        item = self._item(pallet, name)
        return item.get(params[0], DEFAULTS.get(name, 0)) if params else item

    async def query_map(
        self, pallet: str, name: str, params: Any = None, block_hash: Any = None
    ) -> list[tuple[Any, Any]]:
        return list(self._item(pallet, name).items())

    async def query_batch(
        self, pallet: str, name: str, params: Iterable[list[int]], block_hash: Any = None
    ) -> list[Any]:
        return [await self.query(pallet, name, each) for each in params]


def _now(coroutine: Any) -> Any:
    """What a coroutine that waits for nothing returns."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("waits for something")


class _View:
    def __init__(self, substrate: FakeSubstrate, block: int) -> None:
        self._substrate, self.block = substrate, block

    def query(self, item: tuple[str, str], params: Any = None) -> Any:
        return _now(self._substrate.query(*item, params))

    def query_map(self, item: tuple[str, str]) -> Any:
        return _now(self._substrate.query_map(*item))

    def query_batch(self, item: tuple[str, str], params: list[list[int]]) -> Any:
        return _now(self._substrate.query_batch(*item, params))

    def read(self, name: str) -> dict[int, str]:
        assert name == "subnet_names"
        identities = self.query_map(("SubtensorModule", "SubnetIdentitiesV3"))
        return {netuid: identity["subnet_name"] for netuid, identity in identities}

    def timestamp(self) -> dt.datetime:
        return NOON


class _Subtensor:
    def __init__(self, network: str, *, substrate: FakeSubstrate) -> None:
        self._substrate = substrate

    def close(self) -> None: ...

    def at(self, block: int | None = None) -> _View:
        number = self._substrate.number if block is None else block
        self._substrate.asked.append(block)
        return _View(self._substrate, number)


class BittensorError(Exception):
    """As the SDK's, the base of its errors."""


SDK = SimpleNamespace(__version__="11.3.0", Subtensor=_Subtensor, BittensorError=BittensorError)
