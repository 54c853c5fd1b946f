# SPDX-License-Identifier: GPL-2.0
"""An executable model of the semantics, Documentation/semantics.rst.

Written from the rules, and as short as they allow: coroutines are generators, a
cancel request is an object. Each rule is named where it is made. The one thing that
is taken from the implementation is the number of entries in the ready queue that
something takes (SC-8), as it decides who is first.

run(program) gives the words that cotask_play gives for the same program; see
generate.py for what a program is.
"""
import collections
import heapq

NEVER = -1000000
ECANCELED, ETIMEDOUT, EDEADLK = "ECANCELED", "ETIMEDOUT", "EDEADLK"
ESHUTDOWN, EALREADY, EINVAL = "ESHUTDOWN", "EALREADY", "EINVAL"
ERRORS = {1: "E1", 2: "E2", 3: ECANCELED}
HORIZON, ROUNDS, ROUND_MS = 60, 40, 60	# as in play.c


def is_error(rc):
    return isinstance(rc, str)


class Failure(Exception):
    """An error on its way out of the blocks of a script."""

    def __init__(self, code):
        self.code = code


class Entry:
    """Something in the ready queue or among the timers."""

    def __init__(self, run):
        self.run, self.live, self.due = run, True, False


class Loop:
    def __init__(self):
        self.now, self.ready, self.timers, self.armed = 0, [], [], 0
        self.asking = []	# gathers whose members are being cancelled, innermost last

    def queue(self, run):
        entry = Entry(run)
        self.ready.append(entry)
        return entry

    def call_at(self, when, run):
        """A timer; SC-4: equal deadlines in the order of arming."""
        entry = Entry(run)
        self.armed += 1
        heapq.heappush(self.timers, (when, self.armed, entry))
        return entry

    def turn(self):
        while self.timers and self.timers[0][0] <= self.now:	# SC-4
            entry = heapq.heappop(self.timers)[2]
            entry.due = True
            self.ready.append(entry)
        batch, self.ready = self.ready, []			# SC-3
        ran = False
        for entry in batch:
            if entry.live:					# SC-7
                entry.live = False
                entry.run()
                ran = True
        return ran


class Awaitable:
    """What tasks wait for: a task, a future, a shield, a gather, a group."""

    def __init__(self, loop):
        self.loop, self.waiters = loop, []
        self.done = self.cancelled = self.read = False
        self.result = 0

    def complete(self, result, cancelled=False):
        """SC-5: waiters are queued now, in order; nothing runs inside of this."""
        self.done, self.cancelled, self.result = True, cancelled, result
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            waiter.notify(self)

    def get(self):
        self.read = True					# AW-11
        return self.result

    def needs(self):
        """What has to end before this can."""
        return []


class Future(Awaitable):
    def set(self, result, cancelled=False):
        if self.done:						# AW-6, AW-7
            return False
        self.complete(result, cancelled)
        return True

    def cancel(self, _waiter=None):
        self.read = True					# AW-11
        return self.set(ECANCELED, True)


class Shield(Awaitable):
    def __init__(self, inner):
        super().__init__(inner.loop)
        self.inner, self.entry = inner, None
        inner.waiters.append(self)

    def notify(self, _inner):
        self.entry = self.loop.queue(self.settle)

    def settle(self):						# SH-2, SH-4
        self.complete(self.inner.get(), self.inner.cancelled)

    def cancel(self, _waiter=None):				# SH-3, SH-8
        if self.done:
            return False
        if self.entry:
            self.entry.live = False
        else:
            self.inner.waiters.remove(self)
        self.complete(ECANCELED, True)
        return True

    def needs(self):
        return [self.inner]


def shield(x):
    return x if x is None or x.done else Shield(x)		# SH-1


class Member:
    """One awaitable of a gather."""

    def __init__(self, gather, x):
        self.gather, self.x, self.ended = gather, x, False

    def notify(self, _x):
        self.ended = True
        self.gather.loop.queue(self.take_in)

    def take_in(self):
        if not self.gather.done:
            self.gather.member_ended(self)


