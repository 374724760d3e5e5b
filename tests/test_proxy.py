"""The proxy, against a small gRPC server that does what a test says, and against a real milvus-lite."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from pymilvus import DataType, MilvusClient, MilvusException

from fixtures.proxy import Call, counting_proxy

Behaviour = Callable[[bytes, grpc.ServicerContext], bytes]

SERVICE = "/milvus.proto.milvus.MilvusService/"
ANY_SIZE = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", 1 << 20),
    ("grpc.absolute_max_metadata_size", 1 << 20),
]
METADATA = (("plain", "value"), ("twice", "1"), ("twice", "2"), ("raw-bin", bytes(range(256))), ("empty-bin", b""))
FAILURES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


class Upstream:
    """A real gRPC server whose methods a test fills in: `upstream.methods["Insert"] = behaviour`."""

    def __init__(self) -> None:
        self.methods: dict[str, Behaviour] = {}
        self.uri = ""

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        behaviour = self.methods.get(details.method.removeprefix(SERVICE))
        return grpc.unary_unary_rpc_method_handler(behaviour) if behaviour else None

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[Upstream]:
        with ThreadPoolExecutor(200) as threads:
            server = grpc.server(threads, options=ANY_SIZE)
            server.add_generic_rpc_handlers((self,))
            self.uri = f"http://127.0.0.1:{server.add_insecure_port(f'127.0.0.1:{port}')}"
            server.start()
            try:
                yield self
            finally:
                server.stop(None).wait()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream().serving() as upstream:
        yield upstream


@contextmanager
def client(uri: str) -> Iterator[Callable[[str], grpc.UnaryUnaryMultiCallable]]:
    options = [*ANY_SIZE, ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(uri.removeprefix("http://"), options) as channel:
        yield lambda method: channel.unary_unary(SERVICE + method)


def outcome(uri: str, method: str, request: bytes = b"", **options: Any) -> dict[str, Any]:
    """Everything that a client can see of one call."""
    with client(uri) as stub:
        call = stub(method).future(request, **options)
        code = call.code()
        return {
            "code": code,
            "reply": call.result() if code is grpc.StatusCode.OK else None,
            "details": call.details(),
            "initial": [tuple(pair) for pair in call.initial_metadata()],
            "trailing": [tuple(pair) for pair in call.trailing_metadata()],
        }


def until(condition: Callable[[], object], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return bool(condition())


class Hanging:
    """A behaviour that answers when it is told to, and knows whether its call was given up."""

    def __init__(self) -> None:
        self.begun, self.let_go, self.given_up = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        if not context.add_callback(self.given_up.set):
            self.given_up.set()
        self.begun.set()
        until(lambda: self.let_go.is_set() or self.given_up.is_set(), 20)
        return request


# --- what is relayed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", FAILURES, ids=lambda code: code.name)
def test_a_failure_arrives_as_the_server_sent_it(upstream: Upstream, code: grpc.StatusCode) -> None:
    def fail(_: bytes, context: grpc.ServicerContext) -> bytes:
        context.send_initial_metadata(METADATA)
        context.set_trailing_metadata((*METADATA, ("grpc-status-details-bin", b"\x08\x05\xff")))
        context.abort(code, "거절: no such collection\n%41")
        raise AssertionError

    upstream.methods["Insert"] = fail
    with counting_proxy(upstream.uri) as proxy:
        seen = outcome(proxy.uri, "Insert")
        assert seen == outcome(upstream.uri, "Insert")
        assert [call.code for call in proxy.calls] == [code.name]
    assert (seen["code"], seen["details"]) == (code, "거절: no such collection\n%41")
    assert seen["initial"] == list(METADATA)
    assert seen["trailing"] == [*METADATA, ("grpc-status-details-bin", b"\x08\x05\xff")]


def test_a_failure_without_details_or_metadata_gets_none(upstream: Upstream) -> None:
    upstream.methods["Insert"] = lambda _, context: context.abort(grpc.StatusCode.ABORTED, "")
    with counting_proxy(upstream.uri) as proxy:
        assert outcome(proxy.uri, "Insert") == outcome(upstream.uri, "Insert")


def test_an_unknown_method_stays_unimplemented(upstream: Upstream) -> None:
    with counting_proxy(upstream.uri) as proxy:
        seen = outcome(proxy.uri, "CreateSnapshot")
        assert seen == outcome(upstream.uri, "CreateSnapshot")
        assert seen["code"] is grpc.StatusCode.UNIMPLEMENTED


def test_an_answer_and_its_metadata_arrive_byte_for_byte(upstream: Upstream) -> None:
    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.send_initial_metadata(METADATA)
        context.set_trailing_metadata(METADATA[::-1])
        return request[::-1]

    upstream.methods["Query"] = answer
    with counting_proxy(upstream.uri) as proxy:
        seen = outcome(proxy.uri, "Query", b"\x00abc\xff")
        assert seen == outcome(upstream.uri, "Query", b"\x00abc\xff")
    assert (seen["reply"], seen["initial"], seen["trailing"]) == (b"\xffcba\x00", list(METADATA), list(METADATA)[::-1])


def test_the_server_sees_the_clients_metadata_and_those_of_one_connection_once(upstream: Upstream) -> None:
    received: list[list[tuple[str, str | bytes]]] = []

    def note(_: bytes, context: grpc.ServicerContext) -> bytes:
        received.append([tuple(pair) for pair in context.invocation_metadata()])
        return b""

    upstream.methods["Query"] = note
    sent = (*METADATA, ("authorization", "cm9vdDpNaWx2dXM="), ("dbname", "dojo_1"))
    with counting_proxy(upstream.uri) as proxy:
        outcome(upstream.uri, "Query", metadata=sent)
        outcome(proxy.uri, "Query", metadata=sent)
    direct, proxied = received
    assert proxied == direct
    assert proxied[-len(sent) :] == list(sent)


def test_a_token_is_sent_where_the_client_sends_none(upstream: Upstream) -> None:
    received: list[str] = []

    def note(_: bytes, context: grpc.ServicerContext) -> bytes:
        received.extend(value for key, value in context.invocation_metadata() if key == "authorization")
        return b""

    upstream.methods["Query"] = note
    with counting_proxy(upstream.uri, token="root:Milvus") as proxy:
        outcome(proxy.uri, "Query")
        outcome(proxy.uri, "Query", metadata=[("authorization", "own")])
    assert received == ["cm9vdDpNaWx2dXM=", "own"]


def test_messages_and_metadata_of_any_size_pass(upstream: Upstream) -> None:
    def double(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.set_trailing_metadata((("long-bin", b"\x01" * 100_000),))
        return request

    upstream.methods["Insert"] = double
    request = np.random.default_rng(7).bytes(20 << 20)
    with counting_proxy(upstream.uri) as proxy:
        seen = outcome(proxy.uri, "Insert", request)
        (call,) = proxy.calls
    assert seen["reply"] == request
    assert seen["trailing"] == [("long-bin", b"\x01" * 100_000)]
    assert (call.request_bytes, call.reply_bytes) == (20 << 20, 20 << 20)


# --- time --------------------------------------------------------------------------------------------------------


def test_the_deadline_goes_on_to_the_server(upstream: Upstream) -> None:
    left: list[float] = []

    def note(_: bytes, context: grpc.ServicerContext) -> bytes:
        left.append(context.time_remaining())
        return b""

    upstream.methods["Search"] = note
    with counting_proxy(upstream.uri) as proxy:
        assert outcome(proxy.uri, "Search", timeout=30)["code"] is grpc.StatusCode.OK
        assert outcome(proxy.uri, "Search")["code"] is grpc.StatusCode.OK
    with_deadline, without = left
    assert 25 < with_deadline < 31
    assert without > 1e9


def test_an_expired_deadline_ends_the_servers_call(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with counting_proxy(upstream.uri) as proxy:
        started = time.monotonic()
        assert outcome(proxy.uri, "Search", timeout=1)["code"] is grpc.StatusCode.DEADLINE_EXCEEDED
        assert hanging.given_up.wait(3)
        assert time.monotonic() - started < 3
        assert until(lambda: proxy.calls[0].code in ("DEADLINE_EXCEEDED", "CANCELLED"))


def test_a_cancelled_call_is_cancelled_at_the_server(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with counting_proxy(upstream.uri) as proxy, client(proxy.uri) as stub:
        call = stub("Search").future(b"")
        assert hanging.begun.wait(5)
        assert not hanging.given_up.is_set()
        call.cancel()
        assert hanging.given_up.wait(3)
        assert until(lambda: proxy.calls[0].code == "CANCELLED")


def test_a_server_that_comes_back_is_found_again() -> None:
    upstream = Upstream()
    upstream.methods["Query"] = lambda request, _: request
    with upstream.serving():
        uri = upstream.uri
    with counting_proxy(uri) as proxy:
        assert outcome(proxy.uri, "Query")["code"] is grpc.StatusCode.UNAVAILABLE
        with upstream.serving(int(uri.rpartition(":")[2])):
            assert until(lambda: outcome(proxy.uri, "Query", b"x")["reply"] == b"x")


def test_leaving_ends_the_calls_in_flight_and_their_threads(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with ThreadPoolExecutor(1) as threads:
        with counting_proxy(upstream.uri) as proxy:
            waiting = threads.submit(outcome, proxy.uri, "Search")
            assert hanging.begun.wait(5)
            left_at = time.monotonic()
        assert time.monotonic() - left_at < 3
        assert waiting.result(3)["code"] in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    assert hanging.given_up.wait(3)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("proxy")]


# --- what is logged ----------------------------------------------------------------------------------------------


def test_a_call_is_logged_with_its_sizes_times_and_connection(upstream: Upstream) -> None:
    upstream.methods["Insert"] = lambda request, _: request * 2
    with counting_proxy(upstream.uri) as proxy:
        before = time.monotonic()
        outcome(proxy.uri, "Insert", b"12345")
        (call,) = proxy.calls
        assert call == Call("Insert", call.arrived, call.finished, 5, 10, call.peer, "OK", None)
        assert before <= call.arrived <= call.finished <= time.monotonic()
        assert call.peer.startswith("ipv4:127.0.0.1:")
        assert (proxy.count("Insert"), proxy.count("Upsert"), proxy.max_in_flight) == (1, 0, 1)


def test_a_call_in_flight_is_in_the_log_without_an_end(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with counting_proxy(upstream.uri) as proxy, client(proxy.uri) as stub:
        answer = stub("Search").future(b"abc")
        assert until(lambda: proxy.calls)
        assert (proxy.calls[0].finished, proxy.calls[0].code, proxy.count("Search")) == (math.inf, "", 1)
        hanging.let_go.set()
        assert answer.result(timeout=5) == b"abc"
        assert (math.isfinite(proxy.calls[0].finished), proxy.calls[0].code) == (True, "OK")


def test_marks_separate_what_came_before_from_what_came_after(upstream: Upstream) -> None:
    upstream.methods["Insert"] = upstream.methods["Query"] = lambda request, _: request
    with counting_proxy(upstream.uri) as proxy:
        outcome(proxy.uri, "Insert")
        start = proxy.mark()
        outcome(proxy.uri, "Query", b"1")
        outcome(proxy.uri, "Query", b"12")
        end = proxy.mark()
        outcome(proxy.uri, "Insert")
        assert [call.request_bytes for call in proxy.between(start, end)] == [1, 2]
        assert [call.method for call in proxy.between(end)] == ["Insert"]
        assert proxy.between(proxy.mark()) == ()


def test_eight_threads_get_their_own_answers_and_each_call_is_counted(upstream: Upstream) -> None:
    upstream.methods["Query"] = lambda request, _: request[::-1]
    with counting_proxy(upstream.uri) as proxy, client(proxy.uri) as stub, ThreadPoolExecutor(8) as threads:
        requests = [f"{number:04}".encode() for number in range(400)]
        assert list(threads.map(stub("Query"), requests)) == [request[::-1] for request in requests]
        assert proxy.count("Query") == 400
        assert 1 <= proxy.max_in_flight <= 8
        assert all(call.code == "OK" and call.finished >= call.arrived for call in proxy.calls)


@pytest.mark.parametrize("at_once", [3, 150])
def test_calls_in_flight_at_one_moment_are_all_seen(upstream: Upstream, at_once: int) -> None:
    together = threading.Barrier(at_once)  # nobody is answered before all have come

    def meet(request: bytes, _: grpc.ServicerContext) -> bytes:
        together.wait(15)
        return request

    upstream.methods["Search"] = meet
    with counting_proxy(upstream.uri) as proxy, client(proxy.uri) as stub:
        answers = [stub("Search").future(b"") for _ in range(at_once)]
        assert {answer.code() for answer in answers} == {grpc.StatusCode.OK}
        assert proxy.max_in_flight == at_once


def test_only_requests_asked_for_are_kept_and_the_others_cannot_be_decoded(upstream: Upstream) -> None:
    upstream.methods["Insert"] = upstream.methods["Query"] = lambda request, _: request
    with counting_proxy(upstream.uri, keep={"Query"}) as proxy:
        outcome(proxy.uri, "Insert", b"\x12\x01a")
        outcome(proxy.uri, "Query", b"\x1a\x05films")
        insert, query = proxy.calls
        assert proxy.decode(query).collection_name == "films"
        with pytest.raises(ValueError, match="Insert wasn't kept"):
            proxy.decode(insert)


# --- a real Milvus -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("lite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT) as server,
    ):
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                grpc.channel_ready_future(channel).result(timeout=20)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()  # the data are thrown away


def story(uri: str) -> list[Any]:
    """Use Milvus as a learner does and return all that was answered, errors too."""
    milvus = MilvusClient(uri=uri)
    rows = [
        {
            "id": number,
            "embedding": vector,
            "title": f"영화 {number}",
            "attributes": {"year": 1990 + number},
            "seen": number,
        }
        for number, vector in enumerate(np.random.default_rng(3).normal(size=(300, 8)).astype(np.float32).tolist())
    ]
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=8)
    schema.add_field("title", DataType.VARCHAR, max_length=60)
    schema.add_field("attributes", DataType.JSON)
    index = MilvusClient.prepare_index_params()
    index.add_index("embedding", index_type="FLAT", metric_type="COSINE")
    strong = {"consistency_level": "Strong"}
    told = [
        milvus.create_collection("films", schema=schema),
        milvus.create_index("films", index, sync=False),
        milvus.load_collection("films"),
        milvus.describe_collection("films"),
        str(milvus.insert("films", rows)),
        milvus.query("films", output_fields=["count(*)"], **strong),
        milvus.get("films", ids=[3, 4, 999], **strong),
        milvus.search("films", [rows[5]["embedding"]], limit=10, output_fields=["title", "seen"], **strong),
        str(milvus.upsert("films", [{**rows[7], "title": "새 제목"}])),
        milvus.query("films", filter='attributes["year"] < 2000', output_fields=["title"], **strong),
        str(milvus.delete("films", ids=[1, 2])),
        milvus.get_collection_stats("films"),
        error(lambda: milvus.insert("films", [{**rows[0], "embedding": [0.5] * 7}])),
        error(lambda: milvus.describe_collection("nothing_here")),
        milvus.query("films", output_fields=["count(*)"], **strong),
        milvus.drop_collection("films"),
    ]
    milvus.close()
    return told


def error(call: Callable[[], object]) -> tuple[str, int, str]:
    with pytest.raises(MilvusException) as caught:
        call()
    return type(caught.value).__name__, caught.value.code, caught.value.message


def test_a_story_told_through_the_proxy_ends_like_one_told_directly(lite: str) -> None:
    direct = story(lite)
    with counting_proxy(lite, keep={"Insert", "Query"}) as proxy:
        assert story(proxy.uri) == direct
        counts = Counter(call.method for call in proxy.calls)
        inserted = next(proxy.decode(call) for call in proxy.calls if call.method == "Insert")
        asked = next(proxy.decode(call) for call in proxy.calls if call.method == "Query")
        assert {call.code for call in proxy.calls} == {"OK"}
    expected = {"Connect": 1, "CreateCollection": 1, "CreateIndex": 1, "LoadCollection": 1, "Insert": 2, "Search": 1}
    expected |= {"Query": 4, "Upsert": 1, "Delete": 1, "GetCollectionStatistics": 1, "DropCollection": 1}
    assert {method: counts[method] for method in expected} == expected
    assert (inserted.collection_name, inserted.num_rows) == ("films", 300)
    assert (asked.use_default_consistency, asked.consistency_level) == (False, 0)  # Strong, and said so


def test_a_method_that_milvus_lacks_is_asked_for_once_and_not_retried_for_minutes(lite: str) -> None:
    def refused(uri: str) -> grpc.StatusCode:
        milvus = MilvusClient(uri=uri)
        with pytest.raises(grpc.RpcError) as caught:
            milvus.list_users()
        milvus.close()
        return caught.value.code()

    with counting_proxy(lite) as proxy:
        started = time.monotonic()
        assert refused(proxy.uri) is refused(lite) is grpc.StatusCode.UNIMPLEMENTED
        assert time.monotonic() - started < 5
        assert [call.code for call in proxy.calls if call.method != "Connect"] == ["UNIMPLEMENTED"]
