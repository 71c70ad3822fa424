"""Scores of probabilistic forecasts: one measure, one function. NumPy and SciPy only."""
