#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The proxy, with clients that behave and clients that do not: "proxy_test.py EXAMPLES LIBRARY"."""
import contextlib
import hashlib
import os
import resource
import selectors
import signal
import socket
import threading

from harness import (COUNT, LONG, Backend, Program, Tcp, Unix, expect, kinds, need_tcp, receive,
                     receive_all, reset, run, tool, wait_until, work)


NOBODY = 65534


def start(kind, *backends, options=(), **process):
    """A proxy that says that all its backends are up."""
    where, names = kind(), [b.where.backend for b in backends]
    proxy = Program("proxy", "-t", LONG, "-i", LONG, *options, where.listen, *names, **process)
    for name in names:
        proxy.line(name + " is up")
    return proxy, where


def settled(proxy, files):
    wait_until(lambda: proxy.files() <= files, f"descriptors: {proxy.files()}, not {files}")


def named(kind, name):
    """Says its name, then echoes; or resets the connection."""
    def serve(s):
        s.sendall(name)
        while data := s.recv(65536):
            if data == b"reset":
                reset(s)
                break
            s.sendall(data)
    return Backend(kind(), serve)


class Reflector:
    """Echoes on any number of connections, in one thread; only what is little."""

    def __init__(self, where):
        self.where = where
        self.listener = where.listener()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.selector.register(self.listener.accept()[0], selectors.EVENT_READ)
                elif data := key.fileobj.recv(65536):
                    key.fileobj.sendall(data)
                else:
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()


class Example:
    """A server that is an example, too."""

    def __init__(self, where, name, *arguments):
        self.where = where
        Program(name, where.listen, *arguments)
        where.connect().close()


def ask(s, text):
    s.sendall(text)
    expect(receive(s, len(text)), text, "echo")


# --- what it does ---------------------------------------------------------------------


def balances(kind):
    backends = [named(kind, b"%d" % i) for i in range(3)]
    proxy, where = start(kind, *backends)
    files = proxy.files()
    by_name = {b"0": [], b"1": [], b"2": []}
    for _ in range(30):
        s = where.connect()
        by_name[s.recv(1)].append(s)
    expect([len(v) for v in by_name.values()], [10, 10, 10], "connections of each")
    # The one that has fewer gets the next ones.
    for _ in range(5):
        by_name[b"1"].pop().close()
    settled(proxy, files + 2 * 25)
    for _ in range(5):
        s = where.connect()
        expect(s.recv(1), b"1", "backend")
        by_name[b"1"].append(s)
    for connections in by_name.values():
        for s in connections:
            s.close()
    settled(proxy, files)
    proxy.stop()


def many(kind):
    proxy, where = start(kind, Reflector(kind()), Reflector(kind()), options=("-c", COUNT + 10))
    files = proxy.files()
    clients = [where.connect() for _ in range(COUNT)]
    for turn in range(3):
        for i, s in enumerate(clients):
            s.sendall(b"%d:%d." % (turn, i) * 100)
        for i, s in enumerate(clients):
            text = b"%d:%d." % (turn, i) * 100
            expect(receive(s, len(text)), text, "echo")
    proxy.uses(f"{COUNT} connections")
    for s in clients:
        s.close()
    settled(proxy, files)
    proxy.uses("after them")
    proxy.stop()


def more_than_the_limit(kind):
    backend = named(kind, b"x")
    proxy, where = start(kind, backend, options=("-c", 5))
    clients = [where.connect() for _ in range(5)]
    for s in clients:
        expect(s.recv(1), b"x", "name")
    waits = where.connect()
    waits.sendall(b"later")
    ask(clients[0], b"now")
    expect(len(backend.connections), 5, "connections of the backend")
    clients[0].close()
    expect(receive(waits, 6), b"xlater", "the next one")
    for s in clients[1:] + [waits]:
        s.close()
    proxy.stop()


def half_close(kind):
    """The client has said all, and gets the answer then; the same the other way round."""
    def digest(s):
        s.sendall(hashlib.sha256(receive_all(s)[0]).digest())

    heard = []

    def first(s):
        s.sendall(b"that is all")
        s.shutdown(socket.SHUT_WR)
        heard.append(receive_all(s))

    # Random numbers of the kernel would be waited for.
    data = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(100000))
    proxy, where = start(kind, Backend(kind(), digest))
    s = where.connect()
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
    expect(receive_all(s), (hashlib.sha256(data).digest(), True), "digest")
    proxy.stop()
    proxy, where = start(kind, Backend(kind(), first))
    heard.clear()       # of the check
    s = where.connect()
    expect(receive_all(s), (b"that is all", True), "what the backend says")
    s.sendall(data)
    s.close()
    wait_until(lambda: (data, True) in heard, "the rest")
    proxy.stop()


