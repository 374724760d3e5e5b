"""Where a server is reached: plain data that crosses from the grader to the learner's process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EndpointKind = Literal["client", "async_client", "uri"]


@dataclass(frozen=True)
class Endpoint:
    """An address that the child opens before it calls the learner's function.

    Attributes:
        kind: what the function receives: a `MilvusClient`, an `AsyncMilvusClient`, or just the URI.
        uri: for instance `http://127.0.0.1:19530`.
        token: `user:password`, or empty where the server asks for none.
        database: the database that the client works in; empty means the server's default.
    """

    kind: EndpointKind
    uri: str
    token: str = ""
    database: str = ""
