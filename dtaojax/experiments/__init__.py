"""Statements about the network as questions that simulated paths answer."""
