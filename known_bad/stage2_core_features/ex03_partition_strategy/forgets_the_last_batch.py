"""Documents go in batches, and the last batch, which isn't full, is forgotten.

rejected by: tenants_share_partitions
because: lost_rows
on: lite, server
"""


def insert_documents(client, name, documents):
    for start in range(0, len(documents) - 399, 400):
        client.insert(name, documents[start : start + 400])
