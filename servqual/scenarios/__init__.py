"""What would follow from a change, and what it takes to reach a target."""