def resets(kind):
    """Of a client, and of a backend."""
    backend = named(kind, b"x")
    proxy, where = start(kind, backend)
    files = proxy.files()
    for _ in range(20):
        s = where.connect()
        expect(s.recv(1), b"x", "name")
        reset(s)
    settled(proxy, files)
    wait_until(lambda: not backend.connections, "the backend is told")
    if kind is Tcp:
        # A check of the backend that leaves the name unread is a reset, too.
        wait_until(lambda: sum(isinstance(e, ConnectionResetError) for e in backend.errors) >= 20,
                   f"resets: {backend.errors}")
    s = where.connect()
    expect(s.recv(1), b"x", "name")
    s.sendall(b"reset")
    expect(receive_all(s), (b"", kind is Unix), "what the client is told")
    s.close()
    settled(proxy, files)
    # Clients that go before they are served.
    for _ in range(50):
        reset(where.connect())
    settled(proxy, files)
    ask_new(where)
    proxy.stop()


def ask_new(where):
    with where.connect() as s:
        expect(s.recv(1), b"x", "name")
        ask(s, b"hello")


def slow_client(kind):
    """It asks for much, and does not read. What waits for it is bounded, and it is reset."""
    def flood(s):
        what = s.recv(1)
        while what == b"f":
            backend.sent += s.send(bytes(65536))
        if what:
            s.sendall(b"x")

    backend = Backend(kind(), flood)
    backend.sent = 0
    proxy, where = start(kind, backend, options=("-i", 1))
    files = proxy.files()
    slow = [where.connect() for _ in range(5)]
    for s in slow:
        s.sendall(b"f")
    with where.connect() as s:
        s.sendall(b"n")
        expect(receive(s, 1), b"x", "beside it")
    wait_until(lambda: len(backend.errors) == 5, "the end of slow clients")
    settled(proxy, files)
    expect(backend.sent < 5 * 32 << 20, True, f"not too much was sent: {backend.sent}")
    for s in slow:
        s.close()
    # Nor does the client that says nothing stay.
    s = where.connect()
    expect(receive_all(s)[0], b"", "the end")
    settled(proxy, files)
    proxy.stop()


def backend_down(kind):
    first, second = named(kind, b"1"), named(kind, b"2")
    proxy, where = start(kind, first, second)
    first.close()
    for _ in range(4):
        with where.connect() as s:
            expect(s.recv(1), b"2", "backend")
    proxy.line(first.where.backend + " is down")
    second.close()
    proxy.line(second.where.backend + " is down")
    with where.connect() as s:
        expect(receive_all(s)[0], b"", "without a backend")
    first = Backend(first.where, lambda s: s.sendall(b"3"))
    proxy.line(first.where.backend + " is up", 2)
    with where.connect() as s:
        expect(s.recv(1), b"3", "backend")
    proxy.stop()


def backend_hangs(kind):
    """Only the first connection to it comes about: clients get the other backend."""
    hangs, good, where = kind(), named(kind, b"x"), kind()
    listener = hangs.listener(0)
    proxy = Program("proxy", "-t", 1, where.listen, hangs.backend, good.where.backend)
    proxy.line(hangs.backend + " is up")
    proxy.line(hangs.backend + " is down")
    wait_until(lambda: answers(where), "answer of the other backend")
    listener.close()
    proxy.stop()


def answers(where):
    with where.connect() as s:
        try:
            return s.recv(1) == b"x"
        except ConnectionError:
            return False


# --- too few descriptors --------------------------------------------------------------


def few_files(kind):
    """As many connections as there are descriptors for; the rest waits."""
    proxy, where = start(kind, named(kind, b"x"), files=120)
    clients = [where.connect() for _ in range(60)]
    for s in clients:
        s.sendall(b"hello")
        s.shutdown(socket.SHUT_WR)
    for s in clients:
        expect(receive_all(s), (b"xhello", True), "echo")
        s.close()
    proxy.stop()


def no_files(kind):
    """There were enough at its start, and there are not now: a client is served, or it is reset."""
    proxy, where = start(kind, named(kind, b"x"))
    files = proxy.files()
    before = resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE, (files + 5, files + 5))
    clients = [where.connect() for _ in range(20)]
    wait_until(lambda: proxy.files() >= files + 5, "no descriptor is left")
    for s in clients:
        try:
            s.sendall(b"hello")
            s.shutdown(socket.SHUT_WR)
        except OSError:
            continue
        got, ended = receive_all(s)
        expect(got in (b"xhello", b"x", b"") and (got == b"xhello" or kind is Unix or not ended), True,
               f"served or reset: {got}, {ended}")
        s.close()
    settled(proxy, files)
    ask_new(where)
    resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE, before)
    ask_new(where)
    proxy.stop()


