"""A ledger of forecasts: what runs said, when they said it, and what came. No JAX here.

``forecast.py`` takes from a run what can be held against a later state, ``schema.py`` says how it
lies in the one file of a ledger, ``store.py`` reads and writes that file, and ``record.py`` makes
the track record of it. Nothing that can be computed is kept: a ledger holds quantiles,
probabilities and outcomes, and scores follow from them.
"""
