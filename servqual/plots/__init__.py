"""Pictures of scores, drawn on matplotlib axes."""
