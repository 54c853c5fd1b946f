#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The concurrent fetcher, with servers of all kinds: "fetch_test.py EXAMPLES LIBRARY"."""
import os
import threading

from harness import COUNT, LONG, Backend, Program, Tcp, expect, need_tcp, receive_all, reset, run, wait_until, work

BODY = bytes(range(256)) * 400


class Server(Backend):
    """What it does depends on the path."""

    def __init__(self):
        need_tcp()
        super().__init__(Tcp(), self.answer)
        self.url = f"http://127.0.0.1:{self.where.port}/"
        self.lock = threading.Lock()
        self.go_on = threading.Event()
        self.requests, self.now, self.most = [], 0, 0

    def answer(self, s):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            part = s.recv(4096)
            if not part:
                return
            head += part
        path = head.split()[1].decode()
        with self.lock:
            self.requests.append(path)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            getattr(self, path.split("/")[1])(s, path)
        finally:
            with self.lock:
                self.now -= 1

    @staticmethod
    def reply(s, status, body=b"", head=b""):
        s.sendall(b"HTTP/1.1 %d Text\r\nContent-Length: %d\r\n%s\r\n" % (status, len(body), head) + body)

    def good(self, s, path):
        self.reply(s, 200, BODY)

    def bad(self, s, path):
        self.reply(s, 404, b"not here")

    def moved(self, s, path):
        self.reply(s, 302, b"", b"Location: /good\r\n")

    def never(self, s, path):
        """No answer; the client goes."""
        receive_all(s)

    def gate(self, s, path):
        self.go_on.wait(LONG)
        self.good(s, path)

    def third(self, s, path):
        """Two refusals, one of them without an answer."""
        tries = self.requests.count(path)
        if tries == 1:
            self.reply(s, 503, b"x" * 2000)
        elif tries == 2:
            reset(s)
        else:
            self.reply(s, 200, b"third")

    def broken(self, s, path):
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")

    def to_the_end(self, s, path):
        s.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)

    def interim(self, s, path):
        s.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.good(s, path)

    def chunks(self, s, path):
        s.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for i in range(0, len(BODY), 1000):
            part = BODY[i:i + 1000]
            s.sendall(b"%x;extension=1\r\n" % len(part) + part + b"\r\n")
        s.sendall(b"0\r\nTrailer: x\r\n\r\n")

    def nonsense(self, s, path):
        s.sendall(b"\0" * 20000)


def fetch(status, *argv):
    program = Program("fetch", "-t", LONG, *argv)
    program.wait(status)
    return sorted(program.lines)


def bodies():
    """Of all forms, in files."""
    server = Server()
    names = ["good", "to_the_end", "chunks", "interim"]
    where = os.path.join(work, "bodies")
    os.mkdir(where)
    urls = [server.url + name for name in names]
    expect(fetch(0, "-o", where, *urls), sorted(f"200 {len(BODY)} {url}" for url in urls), "output")
    for i in range(len(names)):
        with open(f"{where}/{i + 1}", "rb") as f:
            expect(f.read(), BODY, names[i])


def by_name():
    server = Server()
    url = f"http://localhost:{server.where.port}/good"
    expect(fetch(0, url), [f"200 {len(BODY)} {url}"], "output")


def statuses():
    server = Server()
    good, bad, moved = (server.url + name for name in ("good", "bad", "moved"))
    expect(fetch(1, good, bad, moved), [f"200 {len(BODY)} {good}", f"302 0 {moved}", f"404 8 {bad}"], "output")
    expect(fetch(1, server.url + "broken", server.url + "nonsense", "http://127.0.0.1:1/"),
           sorted(["Connection reset by peer " + server.url + "broken",
                   "Message too long " + server.url + "nonsense",
                   "Connection refused http://127.0.0.1:1/"]), "output")
    for arguments in [], ["https://localhost/"], ["-n", 2, good], ["-c", 0, good], ["-x", good]:
        expect(fetch(2, *arguments)[-1][:12], "usage: fetch", "usage")


def retries():
    server = Server()
    where = os.path.join(work, "retries")
    os.mkdir(where)
    expect(fetch(0, "-r", 2, "-o", where, server.url + "third"), [f"200 5 {server.url}third"], "output")
    with open(where + "/1", "rb") as f:
        expect(f.read(), b"third", "no more than the last answer")
    expect(fetch(1, "-r", 1, server.url + "third/other"), [f"Connection reset by peer {server.url}third/other"],
           "output")
    expect(server.requests, ["/third"] * 3 + ["/third/other"] * 2, "requests")
    expect(fetch(1, "-r", 3, server.url + "bad"), [f"404 8 {server.url}bad"], "output")
    expect(server.requests.count("/bad"), 1, "requests for what is not there")


def deadline_of_each():
    server = Server()
    expect(fetch(1, "-t", 0.3, "-r", 1, server.url + "never"), [f"timed out {server.url}never"], "output")
    expect(len(server.requests) <= 2, True, "requests")
    wait_until(lambda: not server.connections, "no connection is left")


def deadline_of_all():
    server = Server()
    expect(fetch(3, "-d", 1, *[server.url + "never"] * 20), ["fetch: timed out"], "output")
    wait_until(lambda: not server.connections, "no connection is left")


def first_of_many():
    """The rest are given up, also those that have not begun."""
    server = Server()
    urls = [server.url + f"never/{i}" for i in range(5)]
    expect(fetch(0, "-n", 2, "-c", 6, *urls, *[server.url + "good"] * 2, *urls),
           [f"200 {len(BODY)} {server.url}good"] * 2, "output")
    wait_until(lambda: not server.connections, "no connection is left")


def limit():
    """Exactly so many at a time."""
    server = Server()
    program = Program("fetch", "-c", 7, "-t", LONG, *[server.url + "gate"] * 50)
    wait_until(lambda: server.now == 7, "seven requests")
    server.go_on.set()
    program.wait()
    expect((server.most, len(server.requests)), (7, 50), "at a time, and in total")


def many():
    server = Server()
    program = Program("fetch", "-c", COUNT, "-t", LONG, *[server.url + "gate"] * COUNT)
    wait_until(lambda: server.now == COUNT, "all of them at the same time")
    server.go_on.set()
    program.wait()
    expect(len(program.lines), COUNT, "lines")


def few_files():
    """A request that finds no descriptor is one that fails."""
    server = Server()
    program = Program("fetch", "-c", 50, "-t", LONG, "-r", 100, *[server.url + "good"] * 50, files=20)
    program.wait()
    expect(len(program.lines), 50, "lines")


def killed():
    server = Server()
    program = Program("fetch", "-t", LONG, *[server.url + "never"] * 10)
    wait_until(lambda: server.now == 10, "requests")
    program.kill()
    wait_until(lambda: not server.connections, "no connection is left")


run([bodies, by_name, statuses, retries, deadline_of_each, deadline_of_all, first_of_many, limit, many,
     few_files, killed])
