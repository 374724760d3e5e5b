"""The commands behind the nox sessions, a module for each kind of person who runs them."""
