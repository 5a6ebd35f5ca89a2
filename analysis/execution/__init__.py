"""From notebooks to pages and from pages to a book; only the command line imports this."""
