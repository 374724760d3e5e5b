"""The volume has no name, so the next container gets another one.

rejected by: compose_keeps_data
because: no_named_volume
on: lite, server
"""
