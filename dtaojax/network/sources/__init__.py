"""Where networks come from besides files of this program: the chain itself, and market sites."""

from dtaojax.network.sources.complete import Supplement, complete
from dtaojax.network.sources.gathered import Gathered

__all__ = ["Gathered", "Supplement", "complete"]
