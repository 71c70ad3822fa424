# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # What could a portfolio of alpha lose?
#
# A run of mainnet from Python. Open this file in JupyterLab with the jupytext extension or in VS
# Code, or run it as it is from the repository's folder: `python examples/first_run.py`.

# %%
import matplotlib.pyplot as plt
import numpy as np

import dtaojax

# %% [markdown]
# A config is a file, and anything in it can be changed by its dotted key. What is not named keeps
# its value; a misspelt key is refused.

# %%
run = dtaojax.simulate(
    "configs/mainnet.toml",
    {
        "run.paths": 256,
        "run.horizon_days": 30.0,
        "portfolio.alpha": {4: 1000.0, 64: 500.0},
        "portfolio.root_tao": 100.0,
    },
)
run

# %% [markdown]
# Every number comes with its standard error and its 95 % interval: how much more paths would change
# it, not whether the model is right.

# %%
summary = run.summary
tails = summary[summary["name"].str.contains("loss_realizable_(?:var|es)_9", regex=True)]
print(tails[["name", "day", "value", "standard_error", "ci_low", "ci_high", "unit"]].to_string())

# %% [markdown]
# Single paths are there too. A positive loss is a loss.

# %%
losses = run.paths("loss_realizable")
slippage = run.paths("value_spot") - run.paths("value_realizable")
print(f"the portfolio loses on {np.mean(losses > 0):.0%} of {len(losses)} paths")
print(f"selling it all through the pools costs {np.mean(slippage):.3f} TAO of what spot says")

figure, axes = plt.subplots()
axes.hist(losses, bins=40)
axes.set_xlabel("loss [TAO], left of 0 is a gain")
axes.set_ylabel("paths")

# %% [markdown]
# The tables are pandas tables, in the long form that `docs/` and the report's glossary explain.

# %%
pools = run.network[run.network["quantity"] == "total_tao_in"]
bands = pools[pools["statistic"] == "quantile"].pivot(index="day", columns="level", values="value")
axes = bands[[0.05, 0.5, 0.95]].plot(ylabel="TAO in pools", xlabel="days from now")
print(run.report)
