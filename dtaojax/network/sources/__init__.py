"""Sources of networks besides files of this program: the chain itself, and market sites."""

from dtaojax.network.sources.complete import Gathered, Supplement, complete

__all__ = ["Gathered", "Supplement", "complete"]
