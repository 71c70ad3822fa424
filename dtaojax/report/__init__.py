"""From plain results to one self-contained HTML file. Knows neither JAX nor the model."""
