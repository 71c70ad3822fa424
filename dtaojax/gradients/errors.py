"""The one error that a search raises for what its user can mend."""


class TuneError(Exception):
    """A search that cannot be run or has no answer; the message names the place and the fix."""