@contextlib.contextmanager
def no_room_for_files():
    """No process can open another file, this one included."""
    fd = os.open("/proc/sys/fs/file-max", os.O_RDWR)
    before = os.read(fd, 64)
    os.pwrite(fd, b"0", 0)
    try:
        yield
    finally:
        os.pwrite(fd, before, 0)
        os.close(fd)


def no_files_in_the_system(kind):
    """ENFILE: clients wait until there is room again."""
    backend = named(kind, b"x")
    os.chmod("/dev/cotask", 0o666)
    if kind is Unix:
        os.chmod(backend.where.path, 0o777)
    proxy, where = start(kind, backend, user=NOBODY)
    files = os.open(f"/proc/{proxy.pid}/fd", os.O_RDONLY)
    before = os.listdir(files)
    with open(f"/proc/{proxy.pid}/status") as status:
        def sleeps():
            status.seek(0)
            return sum(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt"))

        proxy.signal(signal.SIGSTOP)
        clients = [where.connect() for _ in range(5)]
        with no_room_for_files():
            slept = sleeps()
            proxy.signal(signal.SIGCONT)
            wait_until(lambda: sleeps() > slept + 10, "refused, again and again")
            expect(os.listdir(files), before, "descriptors of the proxy")
    os.close(files)
    for s in clients:
        s.sendall(b"hello")
        s.shutdown(socket.SHUT_WR)
        expect(receive_all(s), (b"xhello", True), "echo")
        s.close()
    os.chmod("/dev/cotask", 0o600)
    proxy.stop()


# --- the end --------------------------------------------------------------------------


def drains(kind):
    proxy, where = start(kind, named(kind, b"x"), options=("-d", LONG))
    clients = [where.connect() for _ in range(10)]
    for s in clients:
        expect(s.recv(1), b"x", "name")
    proxy.signal(signal.SIGTERM)
    wait_until(lambda: refused(where), "no more connections")
    for s in clients:
        ask(s, b"still here")
        s.shutdown(socket.SHUT_WR)
        expect(receive_all(s), (b"", True), "the end")
    proxy.wait()


def refused(where):
    address = where.path if isinstance(where, Unix) else ("127.0.0.1", where.port)
    with socket.socket(socket.AF_UNIX if isinstance(where, Unix) else socket.AF_INET) as s:
        return s.connect_ex(address) != 0


def drain_has_an_end(kind):
    proxy, where = start(kind, named(kind, b"x"), options=("-d", 0.5))
    s = where.connect()
    expect(s.recv(1), b"x", "name")
    proxy.stop()
    expect(receive_all(s), (b"", kind is Unix), "what the client is told")


def killed(kind):
    """The kernel cleans up; the script that runs this removes the module then."""
    proxy, where = start(kind, named(kind, b"x"))
    clients = [where.connect() for _ in range(50)]
    for s in clients:
        expect(s.recv(1), b"x", "name")
        s.sendall(b"y")
    proxy.kill()
    for s in clients:
        receive_all(s)
        s.close()


# --- with programs of others ----------------------------------------------------------


def files_server(kind):
    path = f"{work}/www"
    os.makedirs(path, exist_ok=True)
    with open(path + "/big", "wb") as f:
        f.write(bytes(range(256)) * 8000)
    server = Example(kind(), "httpd", path)
    return *start(kind, server), path


def curl(kind):
    proxy, where, path = files_server(kind)
    url = ["--unix-socket", where.path, "http://localhost/big"] if kind is Unix else \
        [f"http://127.0.0.1:{where.port}/big"]
    with open(path + "/big", "rb") as f:
        expect(tool("curl", "-sS", *url, *url[-1:]), f.read() * 2, "two requests of one connection")
    proxy.stop()


def netcat(kind):
    def upper(s):
        s.sendall(receive_all(s)[0].upper())

    proxy, where = start(kind, Backend(kind(), upper))
    address = ["-U", where.path] if kind is Unix else ["127.0.0.1", where.listen]
    expect(tool("nc", "-N", *address, stdin=b"all of it\n"), b"ALL OF IT\n", "answer")
    proxy.stop()


def apache_bench():
    need_tcp()
    proxy, where, _ = files_server(Tcp)
    said = tool("ab", "-q", "-n", str(COUNT), "-c", "20", f"http://127.0.0.1:{where.port}/none")
    expect([line.split()[-1] for line in said.splitlines() if b"requests:" in line.lower()][:2],
           [b"%d" % COUNT, b"0"], "complete and failed requests")
    proxy.stop()


run([(test, kind) for kind in kinds for test in (
    balances, many, more_than_the_limit, half_close, resets, slow_client, backend_down, backend_hangs, few_files,
    no_files, no_files_in_the_system, drains, drain_has_an_end, killed, curl, netcat)] + [apache_bench])
