"""The container uses the network of the host.

rejected by: compose_keeps_to_itself
because: needless_right
on: lite, server
"""
