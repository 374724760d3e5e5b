"""What the kit costs in time and memory; run by `nox -s bench`, never asserted in a test."""
