"""Gradient search for a mechanism's parameters, with its trade-offs and its verification."""
