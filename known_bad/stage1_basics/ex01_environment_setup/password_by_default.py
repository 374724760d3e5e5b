"""Who sets no password gets the one that everybody knows.

rejected by: compose_takes_a_password
because: starts_without_password
on: lite, server
"""
