#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""cotask benchmark - the same on asyncio: "asyncio_bench.py SLEEPERS...".

With "echo unix:PATH" an echo server, with "deadline unix:PATH" one that waits ten seconds for
each message.
"""
import asyncio
import contextlib
import ctypes
import mmap
import platform
import resource
import sys
import threading
import time

YIELDERS, YIELDS, SPAWNS, SCOPES, WAKES = 1000, 20, 5000, 2000, 300
GROUP_SIZE, MOVED, ITEMS, HANDED, POSTED = 1000, 10000, 5000, 5000, 1000


def make_mark(which):
    """A function of an instruction that does nothing, see bench.h."""
    if platform.machine() != "x86_64":
        return lambda: None
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\x0f\x1f\x84\0cot" + which + b"\xc3")
    mark = ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    mark.code = code
    return mark


mark_begin, mark_end = make_mark(b"b"), make_mark(b"e")


def show(row, value, unit="ns"):
    print(row, "asyncio", f"{value:.1f}", unit, flush=True)


def cpu():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return int((r.ru_utime + r.ru_stime) * 1e9)


@contextlib.contextmanager
def measure(row, n, clock=time.monotonic_ns):
    begin = clock()
    mark_begin()
    yield
    mark_end()
    show(row, (clock() - begin) / n, f"ns {n}")


async def yielder():
    for _ in range(YIELDS):
        await asyncio.sleep(0)


async def nothing():
    pass


async def gather(coro, n):
    await asyncio.gather(*(coro() for _ in range(n)))


async def number(i):
    return i


async def sum_of_group():
    """Tasks that return a number each, and what has created them adds these up."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(number(i)) for i in range(GROUP_SIZE)]
    assert sum(t.result() for t in tasks) == GROUP_SIZE * (GROUP_SIZE - 1) // 2


async def move():
    timeouts = []

    async def waiter():
        async with asyncio.timeout(3600) as t:
            timeouts.append(t)
            await asyncio.sleep(7200)
    tasks = [asyncio.ensure_future(waiter()) for _ in range(MOVED)]
    await asyncio.sleep(0.1)
    until = asyncio.get_running_loop().time() + 7200
    with measure("move", MOVED):
        for i, t in enumerate(timeouts):
            t.reschedule(until + i * 7919 % MOVED * 1e-6)
    for t in tasks:
        t.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def pass_items():
    queue = asyncio.Queue(1)

    async def produce():
        for i in range(ITEMS):
            await queue.put(i)

    async def consume():
        for _ in range(ITEMS):
            await queue.get()
    await asyncio.gather(produce(), consume())


async def lock_in_turn():
    lock = asyncio.Lock()

    async def locker():
        for _ in range(HANDED // 2):
            async with lock:
                await asyncio.sleep(0)
    await gather(locker, 2)


async def wake():
    """A thread wakes the task that has requested it."""
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(POSTED)]
    asked = threading.Semaphore(0)

    def poster():
        for f in futures:
            asked.acquire()
            loop.call_soon_threadsafe(f.set_result, None)
    thread = threading.Thread(target=poster)
    thread.start()
    with measure("wake", POSTED):
        for f in futures:
            asked.release()
            await f
    thread.join()


async def sleepers(n):
    until = time.monotonic() + (20 if n > 20000 else 10)

    async def sleeper():
        await asyncio.sleep(until - time.monotonic())
    with measure(f"sleepers_{n}", n, cpu):
        await gather(sleeper, n)


async def cancel(n):
    tasks = [asyncio.ensure_future(asyncio.sleep(3600)) for _ in range(n)]
    await asyncio.sleep(0.1)
    with measure(f"cancel_{n}", n):
        for t in tasks:
            t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def serve(path, deadline):
    async def read(reader):
        if not deadline:
            return await reader.read(4096)
        async with asyncio.timeout(10):
            return await reader.read(4096)

    async def echo(reader, writer):
        while data := await read(reader):
            writer.write(data)
            await writer.drain()
    server = await asyncio.start_unix_server(echo, path, backlog=1024)
    await server.serve_forever()


async def lateness():
    late = []
    for _ in range(WAKES):
        until = time.monotonic() + 0.001
        await asyncio.sleep(until - time.monotonic())
        late.append((time.monotonic() - until) * 1e6)
    late.sort()
    show("lateness_p50", late[WAKES // 2], "us")
    show("lateness_p99", late[WAKES * 99 // 100], "us")


async def main():
    if sys.argv[1] in ("echo", "deadline"):
        await serve(sys.argv[2].removeprefix("unix:"), sys.argv[1] == "deadline")
    with measure("yield", YIELDERS * YIELDS):
        await gather(yielder, YIELDERS)
    with measure("spawn", SPAWNS):
        for _ in range(SPAWNS // 1000):
            await gather(nothing, 1000)
    with measure("group", SPAWNS):
        for _ in range(SPAWNS // GROUP_SIZE):
            await sum_of_group()
    with measure("timeout", SCOPES):
        for _ in range(SCOPES):
            async with asyncio.timeout(1):
                pass
    with measure("queue", ITEMS):
        await pass_items()
    with measure("lock", HANDED):
        await lock_in_turn()
    await wake()
    await lateness()
    for n in map(int, sys.argv[1:]):
        await sleepers(n)
        await cancel(n)
    await move()

asyncio.run(main())
