"""From plain results to one self-contained HTML file. Knows neither JAX nor the model."""

from dtaojax.report.page import render_report, write_report

__all__ = ["render_report", "write_report"]
