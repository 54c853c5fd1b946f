# SPDX-License-Identifier: GPL-2.0
"""The model of what passes between two loops.

The loops have their turns one after the other, so what one does to the other is a post that
arrives at the begin of the next turn, in order. That is the part of it which is decided: what
threads do at the same moment has several right outcomes, and is for stress and the race points.
"""
from model import ECANCELED, EINPROGRESS, Awaitable


PASSED_MAX = 64


class Across(Awaitable):
    """AW-B1: what tasks of one loop wait on, for a task of another one."""

    def __init__(self, loop, target):
        super().__init__(loop)
        self.target, self.passed = target, 0
        target.loop.act(self.begin)

    def begin(self):
        follow(self.target, self)

    def notify(self, target):
        target.loop.queue(self.target_ended)

    def target_ended(self):
        self.loop.act(self.arrive)

    def arrive(self):
        if self.waiters:					# AW-11
            self.target.read = True
        self.complete(self.target.result)

    def cancel(self, waiter):					# CX-3
        in_time = self.target.cancel()
        self.passed += 1
        if self.passed <= PASSED_MAX:
            return in_time
        self.waiters.remove(waiter)				# it goes round a cycle
        waiter.queue(ECANCELED)
        return True


def follow(task, follower):
    if task.done:						# TK-4
        follower.notify(task)
    else:
        task.waiters.append(follower)


def across(task, target):
    if target is None or target.loop is task.loop:
        return (yield from task.wait(target))
    if target.done:						# AW-1
        task.told = False
        return target.get()
    return (yield from task.wait(Across(task.loop, target)))


class Submission:
    """RT-1: the outcome is that of the task, unless it is cancelled before (RT-4)."""

    def __init__(self, task):
        self.task, self.done, self.cancelled, self.read = task, False, False, False
        self.result = EINPROGRESS
        task.loop.act(lambda: follow(task, self))

    def notify(self, task):
        task.loop.queue(self.task_ended)

    def task_ended(self):
        self.settle(self.task.result, self.task.cancelled)	# RT-2

    def settle(self, result, cancelled):
        if self.done:
            return False
        self.done, self.cancelled, self.result = True, cancelled, result
        return True

    def cancel(self):
        accepted = self.settle(ECANCELED, True)
        if accepted:
            self.task.read = True
            self.task.cancel()
        return accepted

    def get(self):
        self.read = self.read or self.done			# AW-11
        return self.result

    def put(self):
        """AW-11: it has the error of the task, which is then retrieved, too."""
        self.task.read = self.task.read or self.read
