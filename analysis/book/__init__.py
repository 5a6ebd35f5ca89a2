"""Pages to a site: the contents of the book, Sphinx, and what Sphinx is taught."""
