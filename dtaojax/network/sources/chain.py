"""The live state of a chain, through the official ``bittensor`` SDK (extra ``chain``).

The only module that imports the SDK. It uses of version 11.3.0: ``Subtensor(network)``, its
``at(block)``, a view of one block, and of that ``query``, ``query_map``, ``query_batch``, ``read``
and ``timestamp``. Storage items are named as on chain (§2 of the mechanism specification). Where
the chain stores nothing under a key, ``query_batch`` answers with the item's default, as the
chain's own code does; ``query_map`` would leave the subnet out.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from dtaojax.chain import PERQUINTILL, RAO_PER_TAO
from dtaojax.network.read import RawTable
from dtaojax.network.sources.complete import Gathered
from dtaojax.network.table import NetworkError

FOLLOWED: Final = "11.3.0"
"""Version of the SDK whose interface this module was written against."""

INSTALL: Final = "pip install 'dtaojax[chain]'"

Cell = int | float | None


@dataclass(frozen=True)
class Item:
    """A storage item and what it becomes.

    Attributes:
        name: name of the item in its pallet.
        decode: function from what the SDK gives to a cell or a fact.
        pallet: name of the pallet that stores it.
        otherwise: sentence on a runtime without the item; None where it must be there.
        cell: value for such a runtime; None leaves the column or fact out.
    """

    name: str
    decode: Callable[[Any], Cell]
    pallet: str = "SubtensorModule"
    otherwise: str | None = None
    cell: Cell = None


def _whole(value: Any) -> int:
    """Return an integer, also out of ``{"bits": 1}``, as the SDK gives fixed-point numbers."""
    while isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number")
    return value


def _switch(value: Any) -> int:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return int(value)


def _maybe_block(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _rao(value: Any) -> float:
    return _whole(value) / RAO_PER_TAO


def _fixed(value: Any, bits: int) -> float:
    return _whole(value) / 2**bits


def _perquintill(value: Any) -> float:
    return _whole(value) / PERQUINTILL


def _average(value: Any) -> float:
    """Return an average of flows in TAO per block, from rao with 64 fractional bits.

    Where the chain has none it stands for 0 (§3.6 E-flow).
    """
    if value is None:
        return 0.0
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise TypeError("a block and a number")
    return _fixed(value[1], 64) / RAO_PER_TAO


# I96F32 and U96F32 have 32 fractional bits, U64F64 has 64.
_f32: Final = partial(_fixed, bits=32)
_f64: Final = partial(_fixed, bits=64)

COLUMNS: Final = {
    "registered_at": Item("NetworkRegisteredAt", _whole),
    "first_emission_block": Item("FirstEmissionBlockNumber", _maybe_block),
    "tao_in": Item("SubnetTAO", _rao),
    "alpha_in": Item("SubnetAlphaIn", _rao),
    "alpha_out": Item("SubnetAlphaOut", _rao),
    "moving_price": Item("SubnetMovingPrice", _f32),
    "emission_enabled": Item(
        "SubnetEmissionEnabled", _switch, otherwise="every subnet's emission was on", cell=1
    ),
    "owner_cut_enabled": Item(
        "OwnerCutEnabled", _switch, otherwise="every owner took the cut", cell=1
    ),
    "miner_burned": Item(
        "MinerBurned", _f32, otherwise="what owners withhold is taken as 0", cell=0.0
    ),
    "w_tao": Item(
        "SwapBalancer", _perquintill, "Swap", otherwise="pools had equal weights", cell=0.5
    ),
    "protocol_alpha": Item(
        "SubnetProtocolAlpha", _rao, otherwise="the chain kept no alpha", cell=0.0
    ),
    "user_flow_ema": Item(
        "SubnetEmaTaoFlow", _average, otherwise="averages of flows are not known"
    ),
    "protocol_flow_ema": Item(
        "SubnetEmaProtocolFlow", _average, otherwise="averages of flows are not known"
    ),
    "tempo": Item("Tempo", _whole),
    "subnet_volume": Item("SubnetVolume", _rao),
    "observed_tao_in_emission": Item("SubnetTaoInEmission", _rao),
    "observed_alpha_in_emission": Item("SubnetAlphaInEmission", _rao),
    "observed_excess_tao": Item(
        "SubnetExcessTao", _rao, otherwise="chain buys were not recorded", cell=None
    ),
}
FACTS: Final = {
    "total_issuance": Item("TotalIssuance", _rao),
    "gate_bar": Item("EmissionGateBar", _f64, otherwise="there was no gate"),
    "last_lock_cost": Item("NetworkLastLockCost", _rao),
}


def read_chain(network: str, block: int | None = None) -> Gathered:
    """Read the state of all subnets at one block.

    Args:
        network: a name that the SDK knows (``finney``, ``test``, ``local``) or a ``ws://`` or
            ``wss://`` address.
        block: which; the head of the chain where it is None.

    Returns:
        All columns of a network file that the chain holds.

    Raises:
        NetworkError: the SDK is missing or has another interface, the node cannot be reached, or
            what it answers has another form.
    """
    sdk = _sdk()
    try:
        with closing(sdk.Subtensor(network)) as client:
            return _read(client.at(block), network, sdk.__version__)
    except sdk.BittensorError as error:
        fix = (
            f"cannot be read ({error}); check the name or address, the block and your connection, "
            "or convert a file with --from-json"
        )
    except AttributeError as error:
        fix = (
            f"cannot be read with bittensor {sdk.__version__} ({error}); this dtaojax follows "
            f"{FOLLOWED}: pip install 'bittensor=={FOLLOWED}'"
        )
    except (ValueError, OSError) as error:
        fix = f"cannot be read: {error}"
    raise NetworkError(network, [fix])


def _sdk() -> Any:
    try:
        import bittensor
    except ImportError as error:
        fix = f"reading a chain needs the bittensor SDK ({error}); install it: {INSTALL}"
        raise NetworkError("bittensor", [fix]) from None
    if int(bittensor.__version__.partition(".")[0]) < int(FOLLOWED.partition(".")[0]):
        fix = f"is too old; this dtaojax follows version {FOLLOWED}: {INSTALL}"
        raise NetworkError(f"bittensor {bittensor.__version__}", [fix])
    return bittensor


def _read(view: Any, network: str, version: str) -> Gathered:
    added = view.query_map(("SubtensorModule", "NetworksAdded"))
    netuids = sorted(_whole(netuid) for netuid, is_added in added if is_added)
    names = view.read("subnet_names")
    columns: dict[str, list[Any]] = {
        "netuid": netuids,
        "name": [names.get(netuid, "") for netuid in netuids],
    }
    facts: dict[str, Any] = {
        "name": f"{network} {view.block:,}",
        "block": view.block,
        # The chain's own state is no slip, however far a price has moved from its average.
        "prices_apart": [netuid for netuid in netuids if netuid],
    }
    notes = [
        f"{network} at block {view.block:,} ({view.timestamp():%Y-%m-%d %H:%M} UTC), read through "
        f"bittensor {version}.",
        "last_lock_block is the block of the youngest registration that still stands.",
    ]

    def known(what: str, item: Item, query: Callable[[tuple[str, str]], Any]) -> Any:
        """Return what the node answers; None, with a note, if its runtime lacks the item."""
        try:
            return query((item.pallet, item.name))
        except ValueError as error:
            lacks = f"the node's runtime has no {item.pallet}.{item.name} ({error})"
            if item.otherwise is None:
                fix = f"{lacks}, from which {what} is read; choose a later --block"
                raise NetworkError(network, [fix]) from None
            notes.append(f"{what}: {lacks}; {item.otherwise}.")
            return None

    def decoded(item: Item, value: Any, whose: str) -> Cell:
        try:
            return item.decode(value)
        except TypeError as error:
            fix = (
                f"{item.pallet}.{item.name}{whose} is {value!r}, where bittensor {FOLLOWED} gives "
                f"{error}; this dtaojax cannot read it"
            )
            raise NetworkError(network, [fix]) from None

    keys = [[netuid] for netuid in netuids]
    for column, item in COLUMNS.items():
        values = known(column, item, lambda name: view.query_batch(name, keys))
        if values is not None:
            columns[column] = [
                decoded(item, value, f" of netuid {netuid}")
                for netuid, value in zip(netuids, values, strict=True)
            ]
        elif item.cell is not None:
            columns[column] = [item.cell] * len(netuids)
    for fact, item in FACTS.items():
        value = known(fact, item, view.query)
        if value is not None:
            facts[fact] = decoded(item, value, "")
    return Gathered(
        RawTable(network, columns, ["on chain"] * len(netuids)), facts, tuple(notes), True
    )