class Gather(Awaitable):
    def __init__(self, loop, xs, collect):
        super().__init__(loop)
        self.xs, self.collect = xs, collect
        self.requested = self.cut = False
        distinct = list(dict.fromkeys(xs))			# GA-3
        self.members = [Member(self, x) for x in distinct]
        self.left = len(self.members)
        self.results = ["-"] * len(xs)
        early = [m for m in self.members if m.x.done]		# GA-12
        for m in self.members:
            if m.x.done:
                m.ended = True
            else:
                m.x.waiters.append(m)
        for m in early:
            m.take_in()
        if not xs:						# GA-1
            self.end(0)

    def member_ended(self, m):
        self.left -= 1
        rc = m.x.get()
        if is_error(rc) and not self.collect:			# GA-4, GA-6
            self.end(rc)
        elif not self.left:					# GA-5, GA-9, GA-10
            self.end(ECANCELED if self.requested else 0)

    def end(self, rc):
        """FAILED(-ECANCELED) and not CANCELLED: GA-6, AW-10."""
        for m in self.members:
            m.x.read = True					# GA-4
            if not m.x.done:
                m.x.waiters.remove(m)
        self.results = [x.result if x.done else "-" for x in self.xs]
        self.complete(rc)

    def cancel(self, _waiter=None):
        if self.done:						# GA-11
            return False
        if self in self.loop.asking:	# the cancel has come back: a cycle ends here
            self.cut = True
            return True
        self.loop.asking.append(self)
        accepted = [m.x.cancel() for m in self.members if not m.ended]	# GA-7
        for m in self.members:
            m.x.read = True					# AW-11
        self.loop.asking.pop()
        if any(accepted):
            self.requested = True
        if self.cut and not self.done:
            self.end(ECANCELED)
        self.cut = False
        return any(accepted)


class Request:
    """A cancel of a task that was not taken back.

    heard: number of the delivery that told the task (CX-6), None: not yet.
    """

    heard = None


EAGER, SURE_START, CANCELLED, WINS, KEEPS = 1, 8, 16, 32, 64	# as in cotask.h
OPTIONS = {0: "plain", EAGER: "eager", SURE_START: "sure_start", CANCELLED: "cancelled",
           WINS: "wins", KEEPS: "keeps"}

# How often a task with an option has ended a wait so.
reached = collections.Counter()


def interruptions(task):
    """What has come between a wait and its outcome."""
    if task.handed:
        yield "handed on"
    if task.late:
        yield "cancelled late"
    elif task.armed:
        yield "cancelled"
    if task.granted:
        yield "granted"
    if not (task.armed or task.handed):
        yield "failed" if is_error(task.due) else "ended"


