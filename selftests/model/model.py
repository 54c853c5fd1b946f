# SPDX-License-Identifier: GPL-2.0
"""An executable model of the semantics, Documentation/semantics.rst: loops, tasks, scopes.

Written from the rules, and as short as they allow: coroutines are generators, a
cancel request is an object. Each rule is named where it is made. The one thing that
is taken from the implementation is the number of entries in the ready queue that
something takes (SC-8), as it decides what is first. Awaitables with members are in
sets.py, what is granted to tasks in sync.py, what passes between loops in loops.py,
and machine.py runs programs.
"""
import collections
import heapq
import itertools

NEVER = -1000000
ECANCELED, ETIMEDOUT, EDEADLK = "ECANCELED", "ETIMEDOUT", "EDEADLK"
ESHUTDOWN, EALREADY, EINVAL, EAGAIN = "ESHUTDOWN", "EALREADY", "EINVAL", "EAGAIN"
EXDEV, ENODATA, EINPROGRESS = "EXDEV", "ENODATA", "EINPROGRESS"


def is_error(rc):
    return isinstance(rc, str)


class Entry:
    """Something in the ready queue or among the timers."""

    def __init__(self, run):
        self.run, self.live, self.due = run, True, False


class Loop:
    """What is done to it while it has no turn comes from outside, and waits in its inbox."""

    def __init__(self, goes_on=False):
        self.now, self.ready, self.timers, self.armed = 0, [], [], 0
        self.goes_on = goes_on	# the clock: what looks at it later sees more, in a process
        self.inbox, self.has_turn = [], False
        self.asking = []	# gathers whose members are being cancelled, innermost last

    def queue(self, run):
        entry = Entry(run)
        self.ready.append(entry)
        return entry

    def order(self):
        self.armed += 1
        return self.armed

    def call_at(self, when, run, order=None):
        """A timer; SC-4: equal deadlines in the order of arming, or in the given one."""
        entry = Entry(run)
        heapq.heappush(self.timers, (when, order or self.order(), entry))
        return entry

    def act(self, run):
        """At once, or at the begin of the next turn (RT-6)."""
        if self.has_turn:
            run()
        else:
            self.inbox.append(run)

    def turn(self):
        self.has_turn = True
        posts, self.inbox = self.inbox, []
        for run in posts:
            run()
        ran = self.run_ready()
        self.has_turn = False
        return ran

    def run_ready(self):
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
        self.loop.act(self.wake)

    def wake(self):
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


class Request:
    """A cancel of a task that was not taken back.

    heard: number of the delivery that told the task (CX-6), None: not yet.
    """

    heard = None
    section = None	# the innermost one when the scope was entered that makes the request


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
        self.late = False	# armed when the outcome was there already (CX-B4)
        self.armed = self.handed = self.started = False
        self.first_step = False
        self.told = False	# the last await was hit by a request of its own (CX-B3)
        self.doing = "begin"	# the instruction that it has suspended in
        self.granted = None	# what has granted something with the outcome (SY-2)
        self.waits_on = self.entry = None
        self.blocks = []	# groups, sections and cancel scopes, innermost last
        self.born_level = False	# cancelled for good with what it was spawned in (CX-B1)
        self.apart = False	# its failure is not one of its group (TG-B7)
        self.posted = []	# requests from outside that its loop has not acted on
        self.left = lambda: None	# called when its group has let go of it

    @property
    def armed(self):
        return self._armed

    @armed.setter
    def armed(self, armed):
        """Whether a request came late is a property of what has armed the task."""
        self._armed = armed
        self.late = self.late and armed

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
        if self.handed and self.due == ECANCELED:		# CX-6
            return False
        if self.flags & WINS and self.late:			# CX-B4
            self.late = self.handed = False
            return True
        if self.flags & KEEPS and not self.armed and self.due != ECANCELED and \
                self.undelivered():				# CX-B5, CX-16
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
        if x.loop is not self.loop:				# AW-5
            self.queue(EXDEV)
        elif x.done:						# AW-1
            self.told = False
            return x.get()
        elif reaches(x, self):					# AW-4, AW-B2
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
            self.late = False	# it was there before the wait

    def needs(self):
        children = [c for g in self.blocks if isinstance(g, Group) for c in g.children]
        return children + ([self.waits_on] if self.waits_on else [])

    # --- cancelling

    def cancel(self, _waiter=None):
        if self.done:						# CX-1
            return False
        if self.loop.has_turn:
            self.request(Request())				# CX-2
        else:
            self.request_outside()
        return True

    def request_outside(self):
        """It counts at once, and acts in the next turn; several are one post (CX-6)."""
        if not self.posted:
            self.loop.act(self.take_in)
        self.posted.append(Request())
        self.requests.append(self.posted[-1])

    def admit(self):
        """It was spawned, maybe from outside."""
        self.loop.act(lambda: self.queue(0))

    def take_in(self):
        posts, self.posted = self.posted, []
        if not self.done and any(r.heard is None and not self.holds(r) for r in posts):
            self.route()

    def request(self, request, section=None):
        request.section = section
        self.requests.append(request)
        if not self.holds(request):
            self.route()

    def holds(self, request):
        """SH-B2: it comes from outside of the section that the task is inside of."""
        return request.heard is None and self.section() is not None and \
            self.section() is not request.section

    def count(self):
        """Requests that the innermost section does not hold back."""
        return sum(not self.holds(r) for r in self.requests)

    def section(self):
        return next((b for b in reversed(self.blocks) if isinstance(b, Section)), None)

    def level(self, block=None):
        """CX-B1: whether a scope around the block, or it, was cancelled, without a section."""
        blocks = self.blocks[:self.blocks.index(block)] if block else self.blocks
        for b in reversed(blocks):
            if isinstance(b, Section):				# SH-B2
                return False
            if isinstance(b, CancelScope) and b.own:
                return True
        return self.born_level

    def undelivered(self):
        return any(r.heard is None and not self.holds(r) for r in self.requests)

    def look_around(self):
        """After a section or scope: what was held back, or is for good."""
        self.armed = self.level() or self.undelivered()

    def route(self):
        handed = self.handed
        if self.waits_on:					# CX-3
            self.handed = True
            if self.waits_on.cancel(self):
                return
            self.handed = handed				# CX-6
        if self.started and not self.armed and (self.waits_on or self.queued()):
            self.late = True					# CX-B4
        self.armed = True					# CX-4

    def hear(self):
        self.armed, self.handed, self.late = self.level(), False, False
        self.deliveries += 1
        for r in self.requests:
            if r.heard is None and not self.holds(r):
                r.heard = self.deliveries

    def withdraw(self):
        self.armed = self.level()
        for r in self.requests:
            if not self.holds(r):
                r.heard = r.heard or 0

    def rearm(self):
        """The newest request is going to be heard once more (TG-18)."""
        if not self.armed:
            self.armed = True
            self.requests[-1].heard = None

    def baseline(self):
        """TO-B1, TG-B8: what was heard, or will never be."""
        if not self.armed:
            return self.count()
        return sum(r.heard is not None for r in self.requests)

    def take_back(self, request=None):
        """One of them: the given one, or what was heard last (CX-19), or any."""
        heard = [r for r in self.requests if r.heard is not None]
        if request in self.requests:
            self.requests.remove(request)
        elif self.requests:
            self.requests.remove((heard or self.requests)[-1])
        here = [r for r in self.requests if r.section is self.section()]
        if self.armed and not self.level() and here and all(r.heard is not None for r in here):
            here[-1].heard = None

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


