"""The cheapest question that a Milvus answers: its version. Asked without the 0.7 s import of pymilvus."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import grpc

_GET_VERSION = "/milvus.proto.milvus.MilvusService/GetVersion"
_EMPTY_REQUEST = b""  # GetVersionRequest has no field that has to be set


def get_version(uri: str, token: str, seconds: float) -> bytes | None:
    """Return the server's encoded answer to GetVersion, or None when there is none within `seconds`."""
    import grpc  # here, because the keeper imports this package and asks no server

    metadata = [("authorization", base64.b64encode(token.encode()).decode())] if token else []
    try:
        with _channel(uri) as channel:
            call = channel.unary_unary(_GET_VERSION)
            answer: bytes = call(_EMPTY_REQUEST, timeout=seconds, metadata=metadata)
            return answer
    except grpc.RpcError:
        return None


def version_in(answer: bytes) -> str:
    """Return the version in an answer: `v2.3.5-lite` is the full server's, `lite 3.2.2` is milvus-lite's."""
    from pymilvus.grpc_gen import milvus_pb2

    version: str = milvus_pb2.GetVersionResponse.FromString(answer).version
    # Lite says "milvus_lite-3.2.2"; the full server of the wheel calls itself "-lite" too.
    return version.replace("milvus_lite-", "lite ")


def _channel(uri: str) -> grpc.Channel:
    import grpc

    parts = urlsplit(uri)
    # A pool of its own: a connection that another channel saw fail would be reported as failed for a second.
    options: list[tuple[str, int]] = [("grpc.use_local_subchannel_pool", 1)]
    if parts.hostname in ("127.0.0.1", "localhost"):
        options.append(("grpc.enable_http_proxy", 0))
    if parts.scheme == "https":
        return grpc.secure_channel(f"{parts.hostname}:{parts.port or 443}", grpc.ssl_channel_credentials(), options)
    return grpc.insecure_channel(f"{parts.hostname}:{parts.port or 19530}", options)
