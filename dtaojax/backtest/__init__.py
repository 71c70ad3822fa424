"""Rolling forecasts through history, and the replay of history through the mechanism."""
