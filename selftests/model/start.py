# SPDX-License-Identifier: GPL-2.0
"""The model of waits for a child: until it is ready, and until it has ended after a cancel."""
from model import ECANCELED, EDEADLK, EINVAL, ENODATA, EXDEV, Future, is_error, reaches


class Start:
    """TG-B7: until the child is ready its failure is the outcome of the call."""

    def __init__(self, child):
        self.child, self.ready, self.entry = child, Future(child.loop), None
        child.apart = True
        child.waiters.append(self)

    def notify(self, _child):
        self.entry = self.child.loop.queue(self.child_ended)

    def child_ended(self):
        self.ready.set(self.failure() or ENODATA)

    def failure(self):
        """The error of a child that has failed."""
        child = self.child
        return child.get() if child.done and is_error(child.result) and not child.cancelled else 0

    def set_ready(self, value):
        if value < 0 or not self.ready.set(value):
            return EINVAL
        self.child.apart = False
        return 0

    def wait(self, task):
        child = self.child
        rc = yield from task.wait(self.ready)
        if rc == ECANCELED and child.apart:
            if not child.done:
                child.cancel()
                yield from task.wait(child, watch=True)
            rc = self.failure() or ECANCELED
        self.forget()
        return rc

    def forget(self):
        if not self.child.done:
            self.child.apart = False
        if self.entry:
            self.entry.live = False
        else:
            self.child.waiters.remove(self)


def cancel_and_wait(task, target):				# CX-B6
    task.told = False
    if target is None:
        return EINVAL
    if target.done:
        return 0
    if target.loop is not task.loop:
        return EXDEV
    if reaches(target, task):
        return EDEADLK
    target.read = True
    target.cancel()
    rc = yield from task.wait(target, watch=True)
    if rc == ECANCELED and task.told:
        return rc
    return 0 if target.done else rc
