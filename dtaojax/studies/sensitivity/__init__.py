"""Parameters and assumptions that move the numbers of a run (``dtaojax sensitivity``)."""

from dtaojax.studies.shared.about import About

ABOUT = About(
    task="Find which parameters and assumptions move the numbers of a run.\n\n"
    "The answer is a folder: report.html with tornado plots, sensitivity.json, and the tables "
    "local.csv (derivatives), swings.csv (one parameter at a time) and sobol.csv (variance).",
    config="A run's config, or that of a study, for example configs/sensitivity.toml.",
    paths=("run.paths", "paths"),
)
