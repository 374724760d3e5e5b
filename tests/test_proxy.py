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

from fixtures.fates import INTERNAL, UNAVAILABLE, Fate, hold, refuse
from fixtures.proxy import Call, most_in_flight, proxy_to

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
    with proxy_to(upstream.uri) as proxy:
        seen = outcome(proxy.uri, "Insert")
        assert seen == outcome(upstream.uri, "Insert")
        assert [call.code for call in proxy.calls] == [code.name]
    assert (seen["code"], seen["details"]) == (code, "거절: no such collection\n%41")
    assert seen["initial"] == list(METADATA)
    assert seen["trailing"] == [*METADATA, ("grpc-status-details-bin", b"\x08\x05\xff")]


def test_a_failure_without_details_or_metadata_gets_none(upstream: Upstream) -> None:
    upstream.methods["Insert"] = lambda _, context: context.abort(grpc.StatusCode.ABORTED, "")
    with proxy_to(upstream.uri) as proxy:
        assert outcome(proxy.uri, "Insert") == outcome(upstream.uri, "Insert")


def test_an_unknown_method_stays_unimplemented(upstream: Upstream) -> None:
    with proxy_to(upstream.uri) as proxy:
        seen = outcome(proxy.uri, "CreateSnapshot")
        assert seen == outcome(upstream.uri, "CreateSnapshot")
        assert seen["code"] is grpc.StatusCode.UNIMPLEMENTED


def test_an_answer_and_its_metadata_arrive_byte_for_byte(upstream: Upstream) -> None:
    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.send_initial_metadata(METADATA)
        context.set_trailing_metadata(METADATA[::-1])
        return request[::-1]

    upstream.methods["Query"] = answer
    with proxy_to(upstream.uri) as proxy:
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
    with proxy_to(upstream.uri) as proxy:
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
    with proxy_to(upstream.uri, token="root:Milvus") as proxy:
        outcome(proxy.uri, "Query")
        outcome(proxy.uri, "Query", metadata=[("authorization", "own")])
    assert received == ["cm9vdDpNaWx2dXM=", "own"]


