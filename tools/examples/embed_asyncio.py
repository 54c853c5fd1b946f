#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Tasks of libcotask inside of Python's asyncio, by ctypes and the shared library

asyncio watches the descriptor of the loop.  A coroutine awaits a task like any other awaitable,
and a cancel of the coroutine cancels the task.  The code of a task is a C function with one
argument, here cotask_sleep().  It cannot be a Python function: the interpreter does not know the
stack of a task.
"""
import asyncio
import ctypes
import os

lib = ctypes.CDLL("libcotask.so.1", use_errno=True)
for name, result, *arguments in (
        ("cotask_loop_create", ctypes.c_void_p, ctypes.c_void_p),
        ("cotask_loop_strerror", ctypes.c_char_p, ctypes.c_long),
        ("cotask_loop_fd", ctypes.c_int, ctypes.c_void_p),
        ("cotask_loop_turn", ctypes.c_int, ctypes.c_void_p, ctypes.c_int64),
        ("cotask_loop_put", None, ctypes.c_void_p),
        ("cotask_submit", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p,
         ctypes.c_char_p),
        ("cotask_submission_done", ctypes.c_bool, ctypes.c_void_p),
        ("cotask_submission_result", ctypes.c_long, ctypes.c_void_p),
        ("cotask_submission_cancel", ctypes.c_bool, ctypes.c_void_p),
        ("cotask_submission_put", None, ctypes.c_void_p)):
    function = getattr(lib, name)
    function.restype, function.argtypes = result, arguments


class Loop:
    """A loop of libcotask that the running loop of asyncio drives; a context manager."""

    def __enter__(self):
        self.loop = lib.cotask_loop_create(None)
        if not self.loop:
            raise OSError(lib.cotask_loop_strerror(-ctypes.get_errno()).decode())
        self.waiting = {}
        self.asyncio = asyncio.get_running_loop()
        self.asyncio.add_reader(lib.cotask_loop_fd(self.loop), self.turn)
        return self

    def __exit__(self, *error):
        self.asyncio.remove_reader(lib.cotask_loop_fd(self.loop))
        lib.cotask_loop_put(self.loop)

    def turn(self):
        lib.cotask_loop_turn(self.loop, 0)
        for task, future in self.waiting.items():
            if lib.cotask_submission_done(task) and not future.done():
                future.set_result(lib.cotask_submission_result(task))

    async def call(self, function, argument, name=None):
        """Runs function(argument) as a task; its outcome, or OSError."""
        task = lib.cotask_submit(self.loop, ctypes.cast(function, ctypes.c_void_p), argument, name)
        if not task:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        future = self.waiting[task] = self.asyncio.create_future()
        self.asyncio.call_soon(self.turn)
        try:
            result = await future
        finally:
            del self.waiting[task]
            lib.cotask_submission_cancel(task)      # without effect if it has ended
            lib.cotask_submission_put(task)
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result


async def say_after(loop, milliseconds, text):
    await loop.call(lib.cotask_sleep, milliseconds * 1000000, text.encode())
    print(text)


async def main():
    with Loop() as loop:
        await asyncio.gather(say_after(loop, 200, "world"), say_after(loop, 100, "hello"))
        try:
            await asyncio.wait_for(say_after(loop, 3600000, "an hour later"), 0.2)
        except asyncio.TimeoutError:
            print("timed out")


asyncio.run(main())
