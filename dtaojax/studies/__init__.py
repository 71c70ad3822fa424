"""Questions put to the model, one folder a verb: its config, its run, its result, its page."""
