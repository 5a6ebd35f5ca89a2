"""The watch: the site follows the files that are saved, and so does the page that is open."""
