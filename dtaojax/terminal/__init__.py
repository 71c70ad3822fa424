"""What the command line shows and asks: consoles, shared options, and how a command ends."""
