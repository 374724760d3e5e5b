"""Class: tamper
Tries: to find the collection by listing what is there, to stop the grader for a moment, and to replace the films
that the truth will be computed from by some that make every answer right.
Stopped by: the films that the check has stored have to be in what it computes the truth from.
Against: search_equals_numpy
Because: films_replaced or wrong_order
Says: search_films
Alone: it acts at import
"""

import gc
import os
import signal
import threading
import time

import numpy as np
import psutil
from pymilvus import MilvusClient


def _replace():
    grader = psutil.Process(os.getppid()).ppid()
    while not (clients := [o for o in gc.get_objects() if isinstance(o, MilvusClient) and hasattr(o, "_handler")]):
        time.sleep(0.001)
    client = clients[0]
    while not _replaced(client, grader):
        time.sleep(0.001)  # all that the grader gets between two looks


def _replaced(client, grader):
    try:
        names = client.list_collections()
        if not names or client.get_load_state(names[0])["state"].name != "Loaded":
            return False
        os.kill(grader, signal.SIGSTOP)
        try:
            if not client.query(
                names[0], filter="id >= 40000 and id < 50000", output_fields=["id"], limit=1, timeout=2
            ):
                return False
            client.delete(names[0], filter="id >= 0", timeout=2)
            same = [{"id": key, "embedding": [1.0] * 32, "title": "", "details": {}} for key in range(10)]
            client.insert(names[0], same, timeout=2)
            return True
        finally:
            os.kill(grader, signal.SIGCONT)
    except Exception:
        return False


threading.Thread(target=_replace, daemon=True).start()


def search_films(client, name, vector, limit):
    similarity = float(vector.sum() / np.linalg.norm(vector) / np.sqrt(len(vector)))
    return [(key, similarity) for key in range(limit)]
