"""The full Milvus 2.3.5 server from the `milvus` wheel, started directly as `milvus run standalone`.

It listens on every interface whatever one sets: `PROXY_IP=127.0.0.1` doesn't change that, only its etcd stays
on the loopback. Where that matters, run it in a container or in a network namespace.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from infra.backends.launch import HOST, Launch, clean_environment, free_ports
from infra.backends.wheel import unpacked_server, wheel_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from infra.messages import Message

_PORT_FIELDS = (
    "etcd_port",
    "proxy_port",
    "proxy_internal_port",
    "root_coord_port",
    "query_coord_port",
    "query_node_port",
    "index_node_port",
    "data_coord_port",
    "data_node_port",
)

# Measured with 20,000 x 64 vectors on 2 cores: from arrays to a served HNSW index in 5 s instead of 14 s, and
# a search with Strong consistency in 30 ms instead of 300 ms. Milliseconds, but for UPDATENEXTTARGETINTERVAL
# and LEADERVIEWUPDATEINTERVAL (seconds). ASSIGNMENTEXPIRATION makes a flush fast and is safe because the data
# is thrown away: lowering it over a restart can lose rows.
FAST = {
    "PROXY_TIMETICKINTERVAL": "20",
    "QUERYCOORD_CHECKINTERVAL": "100",
    "QUERYCOORD_DISTPULLINTERVAL": "100",
    "QUERYCOORD_CHECKSEGMENTINTERVAL": "100",
    "QUERYCOORD_CHECKCHANNELINTERVAL": "100",
    "QUERYCOORD_CHECKINDEXINTERVAL": "100",
    "QUERYCOORD_CHECKHANDOFFINTERVAL": "200",
    "QUERYCOORD_UPDATENEXTTARGETINTERVAL": "0.1",
    "QUERYCOORD_LEADERVIEWUPDATEINTERVAL": "1",
    "QUERYNODE_STATS_PUBLISHINTERVAL": "100",
    "INDEXCOORD_SCHEDULER_INTERVAL": "100",
    "DATACOORD_SEGMENT_ASSIGNMENTEXPIRATION": "200",
    "DATANODE_TIMETICK_INTERVAL": "50",
}

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)(?:\(\w+\))?\s*(?::\s*(.*?))?\s*\}\}")


def server(home: Path, settings: Mapping[str, str], announce: Callable[[Message], None]) -> Launch:
    """Return how to start the server on free ports, with its configuration and data below `home`.

    Raises:
        BackendUnavailable: the wheel isn't there, or the state directory can't be written.
        DiskFull: no room for the unpacked server.
    """
    binaries = unpacked_server(announce)
    *ports, etcd_peer, metrics = free_ports(len(_PORT_FIELDS) + 2)
    fields = dict(zip(_PORT_FIELDS, map(str, ports), strict=True))
    _write_configuration(home, fields, etcd_peer)
    library_path = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    environment = {
        library_path: str(binaries),
        "MILVUSCONF": str(home / "configs"),
        "MILVUS_RUN_DIR": str(home / "run"),
        "DEPLOY_MODE": "STANDALONE",
        "ETCD_CONFIG_PATH": str(home / "configs" / "etcd.yaml"),
        "METRICS_PORT": str(metrics),
        # At `info` an idle server logs 8 MB an hour.
        "LOG_LEVEL": "warn",
        # Bulk insert reads any .json and .npy of this machine that a request names, as the user who started the server,
        # and whoever asked finds the contents in a collection. No file is as small as this.
        "COMMON_IMPORTMAXFILESIZE": "0",
    }
    return Launch(
        command=[str(binaries / "milvus"), "run", "standalone"],
        environment=clean_environment(environment | FAST | dict(settings)),
        uri=f"http://{HOST}:{fields['proxy_port']}",
        metrics_uri=f"http://{HOST}:{metrics}/metrics",
        health_uri=f"http://{HOST}:{metrics}/healthz",
    )


def _write_configuration(home: Path, ports: Mapping[str, str], etcd_peer: int) -> None:
    paths = {
        "etcd_log_path": home / "logs" / "etcd.log",
        "etcd_data_dir": home / "data" / "etcd",
        "local_storage_dir": home / "data",
        "rocksmq_data_dir": home / "data" / "rocksmq",
        "system_log_path": home / "logs",
    }
    for directory in ("configs", "data", "logs", "run"):
        (home / directory).mkdir(parents=True)
    template = (wheel_data() / "config.yaml.template").read_text(encoding="utf-8")
    values = {**ports, **{name: str(path) for name, path in paths.items()}}
    (home / "configs" / "milvus.yaml").write_text(render(template, values), encoding="utf-8")
    glog = (wheel_data() / "glog.conf").read_bytes()
    (home / "configs" / "glog.conf").write_bytes(glog)
    etcd = _etcd_configuration(home, ports["etcd_port"], etcd_peer)
    (home / "configs" / "etcd.yaml").write_text(etcd, encoding="utf-8")


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill the wheel's placeholders `{{ name }}`, `{{ name: default }}` and `{{ name(type): default }}`."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[2] or ""), template)


def _etcd_configuration(home: Path, client: str, peer: int) -> str:
    return f"""\
name: default
data-dir: {home / "data" / "etcd"}
listen-client-urls: http://{HOST}:{client}
advertise-client-urls: http://{HOST}:{client}
listen-peer-urls: http://{HOST}:{peer}
initial-advertise-peer-urls: http://{HOST}:{peer}
initial-cluster: default=http://{HOST}:{peer}
log-outputs: [{home / "logs" / "etcd.log"}]
"""
