"""Score cards: recommendation, satisfaction, effort, satisfaction indices, rates."""
