"""1.1 Environment setup: know that Milvus is there before you rely on it.

Goal
    Two functions and a file that every deployment of Milvus needs: wait until a server is ready, report what it is,
    and start one with Docker Compose. The file is ex01_environment_setup/compose.yaml, in the folder beside this one.

Why it matters
    A Milvus that starts opens its port about a second before it answers anything there, and a proxy in front of it
    may accept connections while there is no Milvus at all. Health can be green while writes are refused, because a
    disk is full. Deployments that sleep 30 seconds and hope are too slow on good days and fail on bad ones; those that
    trust the port or a health page pass the first requests to a server that can't serve them. What always tells the
    truth: write a row, read it back.

What is measured
    A proxy stands between your code and a real Milvus: it opens late, refuses writes, refuses reads, and notes every
    call with its time. Beside it are a port where nothing listens and one that accepts and never says a word. Whatever
    you create on the way, the checks look for it afterwards. compose.yaml is read by the real Docker Compose, without
    starting anything.

Grade it:      nox -s stage1 -- 1.1
Look at it:    nox -s play -- 1.1
"""

from __future__ import annotations

from typing import Any

from pymilvus import DataType, MilvusClient, MilvusException  # noqa: F401 - for your code


def wait_until_ready(uri: str, deadline_s: float) -> None:
    """Return as soon as one row was written to Milvus and read back; not earlier, and soon after that is possible.

    Nothing has to be there yet: connections may be refused, accepted without an answer, or answered with errors. Look
    at least once a second. Many callers may do this at once, on a server that is in use: work in a collection of your
    own whose name nobody else has, and drop it, also when something fails halfway.

    Args:
        uri: address of Milvus, such as `http://127.0.0.1:19530`.
        deadline_s: seconds after which to give up, not earlier. 20 % more are for tidying up.

    Raises:
        TimeoutError: the deadline passed. Whatever went wrong before is no reason to give up, and goes into its text.
    """
    # TODO: a loop with a deadline around: MilvusClient(uri, timeout=…), create, insert, query, drop
    raise NotImplementedError


def server_report(uri: str) -> dict[str, Any]:
    """Say what runs at an address and whether it can be used now. A server in trouble is reported, not raised.

    Returns:
        `version`: what the server calls itself, such as `v2.3.5`; None if it doesn't say.
        `type`: how it is deployed, as it says itself, in lower case: `embedded` (milvus-lite), `standalone`,
            `cluster`; None if it doesn't say.
        `databases`: names of its databases; empty if it doesn't say.
        `healthy`: whether one row could be written and read back just now.
        `reasons`: why it isn't healthy, with the server's own words; empty if it is.
    """
    # TODO: get_server_type() doesn't ask the server, it looks at the address. Which call brings deploy_mode?
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.showing import demo_uri

    with demo_uri() as uri:
        wait_until_ready(uri, 10)
        for name, value in server_report(uri).items():
            print(f"{name:10} {value}")