STRICT, QUIET = 1, 2	# of timeouts


class Timeout:
    def __init__(self, flags=0):
        self.expired, self.timer, self.own = False, None, Request()
        self.flags, self.deadline = flags, None

    def enter(self, task, ms):
        self.task, self.baseline = task, task.baseline()	# TO-3, TO-B1
        self.section = task.section()
        loop = task.loop
        if ms == NEVER:						# TO-1
            return
        self.deadline = loop.now + ms
        if ms <= 0:						# TO-5
            self.timer = loop.queue(self.expire)
        else:
            self.timer = loop.call_at(self.deadline, self.expire)

    def expire(self):						# TO-4
        self.expired = True
        self.task.request(self.own, self.section)

    def exit(self, rc):
        task = self.task
        if not self.expired:					# TO-6
            if not self.timer:
                return rc
            self.timer.live = False
            self.expired = self.flags & STRICT and not is_error(rc) and \
                self.deadline <= task.loop.now			# TO-B3
            return self.timed_out() if self.expired else rc
        task.take_back(self.own)				# TO-7
        more = task.count() > self.baseline
        if not more:						# TO-B6
            task.withdraw()
        if rc == ECANCELED and not more:			# TO-8, TO-9
            return self.timed_out()
        if self.flags & STRICT and not is_error(rc):		# TO-B3
            return self.timed_out()
        return rc						# TO-10

    def timed_out(self):
        return 0 if self.flags & QUIET else ETIMEDOUT		# TO-B4


class Section:
    """SH-B2: requests from outside are held back; it ends in time like a timeout."""

    def enter(self, task, ms):
        self.task, self.timeout = task, Timeout()
        task.armed = False
        task.blocks.append(self)
        self.timeout.enter(task, ms)

    def exit(self, rc):
        task = self.task
        rc = self.timeout.exit(rc)
        task.blocks.pop()
        task.look_around()
        return rc


class CancelScope:
    """CX-B1: once it was cancelled every suspension inside fails."""

    def __init__(self):
        self.task = self.own = None
        self.cancelled = self.left = False

    def enter(self, task):
        if self.task:
            return EALREADY
        self.task, self.baseline = task, task.baseline()
        self.section = task.section()
        task.blocks.append(self)
        if self.cancelled:
            self.act()
        return 0

    def cancel(self):
        if not self.cancelled and self.task and not self.left:
            self.act()
        self.cancelled = True

    def act(self):
        task = self.task
        self.own = Request()
        inside = task.blocks[task.blocks.index(self) + 1:]
        inside = itertools.takewhile(lambda b: not isinstance(b, Section), inside)
        groups = [b for b in inside if isinstance(b, Group) and b is not task.waits_on]
        task.request(self.own, self.section)
        for group in reversed(groups):
            group.cancel_children()

    def exit(self, rc):
        task = self.task
        self.left = True
        task.blocks.remove(self)
        if self.own:
            task.armed = False
            task.take_back(self.own)
        more = task.count() > self.baseline
        if self.own and not more:				# TO-B6
            task.withdraw()
        task.look_around()
        return 0 if rc == ECANCELED and self.own and not more else rc


