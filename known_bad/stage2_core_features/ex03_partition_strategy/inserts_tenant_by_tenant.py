"""The documents of each tenant travel by themselves, as if the partition key needed that.

rejected by: tenants_share_partitions
because: many_inserts
on: lite, server
"""


def insert_documents(client, name, documents):
    for tenant in {document["tenant"] for document in documents}:
        client.insert(name, [document for document in documents if document["tenant"] == tenant])
