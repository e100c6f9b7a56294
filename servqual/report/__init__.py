"""The report: one HTML file with the tables, pictures and notes of results."""
