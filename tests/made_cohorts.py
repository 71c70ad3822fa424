"""A table of cohorts whose numbers are known."""

import numpy as np
import pandas as pd

from dtaojax.cohorts.follower import COHORT_FIGURES
from dtaojax.metrics.cohorts import cohort_table


def made_table(parties: tuple[str, ...], days: tuple[float, ...]) -> pd.DataFrame:
    """Each party sells its number times the day, and buys half of it; 3 paths that differ."""

    def sample(name: str, day: float) -> np.ndarray:
        figure, party = name.split(".")
        part = {"holdings": 10.0, "income": 2.0, "proceeds": 1.0, "spending": 0.5}[figure]
        return part * day * (1.0 + parties.index(party)) * np.array([0.5, 1.0, 1.5])

    return cohort_table(sample, COHORT_FIGURES, parties, days)
