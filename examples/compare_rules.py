# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # What would other rules change?
#
# The same network and the same random paths under several rules. What differs is then due to the
# rules and not to luck, so that a few hundred paths show what thousands of separate ones would not.
#
#     python examples/compare_rules.py

# %%
import dtaojax

# %%
found = dtaojax.compare(
    "configs/mainnet.toml",
    changes={"run.paths": 256, "run.horizon_days": 30.0},
    grid={"mechanism.gate.exponent": [4.0, 2.0, 1.0]},
)
found

# %% [markdown]
# A softer gate leaves something to subnets below the bar, takes from those just above it, and gives
# to the largest. On the whole emission is more concentrated: fewer effective subnets. By how much,
# and how surely?

# %%
table = found.differences
wanted = table["name"].isin(["emission_effective_number", "emission_top10_share", "total_tao_in"])
rows = table[wanted & (table["day"] == table["day"].max())]
print(rows[["run", "name", "difference", "standard_error", "ci_low", "ci_high"]].to_string())

# %% [markdown]
# Pairing is worth a lot here: the error of the difference beside what two separate runs would have.

# %%
separate = (rows["value_error"] ** 2 + rows["baseline_error"] ** 2) ** 0.5
print((separate / rows["standard_error"]).round(1).to_string())

# %% [markdown]
# Which subnets gain most? Single subnets' paths are not kept, so these errors are upper bounds.

# %%
shares = table[(table["name"] == "emission_share") & (table["run"] == found.labels[-1])]
gains = shares.sort_values("difference", ascending=False).head(5)
print(gains[["netuid", "baseline_value", "value", "difference", "standard_error"]].to_string())
print(found.report)
