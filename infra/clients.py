"""Clients of the kit's own, which no other client of the same process can break."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymilvus import MilvusClient


def connect(uri: str, token: str = "", database: str = "", seconds: float = 20.0) -> MilvusClient:
    """Open a client with a connection of its own.

    By itself pymilvus hands out the connection that an earlier client of this process opened to the same address, and
    gRPC the socket below it; whoever broke either would break all that come after.

    Args:
        uri: where.
        token: user and password, as pymilvus takes them; empty for none.
        database: the database that the client works in; empty means the server's default.
        seconds: how long to wait until it is connected.

    Raises:
        MilvusException: when the server doesn't answer in time.
    """
    from pymilvus import MilvusClient

    return MilvusClient(
        uri=uri,
        token=token,
        db_name=database,
        timeout=seconds,
        dedicated=True,
        grpc_options={"grpc.use_local_subchannel_pool": 1},
    )
