"""Gap, performance-only and zone-of-tolerance scores."""
