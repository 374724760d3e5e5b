"""A class: many submissions graded by the same checks, each apart from all others, and what came of them."""
