"""Figures of a path that experiments look at: one measure, one module."""
