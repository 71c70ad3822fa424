"""The config of a run: frozen, strict models; TOML and ``--set`` in, a checked object out.

Nothing here imports JAX, NumPy or pandas, so that reading a config takes no time.
"""
