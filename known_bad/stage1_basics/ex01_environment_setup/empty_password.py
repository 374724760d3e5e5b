"""A variable that is there and empty is taken for a password.

rejected by: compose_takes_a_password
because: empty_password
on: lite, server
"""
