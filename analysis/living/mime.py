"""How a page hands over its result: the agreement between the notebooks and their execution."""

# The MIME type under which a notebook displays its result; execution takes it out of the page.
RESULT_MIME = "application/vnd.living-review.result+json"
