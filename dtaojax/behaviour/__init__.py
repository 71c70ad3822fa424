"""Those who move the mechanism's inputs: owners the miners' burn, root switches and baskets."""
