"""dtaojax: Monte Carlo risk analysis of Bittensor's dynamic TAO (dTAO), in JAX."""

__version__ = "0.1.0"