INDEPENDENT, RECANCEL = 1, 2	# of groups


class Group(Awaitable):
    def __init__(self, loop):
        super().__init__(loop)
        self.flags = self.limit = 0
        self.deadline = self.timer = None
        self.expired = False
        self.parent, self.children, self.errors = None, [], []
        self.aborting = self.exiting = self.outside = self.cancelled_early = False
        self.asking = False	# its children are being cancelled
        self.asks_parent = False
        self.own = None		# the group's cancel of its parent

    def configure(self, flags, limit, ms):			# TG-B4
        if self.parent:
            return EALREADY
        self.flags, self.limit = flags, limit
        self.deadline = None if ms == NEVER else self.loop.now + ms
        self.order = self.loop.order() if self.loop.goes_on else None
        return 0

    def enter(self, task):
        if self.parent:						# TG-1
            return EALREADY
        self.parent, self.baseline = task, task.baseline()	# TG-B8
        self.section = task.section()
        task.blocks.append(self)
        if self.cancelled_early:				# TG-35
            self.abort(True)
        self.arm()
        return 0

    def arm(self):						# TG-B4
        if self.deadline is None:
            return
        if self.deadline <= self.loop.now:
            self.timer = self.loop.queue(self.expire)
        else:
            self.timer = self.loop.call_at(self.deadline, self.expire, self.order)

    def expire(self):
        if not self.aborting:					# TG-B4
            self.expired = True
            self.abort(True)

    def refusal(self, flags=0):
        if not self.parent:					# TG-2
            return EINVAL
        if self.done or (self.aborting and not flags & CANCELLED):	# TG-3, TG-4, TG-B5
            return ESHUTDOWN
        return EAGAIN if 0 < self.limit <= len(self.children) else 0	# TG-B4

    def spawn(self, task, eager):
        self.children.append(task)
        task.born_level = self.level()
        if task.born_level:					# CX-B1
            task.cancel()
        if eager and not task.born_level:			# EA-1
            task.first_step = True
            task.step(0)
            task.first_step = False
        else:							# CT-1
            task.queue(0)
        if self.aborting:					# TG-32
            task.cancel()

    def child_ended(self, task):
        self.children.remove(task)				# TG-7
        if task.apart:						# a start retrieves its error
            pass
        elif self.flags & INDEPENDENT:				# TG-9
            task.left()
        elif is_error(task.result) and not task.cancelled:	# TG-8
            task.read = True
            self.errors.append((task, task.result))		# TG-10, TG-12
            self.abort(True)					# TG-9
        self.check_over()

    def abort(self, body):
        if self.aborting:					# TG-10, TG-11, TG-34
            return
        self.aborting = True
        self.cancel_each()
        if body:
            self.own = Request()
            self.delivery = self.parent.deliveries + 1	# the one that tells it
            self.asks_parent = True
            self.parent.request(self.own, self.section)
            self.asks_parent = False

    def level(self):
        return self.parent.level(self)

    def cancel_each(self):
        self.asking = True
        for child in list(self.children):			# TG-9: in spawn order
            child.born_level = child.born_level or self.level()
            if not child.first_step:				# TG-32
                child.cancel()
        self.asking = False

    def cancel_children(self):
        """Also again (CX-B1)."""
        if self.aborting:
            self.cancel_each()
        else:
            self.abort(False)

    def group_cancel(self):
        if not self.parent:					# TG-35
            self.cancelled_early = True
        elif not self.done:					# TG-33, TG-34
            self.abort(True)

    def check_over(self):
        if self.exiting and not self.children and not self.done:
            if self.timer:
                self.timer.live = False
            self.complete(0)

    def cancel(self, parent):
        """A request reaches the parent, which waits for the children."""
        if any(r.heard is None and not parent.holds(r) and r is not self.own
               for r in parent.requests):
            self.outside = True					# TG-16
        if self.asking and self.loop.asking:	# a cycle ends at the innermost gather
            self.loop.asking[-1].cut = True
        if not self.asks_parent:				# an outside cancel
            self.cancel_again()
        return True

    def cancel_again(self):
        if (self.level() or self.flags & RECANCEL) and not self.asking:	# TG-B3
            self.cancel_children()
        else:
            self.abort(False)					# TG-17: only once

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
        parent.blocks.remove(self)
        cancelled = self.outside or ECANCELED in (rc, wait_rc)
        own = self.own
        if own:							# TG-19
            parent.take_back(own)
        more = parent.count() > self.baseline
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
        return ETIMEDOUT if self.expired else 0			# TG-6, TG-33, TG-B4