class Task(Awaitable):
    def __init__(self, loop, code, group=None, flags=0):
        super().__init__(loop)
        self.flags = flags
        self.code, self.group = code, group
        self.requests, self.deliveries = [], 0
        self.armed = self.handed = self.started = False
        self.first_step = False
        self.told = False	# the last await was hit by a request of its own (CX-B3)
        self.doing = "start"	# the instruction that it has suspended in
        self.late = False	# armed when the outcome was there already (CX-B4)
        self.granted = None	# what has granted something with the outcome (SY-2)
        self.waits_on = self.entry = None
        self.groups = []	# entered, innermost last

    # --- running

    def queued(self):
        """Whether its outcome is there, and its turn has not come."""
        if isinstance(self.waits_on, Sleep):
            return self.waits_on.timer.due
        return not self.waits_on and self.entry is not None and self.entry.live

    def queue(self, outcome):
        """SC-6"""
        self.waits_on = None
        self.due = outcome
        self.entry = self.loop.queue(self.resume)

    def notify(self, x):
        self.queue(x.get())

    def resume(self):
        how = " ".join(interruptions(self))
        kept = not (self.armed or self.handed) or self.postpone()
        for flag, name in OPTIONS.items():
            if self.flags & flag or not (self.flags or flag):
                reached[name, self.doing, how] += 1
        granted, self.granted, self.waits_on = self.granted, None, None
        if granted and not kept:				# SY-2
            granted.lost()
        self.told = not kept
        if self.armed and not kept:				# CX-5
            self.due = ECANCELED
        if self.told:						# CX-6, CX-14
            self.hear()
        if self.told and not self.started and self.due == ECANCELED:	# CX-7
            self.finish(ECANCELED)
        else:
            self.step(self.due)

    def postpone(self):
        """Whether the request is delivered at the next suspension instead."""
        if self.flags & SURE_START and self.armed and not self.started:	# TG-B1
            return True
        if self.flags & WINS and self.late:			# CX-B4
            self.late = False
            return True
        if self.flags & KEEPS and not self.armed and self.due != ECANCELED:	# CX-B5
            self.handed, self.armed = False, True
            return True
        return False

    def step(self, outcome):
        outcome = outcome if self.started else None
        self.started = True
        try:
            self.code.send(outcome)
        except StopIteration as end:
            self.finish(end.value)

    def finish(self, rc):
        lost = self.armed and not is_error(rc)			# CX-10
        self.armed = self.handed = False
        self.loop.queue(self.record)				# TG-29
        if lost or rc == ECANCELED:				# CX-11
            self.complete(ECANCELED, True)
        else:
            self.complete(rc)					# CX-12

    def record(self):
        if self.group:
            self.group.child_ended(self)

    # --- waiting; each gives the outcome

    def wait(self, x, watch=False):
        if x is None:
            return EINVAL
        if x.done:						# AW-1
            self.told = False
            return x.get()
        if reaches(x, self):					# AW-4, AW-B2
            self.queue(EDEADLK)
        else:
            x.waiters.append(self)
            self.suspend(Watch(self, x) if watch else x)
        return (yield)

    def sleep(self, ms):
        if ms <= 0:						# SL-3
            self.queue(0)
        else:
            self.suspend(Sleep(self, ms))
        return (yield)						# SL-2

    def suspend(self, x):
        self.waits_on = x
        if self.armed:						# CX-8
            self.armed = False
            self.route()

    def needs(self):
        children = [c for g in self.groups for c in g.children]
        return children + ([self.waits_on] if self.waits_on else [])

    # --- cancelling

    def cancel(self, _waiter=None):
        if self.done:						# CX-1
            return False
        self.request(Request())					# CX-2
        return True

    def request(self, request):
        self.requests.append(request)
        self.route()

    def route(self):
        self.handed = True
        if not self.waits_on or not self.waits_on.cancel(self):	# CX-3, CX-4
            if self.started and not self.armed and self.queued():
                self.late = True
            self.handed, self.armed = False, True

    def hear(self):
        self.armed = self.handed = self.late = False
        self.deliveries += 1
        for r in self.requests:
            if r.heard is None:
                r.heard = self.deliveries

    def withdraw(self):
        self.armed = False
        for r in self.requests:
            r.heard = r.heard or 0

    def rearm(self):
        """The newest request is going to be heard once more (TG-18)."""
        if not self.armed:
            self.armed = True
            self.requests[-1].heard = None

    def baseline(self):
        """TO-B1, TG-B8: what was heard, or will never be."""
        if not self.armed:
            return len(self.requests)
        return sum(r.heard is not None for r in self.requests)

    def take_back(self, request=None):
        """One of them: the given one, or what was heard last (CX-19), or any."""
        heard = [r for r in self.requests if r.heard is not None]
        if request in self.requests:
            self.requests.remove(request)
        elif self.requests:
            self.requests.remove((heard or self.requests)[-1])
        if self.armed and self.requests and all(r.heard is not None for r in self.requests):
            self.requests[-1].heard = None

    def uncancel(self):						# CX-16
        self.take_back()
        if not self.requests:
            self.withdraw()
        return len(self.requests)


