"""Root has a password, and nobody is asked for one.

rejected by: compose_takes_a_password
because: open_to_all
on: lite, server
"""
