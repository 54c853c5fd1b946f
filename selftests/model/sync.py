# SPDX-License-Identifier: GPL-2.0
"""The model of what is granted to tasks: semaphores, events, queues."""
from model import ECANCELED, EINVAL, ESHUTDOWN, NEVER, Section, is_error


class Semaphore:
    """Also the items of a queue, and the room in it."""

    def __init__(self, free, most):
        self.free, self.most, self.closed, self.waiters = free, most, 0, []

    def acquire(self, task):
        if self.free:
            self.free -= 1
        elif not self.closed:
            return (yield from self.park(task))
        else:
            task.told = False
            return self.closed
        task.told = False
        return 0

    def park(self, task):
        self.waiters.append(task)
        task.suspend(self)
        return (yield)

    def cancel(self, task):
        self.waiters.remove(task)
        task.queue(ECANCELED)
        return True

    def release(self):
        if self.waiters:					# SY-1
            task = self.waiters.pop(0)
            task.queue(0)
            task.granted = self
        elif self.free == self.most:				# SY-4
            return EINVAL
        else:
            self.free += 1
        return 0

    def lost(self):
        self.release()

    def wake_all(self, rc):
        waiters, self.waiters = self.waiters, []
        for task in waiters:
            task.queue(rc)

    def close(self, rc=ESHUTDOWN):
        self.closed = rc
        self.wake_all(rc)

    def needs(self):
        return []


class Event(Semaphore):
    def __init__(self):
        super().__init__(0, 0)
        self.happened = False

    def set(self):
        self.happened = True
        self.wake_all(0)
        return 0

    def wait(self, task):
        if not self.happened:
            return (yield from self.park(task))
        task.told = False
        return 0


class Condition(Semaphore):
    """SY-3: a wait ends with the lock held, and cancels wait until then."""

    def __init__(self, lock):
        super().__init__(0, 0)
        self.lock = lock

    def wait(self, task):
        if self.lock.free:
            task.told = False
            return EINVAL
        self.lock.release()
        rc = yield from self.park(task)
        notified, section = not is_error(rc), Section()
        section.enter(task, NEVER)
        yield from self.lock.acquire(task)
        section.exit(0)
        if task.armed:
            task.hear()
            rc = ECANCELED
        if notified and is_error(rc):
            self.lost()
        return rc

    def notify(self, n):
        if self.lock.free:
            return EINVAL
        waiting = len(self.waiters)
        for _ in range(min(n, waiting)):
            self.release()
        return min(n, waiting)

    def lost(self):
        if self.waiters:
            self.release()


class Queue:
    """SY-4: an item is in the list or with a task. The first ones are those that were granted."""

    def __init__(self, most):
        self.bounded, self.list, self.closed = most > 0, [], False
        self.items, self.room = Semaphore(0, None), Semaphore(most, most)

    def put(self, task, item):
        if self.closed:
            task.told = False
            return ESHUTDOWN
        if self.bounded:
            rc = yield from self.room.acquire(task)
            if is_error(rc):
                return rc
            if self.closed:	# since it was granted
                self.give_room()
                return ESHUTDOWN
        else:
            task.told = False
        self.list.append(item)
        self.items.release()
        return 0

    def give_room(self):
        if self.bounded:
            self.room.release()

    def get(self, task):
        task.told = False
        if self.items.free:
            at = len(self.list) - self.items.free
            self.items.free -= 1
            return self.take(at)
        if self.closed:
            return ESHUTDOWN
        rc = yield from self.items.acquire(task)
        if is_error(rc):
            return rc
        return self.take(0) if self.list else ESHUTDOWN

    def take(self, at):
        item = self.list.pop(at)
        self.give_room()
        return item

    def close(self):
        self.closed = True
        self.items.close()
        self.room.close()
