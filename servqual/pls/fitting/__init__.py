"""From a model's text and answers to weights, loadings and paths."""
