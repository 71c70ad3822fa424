"""The worst demand within a budget, and its gain or loss (``dtaojax stress``)."""

from dtaojax.studies.shared.about import About

ABOUT = About(
    task="Find the worst demand within a budget, and what an attacker gains or loses by it.\n\n"
    "The answer is a folder: report.html, stress.json, what every plan does in outcomes.csv, and "
    "the plans themselves in plans.csv.",
    config="An attack's config in TOML, for example configs/attack.toml.",
    paths=("search.paths", "verify.paths"),
)
