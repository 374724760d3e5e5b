"""The container is privileged, because somebody had trouble with rights once.

rejected by: compose_keeps_to_itself
because: needless_right
on: lite, server
"""
