"""The one error that a search raises where its user can mend the cause."""


class TuneError(Exception):
    """A search that cannot be run or has no answer; the message names the place and the fix."""
