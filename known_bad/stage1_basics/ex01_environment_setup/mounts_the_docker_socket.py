"""The socket of Docker is mounted, which is as good as root on the host.

rejected by: compose_keeps_to_itself
because: folder_of_the_host
on: lite, server
"""
