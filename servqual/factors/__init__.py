"""How many factors a scale has, and which items form them."""
