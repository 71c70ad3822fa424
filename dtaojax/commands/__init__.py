"""Verbs of the command line, one a module, and the options that they share."""
