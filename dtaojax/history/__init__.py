"""Price histories: a strict reader of daily panels, and the panel as arrays. No JAX."""

from dtaojax.history.closes import HIGHEST_CLOSE, Closes, read_closes
from dtaojax.history.panel import Panel, data_folder, find_history, read_panel
from dtaojax.history.rows import HistoryError

__all__ = [
    "HIGHEST_CLOSE",
    "Closes",
    "HistoryError",
    "Panel",
    "data_folder",
    "find_history",
    "read_closes",
    "read_panel",
]
