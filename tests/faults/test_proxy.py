"""The proxy itself, between a plain socket and a server that notes what it gets and answers it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.cluster.proxy import (
    Api,
    Cut,
    Dark,
    Deed,
    Delay,
    HalfOpen,
    Hold,
    LoseAnswer,
    Pass,
    Pretend,
    Proxy,
    Release,
    Reset,
    Rule,
    Script,
    Strike,
    Way,
)

_PATIENCE_S = 60.0


@dataclass(slots=True)
class Answering:
    """A server that answers each request with its own bytes behind the correlation id."""

    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    got: list[bytes] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)  # how its connections ended: FIN or RST
    changed: threading.Condition = field(default_factory=threading.Condition)
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.listening.getsockname()[1])

    def serve(self) -> None:
        """Accept until the listening socket is closed."""
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            self.threads.append(threading.Thread(target=self._answer, args=(client,)))
            self.threads[-1].start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            ending = "FIN"
            try:
                while (body := received(client)) is not None:
                    with self.changed:
                        self.got.append(body)
                        self.changed.notify_all()
                    client.sendall(framed(body[4:8] + body))
            except ConnectionResetError:
                ending = "RST"
            except BrokenPipeError:
                pass
            with self.changed:
                self.endings.append(ending)
                self.changed.notify_all()

    def wait_for(self, got: int = 0, endings: int = 0) -> None:
        """Wait until so many requests came and so many connections ended."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: len(self.got) >= got and len(self.endings) >= endings, _PATIENCE_S
            )


def framed(body: bytes) -> bytes:
    return struct.pack(">i", len(body)) + body


def request(api: Api, correlation: int, rest: bytes = b"") -> bytes:
    return struct.pack(">hhi", api, 3, correlation) + rest


def answer(api: Api, correlation: int, rest: bytes = b"") -> bytes:
    return struct.pack(">i", correlation) + request(api, correlation, rest)


def received(ours: socket.socket) -> bytes | None:
    """One frame's body, None at FIN."""
    size = _exactly(ours, 4)
    return None if size is None else _exactly(ours, struct.unpack(">i", size)[0])


def _exactly(ours: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        more = ours.recv(count - len(data))
        if not more:
            return None
        data += more
    return data


@pytest.fixture
def server() -> Iterator[Answering]:
    answering = Answering()
    thread = threading.Thread(target=answering.serve)
    thread.start()
    yield answering
    answering.listening.shutdown(socket.SHUT_RDWR)
    answering.listening.close()
    thread.join()
    for each in answering.threads:
        each.join()


@pytest.fixture
def proxy(server: Answering) -> Iterator[Proxy]:
    with Proxy() as running:
        running.target = server.port
        yield running


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), _PATIENCE_S) as ours:
        yield ours


def ask(client: socket.socket, api: Api, correlation: int, rest: bytes = b"") -> None:
    client.sendall(framed(request(api, correlation, rest)))


def test_bytes_pass_unchanged_in_both_directions_whatever_their_size(
    server: Answering, client: socket.socket
) -> None:
    bodies = [request(Api.PRODUCE, number, bytes(range(256)) * number * 40) for number in range(30)]
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(client.sendall, b"".join(map(framed, bodies)))
        answers = [received(client) for _ in bodies]
        sending.result()
    assert bodies == server.got
    assert [body[4:8] + body for body in bodies] == answers


def test_only_the_nth_frame_of_the_api_on_its_way_is_struck(
    server: Answering, proxy: Proxy, client: socket.socket
) -> None:
    script = proxy.follow(Rule(Api.END_TXN, Way.REQUEST, 2, Cut()))
    for number, api in enumerate((Api.END_TXN, Api.PRODUCE, Api.PRODUCE), 1):
        ask(client, api, number)
        assert answer(api, number) == received(client)
    assert not script.met.is_set()
    ask(client, Api.END_TXN, 4)
    assert received(client) is None
    server.wait_for(endings=1)
    assert (3, ["FIN"]) == (len(server.got), server.endings)
    assert script.met.is_set()


def test_a_cut_answer_reached_the_broker_as_a_request(
    server: Answering, proxy: Proxy, client: socket.socket
) -> None:
    proxy.follow(Rule(Api.END_TXN, Way.RESPONSE, 1, Cut()))
    ask(client, Api.END_TXN, 7)
    assert received(client) is None
    assert [request(Api.END_TXN, 7)] == server.got


