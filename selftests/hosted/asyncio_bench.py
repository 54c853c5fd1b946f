#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""cotask benchmark - the same on asyncio: "asyncio_bench.py SLEEPERS..."."""
import asyncio
import resource
import sys
import time

YIELDERS, YIELDS, SPAWNS, SCOPES, WAKES = 1000, 20, 5000, 2000, 300


def show(row, value, unit="ns"):
    print(row, "asyncio", f"{value:.1f}", unit, flush=True)


def cpu():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return (r.ru_utime + r.ru_stime) * 1e9


async def yielder():
    for _ in range(YIELDS):
        await asyncio.sleep(0)


async def nothing():
    pass


async def gather(coro, n):
    await asyncio.gather(*(coro() for _ in range(n)))


async def sleepers(n):
    begin = cpu()
    until = time.monotonic() + (20 if n > 20000 else 10)

    async def sleeper():
        await asyncio.sleep(until - time.monotonic())
    await gather(sleeper, n)
    show(f"sleepers_{n}", (cpu() - begin) / n)


async def cancel(n):
    tasks = [asyncio.ensure_future(asyncio.sleep(3600)) for _ in range(n)]
    await asyncio.sleep(0.1)
    begin = time.monotonic_ns()
    for t in tasks:
        t.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    show(f"cancel_{n}", (time.monotonic_ns() - begin) / n)


async def serve(path):
    async def echo(reader, writer):
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    server = await asyncio.start_unix_server(echo, path, backlog=1024)
    await server.serve_forever()


async def main():
    if sys.argv[1] == "echo":
        await serve(sys.argv[2].removeprefix("unix:"))
    begin = time.monotonic_ns()
    await gather(yielder, YIELDERS)
    show("yield", (time.monotonic_ns() - begin) / YIELDERS / YIELDS)
    begin = time.monotonic_ns()
    for _ in range(SPAWNS // 1000):
        await gather(nothing, 1000)
    show("spawn", (time.monotonic_ns() - begin) / SPAWNS)
    begin = time.monotonic_ns()
    for _ in range(SCOPES):
        async with asyncio.timeout(1):
            pass
    show("timeout", (time.monotonic_ns() - begin) / SCOPES)
    late = []
    for _ in range(WAKES):
        until = time.monotonic() + 0.001
        await asyncio.sleep(until - time.monotonic())
        late.append((time.monotonic() - until) * 1e6)
    late.sort()
    show("lateness_p50", late[WAKES // 2], "us")
    show("lateness_p99", late[WAKES * 99 // 100], "us")
    for n in map(int, sys.argv[1:]):
        await sleepers(n)
        await cancel(n)

asyncio.run(main())
