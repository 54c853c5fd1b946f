#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The chat server, with clients that behave and clients that do not: "chat_test.py EXAMPLES LIBRARY"."""
import socket

from harness import COUNT, LONG, Program, Unix, expect, kinds, receive_all, reset, run, tool, wait_until

END = b"* the server ends\n"
BIG = b"x" * 899 + b"\n"


class Client:
    """Another one sees when the server knows it."""

    def __init__(self, where, seen_by=None, buffer=None):
        self.socket = where.connect(buffer)
        self.file = self.socket.makefile("rb")
        if seen_by:
            self.say(b"+\n")
            expect(seen_by.file.readline(), b"+\n", "joining")

    def say(self, data):
        self.socket.sendall(data)

    def line(self):
        while (line := self.file.readline()) == b"+\n":
            pass
        return line

    def rest(self):
        """Whatever comes until the end, orderly or not."""
        try:
            return self.file.read()
        except ConnectionError:
            return b""

    def close(self):
        self.file.close()
        self.socket.close()


def start(kind, *options, files=None):
    where = kind()
    server = Program("chat", "-d", LONG, *options, where.listen, files=files)
    return server, where, Client(where)


def settled(server, files):
    wait_until(lambda: server.files() <= files, f"descriptors: {server.files()}, not {files}")


def talks(kind):
    server, where, first = start(kind)
    others = [Client(where, first) for _ in range(3)]
    first.say(b"one\ntwo\nand a pa")
    for other in others:
        expect([other.line(), other.line()], [b"one\n", b"two\n"], "lines")
    first.say(b"rt\n")
    for other in others[1:]:
        expect(other.line(), b"and a part\n", "line")
    others[0].say(b"answer\n")
    expect(first.line(), b"answer\n", "answer")
    # One that has said all; its last line needs no newline character.
    others[0].say(b"bye")
    others[0].socket.shutdown(socket.SHUT_WR)
    expect(first.file.read(3), b"bye", "the last line")
    expect(others[0].line(), b"and a part\n", "what has waited")
    expect(others[0].rest(), b"", "the end")
    server.stop()


def many(kind):
    server, where, first = start(kind)
    clients = [Client(where, first) for _ in range(COUNT)]
    first.say(b"hello\n")
    for client in clients:
        expect(client.line(), b"hello\n", "line")
    files = server.files()
    for client in clients:
        client.close()
    settled(server, files - COUNT)
    server.stop()


def flood(sender, reader, until):
    """Lines that one of several clients reads, until something is true."""
    for _ in range(20000):
        sender.say(BIG)
        expect(reader.line(), BIG, "line")
        if until():
            return
    raise AssertionError("20,000 lines")


def slow_client(kind):
    server, where, first = start(kind, "-q", 4)
    second, slow = Client(where, first), Client(where, first, 4096)
    files = server.files()
    flood(first, second, lambda: server.files() < files)
    expect(len(slow.rest()) > 0, True, "it got some of it")
    second.say(b"still here\n")
    expect(first.line(), b"still here\n", "line")
    server.stop()


def long_line(kind):
    server, where, first = start(kind)
    other = Client(where, first)
    other.say(b"x" * 999 + b"\n")
    expect(first.line(), b"x" * 999 + b"\n", "the longest line")
    other.say(b"x" * 1001)
    expect(other.rest(), b"", "the end")
    Client(where, first).say(b"still here\n")
    expect(first.line(), b"still here\n", "line")
    server.stop()


def resets(kind):
    server, where, first = start(kind)
    second = Client(where, first)
    files = server.files()
    for _ in range(20):
        client = Client(where, first)
        client.file.close()
        reset(client.socket)
        first.say(b"line\n")
        expect(second.line(), b"line\n", "line")
    settled(server, files)
    server.stop()


def few_files(kind):
    """Those that find no descriptor wait until one is free."""
    server, where, first = start(kind, files=40)
    clients = [Client(where) for _ in range(60)]
    for client in clients:
        client.say(b"hello\n")
        client.socket.shutdown(socket.SHUT_WR)
        expect(first.line(), b"hello\n", "line")
        receive_all(client.socket)
        client.close()
    server.stop()


def ends(kind):
    """Each gets what has waited, and a last line."""
    server, where, first = start(kind, "-q", 100000)
    second = Client(where, first)
    third = Client(where, first)
    counter = iter(range(3000))
    flood(first, second, lambda: next(counter) == 500)
    server.signal(15)
    expect([first.line(), first.rest()], [END, b""], "the end")
    expect([second.line(), second.rest()], [END, b""], "the end")
    got = third.rest()
    expect((got.count(BIG), got[-len(END):]), (501, END), "what has waited")
    server.wait()


def ends_without_patience(kind):
    """One that reads nothing does not keep the server."""
    server, where, first = start(kind, "-q", 100000, "-d", 0.5)
    second = Client(where, first)
    deaf = Client(where, first, 4096)
    counter = iter(range(12000))
    flood(first, second, lambda: next(counter) == 5500)
    server.stop()
    deaf.close()


def killed(kind):
    server, where, first = start(kind)
    clients = [Client(where, first) for _ in range(50)]
    server.kill()
    for client in clients:
        client.rest()


def netcat(kind):
    server, where, first = start(kind)
    address = ["-U", where.path] if kind is Unix else ["127.0.0.1", where.listen]
    tool("nc", "-N", *address, stdin=b"hello\n")
    expect(first.line(), b"hello\n", "line")
    server.stop()


run([(test, kind) for kind in kinds for test in (
    talks, many, slow_client, long_line, resets, few_files, ends, ends_without_patience, killed, netcat)])
