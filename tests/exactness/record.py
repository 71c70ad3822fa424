"""What a block leaves behind, read from either side under the same names."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from reference import BlockFlows, NetworkRef
from reference.coinbase import SubnetFlows
from reference.weighing import root_prop_of
from worlds import (
    PER_SUBNET_NUMBERS,
    PER_SUBNET_TOKENS,
    POOL_FIELDS,
    RAO,
    Snapshot,
    snapshot_of_model,
    snapshot_of_reference,
)

from dtaojax.mechanism.step import StepFlows
from dtaojax.mechanism.weight_rule.flow import FlowMemory
from dtaojax.state.network import NetworkState, Pools

from .events import padded
from .presets import SLOTS, Pair

STATE_TOKENS = {
    *PER_SUBNET_TOKENS,
    "total_issuance",
    "root_tao",
    "memory.user",
    "memory.protocol",
}
STATE_FIELDS = [
    name for name in (*PER_SUBNET_TOKENS, *PER_SUBNET_NUMBERS) if name not in POOL_FIELDS
] + ["block", "root_tao", "total_issuance", "gate_bar"]
FLOW_RULES = ("user_flow", "net_flow")
MEMORY_OF_ONE_VECTOR = {
    "spot_price": "memory.shares",
    "ema_price_rootprop_burn": "memory.root_prop",
}
FLOW_MEMORY = {
    "user": "user_flow",
    "user_ema": "user_flow_ema",
    "protocol": "protocol_flow",
    "protocol_ema": "protocol_flow_ema",
}
"""Names of the model's memory of flows, and the reference's for them."""
SHARES: dict[str, Callable[[SubnetFlows], Any]] = {
    "pre_gate_share": lambda flow: flow.pre_gate_share,
    "share": lambda flow: flow.share,
}
AMOUNTS: dict[str, Callable[[SubnetFlows], Any]] = {
    "tao_injected": lambda flow: flow.support.tao_in,
    "alpha_injected": lambda flow: flow.support.alpha_in,
    "tao_of_buys": lambda flow: flow.support.buy_tao,
    "alpha_bought": lambda flow: flow.support.buy_alpha,
    "alpha_minted": lambda flow: flow.alpha_minted,
    "to_owner": lambda flow: flow.split.owner,
    "to_miners": lambda flow: flow.split.server,
    "to_validators": lambda flow: flow.split.validator,
    "to_root": lambda flow: flow.split.root_alpha,
    "recycled": lambda flow: flow.split.recycled,
    "tao_to_root": lambda flow: flow.split.root_tao,
    "tao_to_participants": lambda flow: flow.support.participant_tao,
}
"""Amounts of a block and subnet, as the reference reports them."""
CLAIMS = ("alpha_claimed", "tao_claimed")
FLOW_TOKENS = {*AMOUNTS, *CLAIMS}
ALPHA_AMOUNTS = {
    "alpha_claimed",
    "alpha_injected",
    "alpha_bought",
    "alpha_minted",
    "to_owner",
    "to_miners",
    "to_validators",
    "to_root",
    "recycled",
}


def flows_of_reference(flows: BlockFlows) -> Snapshot:
    """Shares and amounts of a block by slot, amounts in tokens."""

    def by_slot(read: Callable[[SubnetFlows], Any], unit: float) -> np.ndarray:
        row = np.zeros(SLOTS)
        for netuid, flow in flows.subnets.items():
            row[netuid - 1] = float(read(flow)) * unit
        return row

    shares = {name: by_slot(read, 1.0) for name, read in SHARES.items()}
    amounts = {name: by_slot(read, RAO) for name, read in AMOUNTS.items()}
    claims = {name: np.zeros(SLOTS) for name in CLAIMS}
    for netuid, claimed in flows.claims.items():
        for name, amount in zip(CLAIMS, claimed, strict=True):
            claims[name][netuid - 1] = float(amount) * RAO
    return shares | amounts | claims


def flows_of_model(flows: StepFlows) -> Snapshot:
    """The same of the model's steps of one block."""
    paid = flows.coinbase
    read = {
        "pre_gate_share": paid.shares.pre_gate,
        "share": paid.shares.final,
        "tao_injected": paid.terms.tao_in,
        "alpha_injected": paid.terms.alpha_in,
        "tao_of_buys": paid.protocol_tao - paid.terms.tao_in,
        "alpha_bought": paid.alpha_bought,
        "alpha_minted": paid.alpha_emission,
        "to_owner": paid.payout.owner,
        "to_miners": paid.payout.server,
        "to_validators": paid.payout.validator,
        "to_root": paid.payout.root,
        "recycled": paid.payout.recycled,
        "tao_to_root": paid.root_tao,
        "tao_to_participants": sum(paid.reward),
        "alpha_claimed": flows.claims.sold,
        "tao_claimed": flows.claims.tao,
    }
    return {name: np.asarray(values) for name, values in read.items()}


def memory_of_reference(network: NetworkRef, pair: Pair) -> Snapshot:
    """What the weight rule remembers, by slot."""
    subnets, kind = padded(network).subnets, pair.rules.weight_rule.kind
    if kind in FLOW_RULES:
        return {
            f"memory.{name}": np.array([float(getattr(s, theirs)) * RAO for s in subnets])
            for name, theirs in FLOW_MEMORY.items()
        }
    if kind == "spot_price":
        held = [network.held_shares.get(slot + 1, 0) for slot in range(SLOTS)]
        return {"memory.shares": np.array(held, dtype=float)}
    if kind == "ema_price_rootprop_burn":
        rho = [root_prop_of(subnet, network, pair.parameters) for subnet in subnets]
        return {"memory.root_prop": np.array(rho, dtype=float)}
    return {}


def memory_of_model(memory: Any, pair: Pair) -> Snapshot:
    """The same of the model's memory."""
    kind = pair.rules.weight_rule.kind
    if kind in FLOW_RULES:
        return {f"memory.{name}": np.asarray(values) for name, values in memory._asdict().items()}
    if kind in MEMORY_OF_ONE_VECTOR:
        return {MEMORY_OF_ONE_VECTOR[kind]: np.asarray(memory)}
    return {}


def model_state(fields: Snapshot) -> NetworkState:
    """A state of the model from the fields of the reference's, memory included."""
    memory = {name: jnp.asarray(fields[name]) for name in fields if name.startswith("memory.")}
    rest = {name: jnp.asarray(fields[name]) for name in STATE_FIELDS}
    return NetworkState(
        pools=Pools(**{name: jnp.asarray(fields[name]) for name in POOL_FIELDS}),
        memory=_memory_from(memory),
        **rest,
    )


def _memory_from(fields: dict[str, Any]) -> Any:
    if len(fields) > 1:
        return FlowMemory(**{name: fields[f"memory.{name}"] for name in FLOW_MEMORY})
    return next(iter(fields.values()), None)


def state_of_reference(network: NetworkRef, pair: Pair) -> Snapshot:
    """State and memory, by slot."""
    clock = {"block": np.int64(network.block)}
    return clock | snapshot_of_reference(padded(network)) | memory_of_reference(network, pair)


def record_of_reference(network: NetworkRef, flows: BlockFlows, pair: Pair) -> Snapshot:
    """State, memory and flows after a block."""
    return state_of_reference(network, pair) | flows_of_reference(flows)


def record_of_model(state: NetworkState, flows: StepFlows, pair: Pair) -> Snapshot:
    """The same of the model, of one step or of many with a leading axis."""
    clock = {"block": np.asarray(state.block)}
    memory = memory_of_model(state.memory, pair)
    return clock | snapshot_of_model(state) | memory | flows_of_model(flows)