@pytest.mark.parametrize("way", list(Way))
def test_a_reset_is_a_reset_on_both_sides(
    server: Answering, proxy: Proxy, client: socket.socket, way: Way
) -> None:
    proxy.follow(Rule(Api.PRODUCE, way, 1, Reset()))
    ask(client, Api.PRODUCE, 1)
    with pytest.raises(ConnectionResetError):
        received(client)
    server.wait_for(endings=1)
    assert ["RST"] == server.endings


@pytest.mark.parametrize(
    "gone", [Cut(), Reset(), HalfOpen(), Dark(), Strike(lambda: None, passes=False)], ids=type
)
def test_a_struck_request_does_not_reach_the_broker(
    server: Answering, proxy: Proxy, client: socket.socket, gone: Deed
) -> None:
    script = proxy.follow(Rule(Api.PRODUCE, Way.REQUEST, 1, gone))
    ask(client, Api.PRODUCE, 1)
    assert script.met.wait(_PATIENCE_S)
    proxy.heal()
    server.wait_for(endings=1)
    assert [] == server.got


def test_a_delayed_frame_passes_later_and_nothing_overtakes_it(
    server: Answering, proxy: Proxy, client: socket.socket
) -> None:
    script = proxy.follow(Rule(Api.PRODUCE, Way.RESPONSE, 1, Delay(0.3)))
    ask(client, Api.PRODUCE, 1)
    ask(client, Api.METADATA, 2)
    assert script.met.wait(_PATIENCE_S)
    client.settimeout(0.05)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(_PATIENCE_S)
    assert [answer(Api.PRODUCE, 1), answer(Api.METADATA, 2)] == [received(client), received(client)]


@pytest.mark.parametrize("way", list(Way))
def test_a_half_open_connection_says_nothing_until_healed_and_others_go_on(
    server: Answering, proxy: Proxy, client: socket.socket, way: Way
) -> None:
    script = proxy.follow(Rule(Api.PRODUCE, way, 1, HalfOpen()))
    ask(client, Api.PRODUCE, 1)
    assert script.met.wait(_PATIENCE_S)
    with socket.create_connection(("127.0.0.1", proxy.port), _PATIENCE_S) as other:
        ask(other, Api.PRODUCE, 5)
        assert answer(Api.PRODUCE, 5) == received(other)
    client.settimeout(0.05)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(_PATIENCE_S)
    proxy.heal()
    with pytest.raises(ConnectionResetError):
        received(client)


def test_in_the_dark_new_connections_say_nothing_either_and_healing_lets_them_pass(
    server: Answering, proxy: Proxy
) -> None:
    proxy.darken()
    with socket.create_connection(("127.0.0.1", proxy.port), 0.1) as ours:
        ask(ours, Api.METADATA, 1)
        with pytest.raises(TimeoutError):
            ours.recv(1)
        ours.settimeout(_PATIENCE_S)
        proxy.heal()
        assert answer(Api.METADATA, 1) == received(ours)


@pytest.mark.parametrize("way", list(Way))
def test_a_lost_answer_never_comes_though_the_broker_got_the_request_and_later_ones_come(
    server: Answering, proxy: Proxy, client: socket.socket, way: Way
) -> None:
    proxy.follow(Rule(Api.END_TXN, way, 1, LoseAnswer()))
    ask(client, Api.END_TXN, 1)
    ask(client, Api.METADATA, 2)
    assert answer(Api.METADATA, 2) == received(client)
    assert [request(Api.END_TXN, 1), request(Api.METADATA, 2)] == server.got


def test_a_held_request_arrives_when_released_though_its_client_is_gone(
    server: Answering, proxy: Proxy, client: socket.socket
) -> None:
    proxy.follow(Rule(Api.END_TXN, Way.REQUEST, 1, Hold()))
    both = (request(Api.END_TXN, 1), request(Api.METADATA, 2))
    client.sendall(b"".join(map(framed, both)))  # at once: holding the first breaks the connection
    with pytest.raises(ConnectionResetError):
        received(client)
    with socket.create_connection(("127.0.0.1", proxy.port), _PATIENCE_S) as other:
        ask(other, Api.PRODUCE, 5)
        assert answer(Api.PRODUCE, 5) == received(other)
    server.wait_for(endings=1)
    assert ([request(Api.PRODUCE, 5)], ["FIN"]) == (server.got, server.endings)
    proxy.release()
    assert [request(Api.PRODUCE, 5), request(Api.END_TXN, 1)] == server.got


