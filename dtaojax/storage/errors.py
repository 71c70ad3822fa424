"""What is wrong with a folder of results."""


class ResultsError(Exception):
    """A results folder that cannot be written or read; the message names the place and the fix."""
