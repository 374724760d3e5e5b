"""All data is in the container, and gone with it.

rejected by: compose_keeps_data
because: no_volume
on: lite, server
"""
