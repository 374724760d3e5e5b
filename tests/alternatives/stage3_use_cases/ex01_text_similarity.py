from __future__ import annotations

import numpy as np
from pymilvus import DataType, MilvusClient

from fixtures.models import text_model

WORDS, OVERLAP = 120, 20


def chunk(text, words=WORDS, overlap=OVERLAP):
    left, chunks = text.split(), []
    while left:
        chunks.append(" ".join(left[:words]))
        left = left[words - overlap :] if len(left) > words else []
    return chunks


def embed(texts):
    vectors = text_model().encode(texts, batch_size=128, convert_to_tensor=True).numpy()
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def create_collection(client: MilvusClient, name):
    schema = MilvusClient.create_schema(auto_id=True, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=384)
    schema.add_field("text", DataType.VARCHAR, max_length=8192)
    schema.add_field("document", DataType.INT64)
    client.create_collection(name, schema=schema, consistency_level="Session")
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="COSINE")
    client.create_index(name, index)
    client.load_collection(name)


def add_documents(client, name, documents):
    inserted = 0
    for start in range(0, len(documents), 300):
        parts = [(d["id"], part) for d in documents[start : start + 300] for part in chunk(d["text"])]
        vectors = text_model().encode([part for _, part in parts], normalize_embeddings=True)
        rows = [{"document": k, "text": t, "vector": v.tolist()} for (k, t), v in zip(parts, vectors, strict=True)]
        inserted += client.insert(name, rows)["insert_count"]
    return inserted


def search(client, name, question, limit):
    vector = text_model().encode(question)
    found = {}
    while len(found) < limit:
        hits = client.search(
            name,
            [vector.tolist()],
            limit=limit,
            filter=f"document not in {list(found)}" if found else "",
            output_fields=["document"],
        )[0]
        for hit in hits:
            found.setdefault(hit["entity"]["document"], hit["distance"])
        if len(hits) < limit:
            break
    return sorted(found.items(), key=lambda pair: -pair[1])[:limit]


def passages(client, name, question, words):
    vector = text_model().encode([question])
    hits = client.search(name, vector.tolist(), limit=20, output_fields=["document", "text"])[0]
    sizes = np.cumsum([len(hit["entity"]["text"].split()) for hit in hits])
    fitting = hits[: int((sizes <= words).sum())]
    return [[hit["entity"]["document"], hit["entity"]["text"]] for hit in fitting]