class Sleep:
    def __init__(self, task, ms):				# SL-1, SL-4
        self.task = task
        self.timer = task.loop.call_at(task.loop.now + ms, self.over)

    def over(self):
        self.task.due = 0
        self.task.resume()

    def cancel(self, task):					# SL-6, SL-7
        if self.timer.due:
            return False
        self.timer.live = False
        task.queue(ECANCELED)
        return True

    def needs(self):
        return []


class Semaphore:
    """Also the items of a queue, and the room in it."""

    def __init__(self, free, most):
        self.free, self.most, self.closed, self.waiters = free, most, False, []

    def acquire(self, task):
        if self.free:
            self.free -= 1
        elif not self.closed:
            return (yield from self.park(task))
        else:
            task.told = False
            return ESHUTDOWN
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

    def close(self):
        self.closed = True
        self.wake_all(ESHUTDOWN)

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


class Watch:
    """WF-5: a cancel ends the wait, not what is waited for."""

    def __init__(self, task, x):
        self.x = x

    def cancel(self, task):
        self.x.waiters.remove(task)
        task.queue(ECANCELED)
        return True

    def needs(self):
        return [self.x]


def reaches(x, task):
    """Whether x cannot end before the task does; a gather can (AW-B2)."""
    seen, todo = set(), [x]
    while todo:
        x = todo.pop()
        if x is task:
            return True
        if x not in seen:
            seen.add(x)
            todo += x.needs()
    return False


class Timeout:
    def __init__(self):
        self.expired, self.timer, self.own = False, None, Request()

    def enter(self, task, ms):
        self.task, self.baseline = task, task.baseline()	# TO-3, TO-B1
        loop = task.loop
        if ms == NEVER:						# TO-1
            return
        if ms <= 0:						# TO-5
            self.timer = loop.queue(self.expire)
        else:
            self.timer = loop.call_at(loop.now + ms, self.expire)

    def expire(self):						# TO-4
        self.expired = True
        self.task.request(self.own)

    def exit(self, rc):
        task = self.task
        if not self.expired:					# TO-6
            if self.timer:
                self.timer.live = False
            return rc
        task.take_back(self.own)				# TO-7
        more = len(task.requests) > self.baseline
        if not more:						# TO-B6
            task.withdraw()
        if rc == ECANCELED and not more:			# TO-8, TO-9
            return ETIMEDOUT
        return rc						# TO-10


class Group(Awaitable):
    def __init__(self, loop):
        super().__init__(loop)
        self.parent, self.children, self.errors = None, [], []
        self.aborting = self.exiting = self.outside = self.cancelled_early = False
        self.asking = False	# its children are being cancelled
        self.own = None		# the group's cancel of its parent

    def enter(self, task):
        if self.parent:						# TG-1
            return EALREADY
        self.parent, self.baseline = task, task.baseline()	# TG-B8
        task.groups.append(self)
        if self.cancelled_early:				# TG-35
            self.abort(True)
        return 0

    def refusal(self):
        if not self.parent:					# TG-2
            return EINVAL
        return ESHUTDOWN if self.aborting or self.done else 0	# TG-3, TG-4

    def spawn(self, task, eager):
        self.children.append(task)
        if eager:						# EA-1
            task.first_step = True
            task.step(0)
            task.first_step = False
        else:							# CT-1
            task.queue(0)
        if self.aborting:					# TG-32
            task.cancel()

    def child_ended(self, task):
        self.children.remove(task)				# TG-7
        if is_error(task.result) and not task.cancelled:	# TG-8
            task.read = True
            self.errors.append((task, task.result))		# TG-10, TG-12
            self.abort(True)					# TG-9
        self.check_over()

    def abort(self, body):
        if self.aborting:					# TG-10, TG-11, TG-34
            return
        self.aborting = self.asking = True
        for child in list(self.children):			# TG-9: in spawn order
            if not child.first_step:				# TG-32
                child.cancel()
        self.asking = False
        if body:
            self.own = Request()
            self.delivery = self.parent.deliveries + 1	# the one that tells it
            self.parent.request(self.own)

    def group_cancel(self):
        if not self.parent:					# TG-35
            self.cancelled_early = True
        elif not self.done:					# TG-33, TG-34
            self.abort(True)

    def check_over(self):
        if self.exiting and not self.children and not self.done:
            self.complete(0)

    def cancel(self, parent):
        """A request reaches the parent, which waits for the children."""
        if any(r.heard is None and r is not self.own for r in parent.requests):
            self.outside = True					# TG-16
        if self.asking and self.loop.asking:	# a cycle ends at the innermost gather
            self.loop.asking[-1].cut = True
        self.abort(False)					# TG-17: only once
        return True

    def needs(self):
        return self.children

    def exit(self, rc):
        parent = self.parent
        self.exiting = True
        if is_error(rc):
            if rc != ECANCELED:					# TG-13, TG-14
                self.errors.append((None, rc))
            self.abort(False)					# TG-15
        self.check_over()
        wait_rc = yield from parent.wait(self)			# TG-6
        parent.groups.remove(self)
        cancelled = self.outside or ECANCELED in (rc, wait_rc)
        own = self.own
        if own:							# TG-19
            parent.take_back(own)
        more = len(parent.requests) > self.baseline
        if own and not more:					# TG-19, TG-36
            parent.withdraw()
            cancelled = False
        if self.errors:						# TG-14
            if more:						# TG-18
                parent.rearm()
            return self.errors[0][1]
        if cancelled:						# TG-15, TG-38
            return ECANCELED
        if own and more and parent.deliveries == self.delivery and \
           any(r.heard == self.delivery for r in parent.requests):	# TG-B2
            parent.rearm()
        return 0						# TG-6, TG-33


