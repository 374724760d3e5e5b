"""It asks for the list of collections, and takes an answer for ready.

rejected by: needs_a_write
because: no_write
on: lite, server
"""


def _write_and_read(uri, deadline, cleaning_s):
    client = MilvusClient(uri, timeout=1)
    client.list_collections(timeout=1)
    client.close()
