"""The model's answers to the chain's vectors: one function ``case -> dict`` a topic.

A case holds rao; an adapter hands the model TAO and alpha, and hands back the unit of the topic.
"""

from .emission import EMISSION_ADAPTERS
from .lifecycle import LIFECYCLE_ADAPTERS
from .network import NETWORK_ADAPTERS
from .orders import ORDER_ADAPTERS
from .pools import POOL_ADAPTERS
from .shares import SHARE_ADAPTERS
from .splits import SPLIT_ADAPTERS
from .units import Adapter, Case

ADAPTERS: dict[str, Adapter] = (
    POOL_ADAPTERS
    | ORDER_ADAPTERS
    | EMISSION_ADAPTERS
    | SHARE_ADAPTERS
    | NETWORK_ADAPTERS
    | SPLIT_ADAPTERS
    | LIFECYCLE_ADAPTERS
)

__all__ = ["ADAPTERS", "Adapter", "Case"]
