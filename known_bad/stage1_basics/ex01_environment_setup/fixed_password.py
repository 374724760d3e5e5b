"""The password stands in the file.

rejected by: compose_takes_a_password
because: fixed_password
on: lite, server
"""
