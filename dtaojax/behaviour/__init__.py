"""Those who move the mechanism's inputs: owners their miners' burn, root the emission switch."""
