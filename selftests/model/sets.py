# SPDX-License-Identifier: GPL-2.0
"""The model of what follows several awaitables: gather, race, wait, as_completed."""
from model import ECANCELED, ETIMEDOUT, NEVER, Awaitable, is_error
from sync import Semaphore


class Member:
    """One awaitable of a gather or wait."""

    def __init__(self, gather, x):
        self.gather, self.x, self.ended = gather, x, False

    def notify(self, _x):
        self.ended = True
        self.gather.loop.queue(self.take_in)

    def on_way(self):
        """Another loop has completed it, and its end has not arrived here."""
        return self.x.done and not self.ended

    def take_in(self):
        if self in self.gather.late:
            self.gather.arrived(self)
        elif not (self.gather.done or self.gather.settled):
            self.gather.member_ended(self)


class Members(Awaitable):
    """What gather, race and wait have in common: each member is followed once (GA-3)."""

    def __init__(self, loop, xs):
        super().__init__(loop)
        self.xs, self.results = xs, ["-"] * len(xs)
        self.members = [Member(self, x) for x in dict.fromkeys(xs)]
        self.left = len(self.members)
        self.settled, self.late = None, []
        for m in self.members:
            if m.x.done:
                m.ended = True
            else:
                m.x.waiters.append(m)

    def set_alarm(self, ms):
        """WT-6: without any time left it is one pass through the queue."""
        if ms == NEVER:
            return None
        if ms <= 0:
            return self.loop.queue(self.over)
        return self.loop.call_at(self.loop.now + ms, self.over)

    def leave(self):
        for m in self.members:
            if not m.x.done:
                m.x.waiters.remove(m)

    def settle(self, rc, cancelled=False):
        """It is done when it follows no member; one that is on its way has to arrive (SC-8)."""
        if self.settled:
            return
        self.settled = rc, cancelled
        self.late = [m for m in self.members if m.on_way()]
        self.leave()
        self.note_results()
        if not self.late:
            self.complete(rc, cancelled)

    def arrived(self, m):
        self.late.remove(m)
        if not self.late:
            self.complete(*self.settled)

    def note_results(self):
        self.results = [x.result if x.done else "-" for x in self.xs]


PLAIN, COLLECT, FAIL_FAST, RACE = range(4)


class Gather(Members):
    def __init__(self, loop, xs, kind):
        super().__init__(loop, xs)
        self.kind = kind
        self.requested = self.cut = False
        self.error, self.winner = 0, None	# the first ones
        for m in [m for m in self.members if m.ended]:		# GA-12
            m.take_in()
        if not xs:						# GA-1
            self.end(0)

    def member_ended(self, m):
        self.left -= 1
        rc = m.x.get()
        if self.kind == PLAIN and is_error(rc):			# GA-4, GA-6
            self.end(rc)
            return
        if self.kind == RACE and not is_error(rc) and not self.winner:	# WT-B3
            self.winner = m
            self.cancel_others(m)
        elif self.kind in (FAIL_FAST, RACE) and is_error(rc) and \
                not self.error and not self.winner:
            self.error = rc
            if self.kind == FAIL_FAST:				# GA-B1
                self.cancel_others(m)
        if not self.left:					# GA-5, GA-9, GA-10
            self.end(self.outcome())

    def outcome(self):
        if self.requested and (self.winner or not self.error):	# GA-9, GA-10
            return ECANCELED
        return self.winner.x.result if self.winner else self.error

    def end(self, rc):
        """FAILED(-ECANCELED) and not CANCELLED: GA-6, AW-10."""
        if self.done:
            return
        for m in self.members:
            m.x.read = True					# GA-4
        self.settle(rc)

    def cancel_others(self, because):
        """Unless it has ended by the request that all members have got."""
        if not (self.requested and because.x.cancelled):
            self.ask()

    def cancel(self, _waiter=None):
        if self.done or self.settled:				# GA-11
            return False
        accepted = self.ask()					# GA-7
        self.requested = self.requested or accepted
        return accepted

    def ask(self):
        if self in self.loop.asking:	# the cancel has come back: a cycle ends here
            self.cut = True
            return True
        self.loop.asking.append(self)
        accepted = [m.x.cancel() for m in self.members if not m.ended]
        for m in self.members:
            m.x.read = True					# AW-11
        self.loop.asking.pop()
        if self.cut:
            self.end(ECANCELED)
        self.cut = False
        return any(accepted)


class Wait(Members):
    """WT-2: it always suspends, and what has ended before is queued."""

    def __init__(self, loop, xs, mode, ms):
        super().__init__(loop, xs)
        self.mode, self.alarm = mode, self.set_alarm(ms)
        for m in self.members:
            if m.ended:
                loop.queue(m.take_in)

    def over(self):
        self.settle(0)

    def settle(self, rc, cancelled=False):
        if self.done:
            return
        if self.alarm:
            self.alarm.live = False
        super().settle(rc, cancelled)

    def member_ended(self, m):
        self.left -= 1
        failed = is_error(m.x.result) and not m.x.cancelled
        if not self.left or self.mode == 1 or (self.mode == 2 and failed):	# WT-3, WT-4
            self.settle(0)

    def cancel(self, _waiter=None):				# WT-8
        if self.done or self.settled:				# CX-4
            return False
        self.settle(ECANCELED, True)
        return True


class Permits(Semaphore):
    """Of an iteration: a permit for each member that has ended."""

    def __init__(self, iteration):
        super().__init__(0, None)
        self.iteration = iteration

    def cancel(self, task):
        self.iteration.give_back(task)
        return super().cancel(task)


class Iteration(Members):
    """as_completed: members in the order in which they end (AC-2)."""

    def __init__(self, loop, xs, ms):
        super().__init__(loop, xs)
        self.ends, self.permits, self.requests = [], Permits(self), set()
        self.alarm = self.set_alarm(ms)				# AC-4
        for m in [m for m in self.members if m.ended]:		# AC-2
            self.member_ended(m)

    def member_ended(self, m):
        self.ends.append(m)
        self.permits.release()

    def over(self):
        """AC-4, AC-5: what has ended stays available, and nothing is added."""
        self.end()
        self.permits.close(ETIMEDOUT)

    def end(self):						# WT-B1
        if not self.done:
            self.leave()
        if self.alarm:
            self.alarm.live = False
        self.done = True

    def next(self, task):
        """The member, None at the end, or an error."""
        task.told = False
        if not self.left:					# AC-1
            return None
        self.left -= 1
        if self.permits.free:
            # The first ones belong to tasks that have begun to wait before (AC-7).
            at = len(self.ends) - self.permits.free
            self.permits.free -= 1
            return self.take(at)
        self.requests.add(task)
        rc = yield from self.permits.acquire(task)
        if rc == ECANCELED:
            self.give_back(task)
        self.requests.discard(task)
        return rc if is_error(rc) else self.take(0)

    def give_back(self, task):
        """AC-7: as soon as the task no longer waits, another one can request the member."""
        if task in self.requests:
            self.requests.remove(task)
            self.left += 1

    def take(self, at):
        m = self.ends.pop(at)
        m.x.read = True
        return m