def test_messages_and_metadata_of_any_size_pass(upstream: Upstream) -> None:
    def double(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.set_trailing_metadata((("long-bin", b"\x01" * 100_000),))
        return request

    upstream.methods["Insert"] = double
    request = np.random.default_rng(7).bytes(20 << 20)
    with proxy_to(upstream.uri) as proxy:
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
    with proxy_to(upstream.uri) as proxy:
        assert outcome(proxy.uri, "Search", timeout=30)["code"] is grpc.StatusCode.OK
        assert outcome(proxy.uri, "Search")["code"] is grpc.StatusCode.OK
    with_deadline, without = left
    assert 25 < with_deadline < 31
    assert without > 1e9


def test_an_expired_deadline_ends_the_servers_call(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with proxy_to(upstream.uri) as proxy:
        started = time.monotonic()
        assert outcome(proxy.uri, "Search", timeout=1)["code"] is grpc.StatusCode.DEADLINE_EXCEEDED
        assert hanging.given_up.wait(3)
        assert time.monotonic() - started < 3
        assert until(lambda: proxy.calls[0].code in ("DEADLINE_EXCEEDED", "CANCELLED"))


def test_a_cancelled_call_is_cancelled_at_the_server(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with proxy_to(upstream.uri) as proxy, client(proxy.uri) as stub:
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
    with proxy_to(uri) as proxy:
        assert outcome(proxy.uri, "Query")["code"] is grpc.StatusCode.UNAVAILABLE
        with upstream.serving(int(uri.rpartition(":")[2])):
            assert until(lambda: outcome(proxy.uri, "Query", b"x")["reply"] == b"x")


def test_leaving_ends_the_calls_in_flight_and_their_threads(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with ThreadPoolExecutor(1) as threads:
        with proxy_to(upstream.uri) as proxy:
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
    with proxy_to(upstream.uri) as proxy:
        before = time.monotonic()
        outcome(proxy.uri, "Insert", b"12345")
        (call,) = proxy.calls
        assert call == Call("Insert", call.arrived, call.finished, 5, 10, call.peer, "OK", None)
        assert before <= call.arrived <= call.finished <= time.monotonic()
        assert call.peer.startswith("ipv4:127.0.0.1:")
        assert (proxy.count("Insert"), proxy.count("Upsert"), most_in_flight(proxy.calls)) == (1, 0, 1)


def test_a_call_in_flight_is_in_the_log_without_an_end(upstream: Upstream) -> None:
    upstream.methods["Search"] = hanging = Hanging()
    with proxy_to(upstream.uri) as proxy, client(proxy.uri) as stub:
        answer = stub("Search").future(b"abc")
        assert until(lambda: proxy.calls)
        assert (proxy.calls[0].finished, proxy.calls[0].code, proxy.count("Search")) == (math.inf, "", 1)
        hanging.let_go.set()
        assert answer.result(timeout=5) == b"abc"
        assert (math.isfinite(proxy.calls[0].finished), proxy.calls[0].code) == (True, "OK")


def test_marks_separate_what_came_before_from_what_came_after(upstream: Upstream) -> None:
    upstream.methods["Insert"] = upstream.methods["Query"] = lambda request, _: request
    with proxy_to(upstream.uri) as proxy:
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
    with proxy_to(upstream.uri) as proxy, client(proxy.uri) as stub, ThreadPoolExecutor(8) as threads:
        requests = [f"{number:04}".encode() for number in range(400)]
        assert list(threads.map(stub("Query"), requests)) == [request[::-1] for request in requests]
        assert proxy.count("Query") == 400
        assert 1 <= most_in_flight(proxy.calls) <= 8
        assert all(call.code == "OK" and call.finished >= call.arrived for call in proxy.calls)


@pytest.mark.parametrize("at_once", [3, 150])
def test_calls_in_flight_at_one_moment_are_all_seen(upstream: Upstream, at_once: int) -> None:
    together = threading.Barrier(at_once)  # nobody is answered before all have come

    def meet(request: bytes, _: grpc.ServicerContext) -> bytes:
        together.wait(15)
        return request

    upstream.methods["Search"] = meet
    with proxy_to(upstream.uri) as proxy, client(proxy.uri) as stub:
        answers = [stub("Search").future(b"") for _ in range(at_once)]
        assert {answer.code() for answer in answers} == {grpc.StatusCode.OK}
        assert most_in_flight(proxy.calls) == at_once


@pytest.mark.parametrize(
    ("spans", "most"),
    [
        ([], 0),
        ([(0, 1)], 1),
        ([(0, 1), (1, 2)], 1),
        ([(0, 2), (1, 3), (2, 4)], 2),
        ([(0, math.inf), (1, math.inf), (5, 6)], 3),
    ],
)
def test_calls_that_overlap_are_in_flight_at_one_moment(spans: list[tuple[float, float]], most: int) -> None:
    calls = [Call("Search", arrived, finished, 0, 0, "", "", None) for arrived, finished in spans]
    assert most_in_flight(reversed(calls)) == most


# --- fates -------------------------------------------------------------------------------------------------------


def test_a_held_call_waits_and_is_in_flight_meanwhile(upstream: Upstream) -> None:
    upstream.methods["Search"] = upstream.methods["Query"] = lambda request, _: request
    with proxy_to(upstream.uri) as proxy, client(proxy.uri) as stub:
        with proxy.treating(hold(0.3, "Search")):
            answers = [stub("Search").future(b"1"), stub("Search").future(b"2")]
            quick = stub("Query").future(b"3")
            assert [answer.result(timeout=5) for answer in (*answers, quick)] == [b"1", b"2", b"3"]
        stub("Search")(b"4")
        took = [call.finished - call.arrived for call in proxy.calls if call.method == "Search"]
        assert min(took[:2]) >= 0.3 > took[2]
        assert most_in_flight(call for call in proxy.calls if call.method == "Search") == 2


def test_a_held_call_keeps_nobody_waiting_when_the_proxy_ends(upstream: Upstream) -> None:
    upstream.methods["Search"] = lambda request, _: request
    began = time.monotonic()
    with proxy_to(upstream.uri) as proxy, client(proxy.uri) as stub, proxy.treating(hold(60)):
        answer = stub("Search").future(b"")
        assert until(lambda: proxy.calls)
    assert time.monotonic() - began < 10
    assert answer.code() is not grpc.StatusCode.OK


def test_the_first_calls_of_a_method_are_refused_and_never_reach_the_server(upstream: Upstream) -> None:
    reached = []
    upstream.methods["Search"] = upstream.methods["Query"] = lambda request, _: reached.append(request) or request
    with proxy_to(upstream.uri) as proxy, proxy.treating(refuse(INTERNAL, "Search", times=2)):
        codes = [outcome(proxy.uri, method, method.encode())["code"].name for method in ("Search", "Query") * 3]
    assert codes == ["INTERNAL", "OK", "INTERNAL", "OK", "OK", "OK"]
    assert reached == [b"Query", b"Query", b"Search", b"Query"]
    assert [call.code for call in proxy.calls] == codes


def test_a_block_counts_from_its_beginning_and_the_inner_one_goes_first(upstream: Upstream) -> None:
    upstream.methods["Search"] = lambda request, _: request
    codes = []
    with proxy_to(upstream.uri) as proxy, proxy.treating(refuse(UNAVAILABLE, times=2)):
        codes.append(outcome(proxy.uri, "Search")["code"])
        with proxy.treating(lambda _, number: Fate(refuse=INTERNAL, details="inner") if number == 1 else None):
            inner = outcome(proxy.uri, "Search")
            codes += [inner["code"], outcome(proxy.uri, "Search")["code"], outcome(proxy.uri, "Search")["code"]]
    assert [code.name for code in codes] == ["UNAVAILABLE", "INTERNAL", "UNAVAILABLE", "OK"]
    assert inner["details"] == "inner"


def test_a_lost_reply_is_an_error_for_a_thing_that_was_done(upstream: Upstream) -> None:
    done = []
    upstream.methods["Upsert"] = lambda request, _: done.append(request) or b"stored"
    with proxy_to(upstream.uri) as proxy, proxy.treating(lambda *_: Fate(lose_reply=True)):
        lost = outcome(proxy.uri, "Upsert", b"row")
        (call,) = proxy.calls
    assert (lost["code"], lost["reply"], done) == (UNAVAILABLE, None, [b"row"])
    assert (call.code, call.reply_bytes) == ("UNAVAILABLE", 0)


def test_something_is_done_between_the_nth_answer_and_its_arrival(upstream: Upstream) -> None:
    events: list[str] = []
    upstream.methods["Upsert"] = lambda request, _: events.append(f"served {request.decode()}") or request

    def third(method: str, number: int) -> Fate | None:
        return Fate(then=lambda: events.append("now")) if (method, number) == ("Upsert", 3) else None

    with proxy_to(upstream.uri) as proxy, proxy.treating(third):
        for number in range(1, 5):
            outcome(proxy.uri, "Upsert", str(number).encode())
            events.append(f"answered {number}")
    assert events[4:8] == ["served 3", "now", "answered 3", "served 4"]


# --- where it listens --------------------------------------------------------------------------------------------


def test_a_port_that_is_given_is_listened_on(upstream: Upstream) -> None:
    upstream.methods["Query"] = lambda request, _: request
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with proxy_to(upstream.uri, at=f"127.0.0.1:{port}") as proxy:
        assert proxy.uri == f"http://127.0.0.1:{port}"
        assert outcome(proxy.uri, "Query", b"1")["reply"] == b"1"
        with pytest.raises(RuntimeError), proxy_to(upstream.uri, at=f"127.0.0.1:{port}"):
            pass


def test_a_unix_socket_serves_as_well_and_proxies_can_stand_in_a_row(upstream: Upstream, tmp_path: Path) -> None:
    upstream.methods["Query"] = lambda request, _: request
    with proxy_to(upstream.uri, at=f"unix:{tmp_path}/first") as first, proxy_to(first.uri) as second:
        with client(first.uri) as stub:
            before = first.connections()
            assert stub("Query")(b"1") == b"1"
            assert first.connections() == before + 1
        assert outcome(second.uri, "Query", b"2")["reply"] == b"2"
        assert [call.peer for call in first.calls] == ["unix:", "unix:"]
        assert until(lambda: first.connections() == 1), "the second proxy's"
    assert not (tmp_path / "first").exists()


def test_connections_are_those_that_are_open_now(upstream: Upstream) -> None:
    upstream.methods["Query"] = lambda request, _: request
    with proxy_to(upstream.uri) as proxy:
        assert proxy.connections() == 0
        with client(proxy.uri) as one, client(proxy.uri) as other:
            one("Query")(b"")
            assert proxy.connections() == 1
            other("Query")(b"")
            assert proxy.connections() == 2
        assert until(lambda: proxy.connections() == 0)


# --- what is kept ------------------------------------------------------------------------------------------------


def test_only_requests_asked_for_are_kept_and_the_others_cannot_be_decoded(upstream: Upstream) -> None:
    upstream.methods["Insert"] = upstream.methods["Query"] = lambda request, _: request
    with proxy_to(upstream.uri, keep={"Query"}) as proxy:
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
    with proxy_to(lite, keep={"Insert", "Query"}) as proxy:
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

    with proxy_to(lite) as proxy:
        started = time.monotonic()
        assert refused(proxy.uri) is refused(lite) is grpc.StatusCode.UNIMPLEMENTED
        assert time.monotonic() - started < 5
        assert [call.code for call in proxy.calls if call.method != "Connect"] == ["UNIMPLEMENTED"]
