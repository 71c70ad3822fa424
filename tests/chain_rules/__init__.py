"""Rules of the chain that the product leaves out, in the model's arrays and on the model's swaps.

The chain's vectors ask for them too: who takes part in an epoch, what an order with a limit does,
what a claim pays. They show that the model's pools, prices and rounding carry these rules as well.
"""
