# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Would it pay to buy emission for my subnet?
#
# Emission follows prices, so an owner could buy the own token to lift the subnet's share. What does
# a budget buy at best, and what is left of the money when all is sold again? A search by gradient
# finds the best plan for each budget, and fresh random paths say what it is worth. It takes a
# minute or two:
#
#     python examples/buying_emission.py

# %%
import matplotlib.pyplot as plt

import dtaojax

# %% [markdown]
# The attack of `configs/attack.toml`, with fewer budgets and rules: subnet 19, whose emission is
# low today, under the rules of August 2026 and under those of June 2026, which had no gate.

# %%
attack = dtaojax.stress(
    "configs/attack.toml",
    {
        "presets": ["gate_rank_2026", "price_rootprop"],
        "attack.budgets": [2000.0, 32000.0],
        "search.iterations": 8,
        "verify.paths": 128,
    },
)
attack

# %% [markdown]
# As labelled arrays over rules, budget and strategy. Every figure that ends in `_change` is the
# difference from no attack on the same paths, and has its error beside it.

# %%
outcomes = attack.to_xarray().sel(budget=slice(1.0, None))
best = outcomes.sel(strategy="found")
share = 100.0 * best["target_change_value"].to_pandas()
gain = best["wealth_change_value"].to_pandas()
error = best["wealth_change_standard_error"].to_pandas()
print(f"emission bought [points of the share]\n{share.round(3)}\n")
print(f"net gain [TAO]\n{gain.round(0)}\nits standard error\n{error.round(0)}")

# %% [markdown]
# A gain whose bar crosses 0 is none that the paths can show. The budget is not what is risked: most
# of it comes back when the alpha is sold, less slippage and fees, and emission pays for part of
# those.

# %%
figure, axes = plt.subplots()
for rules in gain.index:
    bars = 1.96 * error.loc[rules]
    axes.errorbar(gain.columns, gain.loc[rules], bars, marker="o", capsize=3, label=rules)
axes.axhline(0.0, color="grey", linewidth=1)
axes.set(xscale="log", xlabel="budget [TAO]", ylabel="net gain, 95 % interval [TAO]")
axes.legend()

# %% [markdown]
# When to buy? What the best plan for the largest budget spends, period by period, and what the
# plain ones do.

# %%
largest = attack.plans["budget"] == attack.plans["budget"].max()
spent = attack.plans[largest].pivot_table("spend", "period", ["rules", "strategy"], aggfunc="sum")
print(spent.round(0).to_string())
print(attack.report)
