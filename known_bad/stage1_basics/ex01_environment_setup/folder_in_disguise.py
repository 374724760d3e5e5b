"""The named volume is a folder of the host in disguise.

rejected by: compose_keeps_to_itself
because: special_storage
on: lite, server
"""