class Machine:
    """Runs a program, and writes down what happens."""

    def __init__(self, program):
        self.program, self.loop, self.words = program, Loop(), []
        self.tasks, self.sets = {}, {}
        self.futures = [Future(self.loop) for _ in range(16)]
        self.groups = [Group(self.loop) for _ in range(16)]
        self.locks = [Semaphore(1, 1) for _ in range(4)]
        self.events = [Event() for _ in range(4)]
        self.queues = [Queue(i) for i in range(4)]

    def note(self, *words):
        self.words += [str(w) for w in words]

    def trace(self, task, node, rc, end=False):
        line = node.end if end else node.line
        self.note("%d.%d=%s/%d" % (node.script, line, rc, len(task.requests)))

    # --- instructions

    def script(self, task, number):
        try:
            yield from self.body(task, self.program.scripts[number])
        except Failure as failure:
            return failure.code
        except Return as end:
            return end.value
        return 0

    def body(self, task, nodes, caught=None):
        for node in nodes:
            yield from self.node(task, node, caught)

    def node(self, task, node, caught):
        if node.op in ("group", "timeout", "try"):
            yield from getattr(self, node.op)(task, node)
            return
        if node.op == "return":
            raise Return(node.args[0])
        if node.op == "reraise":
            rc = caught
        elif hasattr(self, "await_" + node.op):
            task.doing = node.op
            rc = yield from getattr(self, "await_" + node.op)(task, *node.args)
        else:
            rc = getattr(self, "do_" + node.op)(task, *node.args)
        self.trace(task, node, rc)
        if is_error(rc) and node.op not in ("set", "fail", "gather", "collect", "release"):
            raise Failure(rc)

    def attempt(self, task, nodes):
        try:
            yield from self.body(task, nodes)
        except Failure as failure:
            return failure.code
        return 0

    def group(self, task, node):
        group = self.groups[node.args[0]]
        rc = group.enter(task)
        self.trace(task, node, rc)
        if is_error(rc):
            raise Failure(rc)
        rc = yield from self.attempt(task, node.body)
        task.doing = "group"
        rc = yield from group.exit(rc)
        self.trace(task, node, rc, True)
        for child, error in group.errors:
            self.note("t%d:" % self.number(child) if child else "body:", error)
        if is_error(rc):
            raise Failure(rc)

    def timeout(self, task, node):
        timeout = Timeout()
        timeout.enter(task, node.args[1])
        self.trace(task, node, 0)
        rc = yield from self.attempt(task, node.body)
        rc = timeout.exit(rc)
        self.trace(task, node, rc, True)
        if timeout.expired:
            self.note("expired")
        if is_error(rc):
            raise Failure(rc)

    def try_(self, task, node):
        rc = yield from self.attempt(task, node.body)
        if is_error(rc):
            yield from self.body(task, node.handler, rc)

    def number(self, task):
        return next((i for i, t in self.tasks.items() if t is task), -1)

    def spawn(self, number, group, script, flags=0):
        group = self.groups[group] if group >= 0 else None
        refusal = group.refusal() if group else 0
        if refusal == ESHUTDOWN and flags & CANCELLED and not group.done:	# TG-B5
            refusal = 0
        if refusal:						# CO-6, TG-2 .. TG-4
            return refusal
        task = Task(self.loop, None, group, flags)
        task.code = self.script(task, script)
        eager = flags & EAGER
        if group:
            group.spawn(task, eager and not group.aborting)
        elif eager:
            task.step(0)
        else:
            task.queue(0)
        self.tasks[number] = task
        return 0

    def do_spawn(self, _task, number, group, script):
        return self.spawn(number, group, script)

    def do_spawn_eager(self, _task, number, group, script):
        return self.spawn(number, group, script, EAGER)

    def do_spawn_flags(self, _task, number, group, script, flags):
        return self.spawn(number, group, script, flags)

    def do_cancel(self, _task, number):
        target = self.tasks.get(number)
        if not target:
            return 0
        target.read = True					# AW-11
        return int(target.cancel())

    def do_cancel_self(self, task):
        task.read = True
        return int(task.cancel())

    def do_uncancel(self, task):
        return task.uncancel()

    def do_set(self, _task, f, value):
        return 0 if self.futures[f].set(value) else EINVAL

    def do_fail(self, _task, f, error):				# AW-10: with -ECANCELED
        return 0 if self.futures[f].set(ERRORS[error]) else EINVAL

    def do_cancel_future(self, _task, f):
        return int(self.futures[f].cancel())

    def do_raise(self, _task, error):
        return ERRORS[error]

    def do_cancel_group(self, _task, g):
        self.groups[g].group_cancel()
        return 0

    def do_advance(self, _task, ms):
        self.loop.now += ms
        return 0

    def xs(self, members):
        made = []
        for kind, number in members:
            if kind == "f":
                made.append(self.futures[number])
            elif kind == "g":
                made.append(self.sets.get(number))
            elif kind == "t":
                made.append(self.tasks.get(number))
            else:
                made.append(shield(self.tasks.get(number)))
        return made

    def make_set(self, number, members, collect):
        xs = self.xs(members)
        if None in xs:						# GA-13
            return EINVAL
        self.sets[number] = Gather(self.loop, xs, collect)
        return 0

    def do_gather(self, _task, number, members):
        return self.make_set(number, members, False)

    def do_collect(self, _task, number, members):
        return self.make_set(number, members, True)

    def do_cancel_set(self, _task, number):
        s = self.sets.get(number)
        if not s:
            return 0
        s.read = True
        return int(s.cancel())

    def do_results(self, _task, number):
        s = self.sets.get(number)
        self.note("[", *(s.results if s else []), "]")
        return 0

    def do_release(self, _task, number):
        return self.locks[number].release()

    def do_event_set(self, _task, number):
        return self.events[number].set()

    def do_close(self, _task, number):
        self.queues[number].close()
        return 0

    def await_acquire(self, task, number):
        return (yield from self.locks[number].acquire(task))

    def await_event(self, task, number):
        return (yield from self.events[number].wait(task))

    def await_put(self, task, number, item):
        return (yield from self.queues[number].put(task, item))

    def await_get(self, task, number):
        return (yield from self.queues[number].get(task))

    def await_sleep(self, task, ms):
        return (yield from task.sleep(ms))

    def await_yield(self, task):
        return (yield from task.sleep(0))

    def await_join(self, task, number):
        return (yield from task.wait(self.tasks.get(number)))

    def await_future(self, task, f):
        return (yield from task.wait(self.futures[f]))

    def await_shield(self, task, number):
        x = shield(self.tasks.get(number))
        rc = yield from task.wait(x)
        self.drop_shield(x)
        return rc

    def drop_shield(self, x):
        """An await that is refused leaves the shield where it is."""
        if isinstance(x, Shield):
            x.cancel()

    def await_await_set(self, task, number):
        return (yield from task.wait(self.sets.get(number)))

    def await_shield_set(self, task, number):
        return (yield from task.wait(shield(self.sets.get(number))))

    def await_call(self, task, script):				# CO-2 .. CO-4
        return (yield from self.script(task, script))

    def await_wait_for(self, task, number, ms):
        return (yield from self.wait_for(task, self.tasks.get(number), ms))

    def await_wait_for_future(self, task, f, ms):
        return (yield from self.wait_for(task, self.futures[f], ms))

    def await_wait_for_shield(self, task, number, ms):
        x = shield(self.tasks.get(number))
        rc = yield from self.wait_for(task, x, ms)
        self.drop_shield(x)
        return rc

    def await_wait_for_call(self, task, script, ms):
        if ms != NEVER and ms <= 0:				# WF-3
            return ETIMEDOUT
        timeout = Timeout()
        timeout.enter(task, ms)					# WF-1
        rc = yield from self.script(task, script)
        return timeout.exit(rc)

    def wait_for(self, task, x, ms):
        if x is None or x.done or ms == NEVER or reaches(x, task):	# WF-1, WF-2
            return (yield from task.wait(x))
        if ms > 0:						# WF-1, WF-6 .. WF-9
            timeout = Timeout()
            timeout.enter(task, ms)
            rc = yield from task.wait(x)
            return timeout.exit(rc)
        x.read = True
        x.cancel()						# WF-4
        rc = yield from task.wait(x, watch=True)
        if rc == ECANCELED and not task.told:
            return ETIMEDOUT
        return rc						# WF-5

    # --- the whole

    def unfinished(self):
        return [self.tasks[i] for i in sorted(self.tasks) if not self.tasks[i].done]

    def turns(self, ms):
        while self.loop.turn():
            pass
        self.loop.now += ms

    def report(self, x, number):				# AW-11
        if x.done and is_error(x.result) and not x.cancelled and not x.read:
            self.note("report", "t%d" % number, x.result)

    def state(self, x):
        if not x.done:
            return ["PENDING"]
        if x.cancelled:
            return ["CANCELLED", x.result]
        return ["FAILED" if is_error(x.result) else "FINISHED", x.result]

    def run(self):
        for i in range(self.program.tasks):
            self.spawn(i, -1, i)
        passed = rounds = 0
        while passed < HORIZON and self.unfinished():
            self.turns(1)
            passed += 1
        while rounds < ROUNDS and self.unfinished():
            self.note("round")
            for task in self.unfinished():
                task.read = True
                task.cancel()
            self.turns(ROUND_MS)
            self.turns(0)
            rounds += 1
        self.turns(0)
        for i in sorted(self.tasks):
            state, *value = self.state(self.tasks[i])
            self.note("t%d=%s" % (i, state), *value, "n%d" % len(self.tasks[i].requests))
        for i, future in enumerate(self.futures):
            if future.done:
                state, *value = self.state(future)
                self.note("f%d=%s" % (i, state), *value)
        for i, (lock, queue) in enumerate(zip(self.locks, self.queues)):
            self.note("l%d=%d" % (i, lock.free), "q%d=%d/%d/%d" % (
                i, len(queue.list), queue.items.free, queue.room.free))
        if self.unfinished():
            self.note("stuck")
            return self.words
        for i in sorted(self.tasks):
            self.report(self.tasks[i], i)
        for future in self.futures:
            self.report(future, -1)
        return self.words


class Return(Exception):
    def __init__(self, value):
        self.value = value


setattr(Machine, "try", Machine.try_)


def run(program):
    return Machine(program).run()
