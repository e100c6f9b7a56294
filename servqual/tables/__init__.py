"""Tables for papers: a result as a Word, Excel, LaTeX or HTML table in journal (APA) form."""
