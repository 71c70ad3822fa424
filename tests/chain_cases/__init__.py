"""Random cases of the vectors' topics, ordinary ones and edges, for the fuzz test."""

from .emission import EMISSION_CASES
from .ledger import LEDGER_CASES
from .pools import POOL_CASES
from .values import Fuzz

CASES: dict[str, Fuzz] = POOL_CASES | EMISSION_CASES | LEDGER_CASES

__all__ = ["CASES", "Fuzz"]
