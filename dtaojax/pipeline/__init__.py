"""One module for each verb of the command line; heavy imports happen when a verb runs."""