def test_a_held_request_arrives_when_another_one_releases_it(
    server: Answering, proxy: Proxy, client: socket.socket
) -> None:
    proxy.follow(
        Rule(Api.END_TXN, Way.REQUEST, 1, Hold()), Rule(Api.INIT_PRODUCER_ID, Way.REQUEST, 1, Release())
    )
    ask(client, Api.END_TXN, 1)
    with pytest.raises(ConnectionResetError):
        received(client)
    with socket.create_connection(("127.0.0.1", proxy.port), _PATIENCE_S) as other:
        for number, api in enumerate((Api.END_TXN, Api.INIT_PRODUCER_ID), 2):
            ask(other, api, number)
            assert answer(api, number) == received(other)
    server.wait_for(got=3)
    assert request(Api.END_TXN, 1) in server.got[1:]


def test_a_pretended_answer_comes_at_once_and_the_broker_never_gets_the_request(
    server: Answering, proxy: Proxy, client: socket.socket
) -> None:
    proxy.follow(Rule(Api.END_TXN, Way.REQUEST, 1, Pretend(lambda asked: asked[4:8] + b"yes")))
    ask(client, Api.END_TXN, 1)
    ask(client, Api.METADATA, 2)
    assert request(Api.END_TXN, 1)[4:8] + b"yes" == received(client)
    assert answer(Api.METADATA, 2) == received(client)
    assert [request(Api.METADATA, 2)] == server.got


def test_a_strike_is_called_once_and_the_frame_passes(
    server: Answering, proxy: Proxy, client: socket.socket
) -> None:
    struck: list[int] = []
    proxy.follow(Rule(Api.PRODUCE, Way.REQUEST, 1, Strike(lambda: struck.append(1))))
    for number in (1, 2):
        ask(client, Api.PRODUCE, number)
        assert answer(Api.PRODUCE, number) == received(client)
    assert [1] == struck


def test_rules_take_turns_also_over_several_proxies(server: Answering, proxy: Proxy) -> None:
    struck: list[str] = []
    script = Script(
        Rule(Api.END_TXN, Way.RESPONSE, 1, Pass()),
        Rule(Api.END_TXN, Way.REQUEST, 1, Strike(lambda: struck.append("first"))),
        Rule(Api.PRODUCE, Way.RESPONSE, 1, Strike(lambda: struck.append("second"))),
    )
    with Proxy() as another:
        another.target = server.port
        seen = []
        for each in (proxy, another):
            each.share(script)
            with socket.create_connection(("127.0.0.1", each.port), _PATIENCE_S) as ours:
                for number, api in enumerate((Api.PRODUCE, Api.END_TXN, Api.PRODUCE)):
                    ask(ours, api, number)
                    assert answer(api, number) == received(ours)
                    seen.append([*struck])
    assert [[], [], [], [], ["first"], ["first", "second"]] == seen
    assert script.met.is_set()


def test_where_no_broker_listens_the_connection_is_refused_or_reset(proxy: Proxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        proxy.target = closed_soon.getsockname()[1]
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection(("127.0.0.1", proxy.port), _PATIENCE_S) as ours,
    ):
        ours.recv(1)


@pytest.mark.parametrize("deed", [None, HalfOpen(), Dark(), Delay(60), Hold()], ids=type)
def test_closing_it_ends_everything_whatever_is_under_way(
    server: Answering, proxy: Proxy, client: socket.socket, deed: Deed | None
) -> None:
    script = proxy.follow(Rule(Api.PRODUCE, Way.REQUEST, 1, deed)) if deed else proxy.follow()
    ask(client, Api.PRODUCE, 1)
    if deed is None:
        assert answer(Api.PRODUCE, 1) == received(client)
    assert script.met.wait(_PATIENCE_S)
    proxy.close()
    server.wait_for(endings=1)
    with pytest.raises(ConnectionError), socket.create_connection(("127.0.0.1", proxy.port), _PATIENCE_S):
        pass
