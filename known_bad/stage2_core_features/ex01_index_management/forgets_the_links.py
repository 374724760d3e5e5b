"""HNSW is taken for the vectors that it holds; its graph is left out.

rejected by: estimates_the_bytes
because: no_links
on: server
"""

LINK_BYTES = 0
