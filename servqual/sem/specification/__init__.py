"""What a model's text says, as a table of parameters."""
