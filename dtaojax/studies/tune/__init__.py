"""Search for mechanism parameters by gradient, verified on fresh paths (``dtaojax tune``)."""

from dtaojax.studies.shared.about import About

ABOUT = About(
    task="Search for mechanism parameters by gradient, and verify them on fresh paths.\n\n"
    "The answer is a folder: report.html, tune.json, every point in iterates.csv, and tuned.toml.",
    config="A search's config in TOML, for example configs/tune_gate.toml.",
    paths=("search.paths", "verify.paths"),
)
