"""The port is open to the whole network.

rejected by: compose_keeps_to_itself
because: open_port
on: lite, server
"""
