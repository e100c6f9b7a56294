"""How much of an outcome is each driver's: shares of explained variance."""
