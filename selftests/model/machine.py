# SPDX-License-Identifier: GPL-2.0
"""Runs programs on the model.

run(program) gives the words that cotask_play gives for the same program; see
generate.py for what a program is.
"""
from loops import Submission, across
from model import (EAGER, EALREADY, ECANCELED, EINVAL, ETIMEDOUT, NEVER, CancelScope,
                   Future, Group, Loop, Section, Shield, Task, Timeout, is_error, reaches, shield)
from sets import COLLECT, FAIL_FAST, PLAIN, RACE, Gather, Iteration, Wait
from start import Start, cancel_and_wait
from sync import Condition, Event, Queue, Semaphore

# What notes an error, and goes on.
GOES_ON = {"set", "fail", "gather", "collect", "fail_fast", "race", "release", "notify", "ready",
           "cancel_submission", "submission", "configure"}
ERRORS = {1: "E1", 2: "E2", 3: ECANCELED}
HORIZON, ROUNDS, ROUND_MS = 60, 40, 60	# as in play.c


class Failure(Exception):
    """An error on its way out of the blocks of a script."""

    def __init__(self, code):
        self.code = code


class Return(Exception):
    def __init__(self, value):
        self.value = value


class Machine:
    """Runs a program, and writes down what happens; in a process, without what that cannot see."""

    def __init__(self, program, in_process=False):
        self.in_process = in_process
        self.program, self.loop, self.far, self.words = program, Loop(in_process), Loop(), []
        self.tasks, self.sets, self.waits, self.iterations = {}, {}, {}, {}
        self.starts, self.submissions = {}, {}
        self.made = []	# all tasks
        self.futures = [Future(self.loop) for _ in range(16)]
        self.groups = [Group(self.loop) for _ in range(16)]
        self.scopes = [CancelScope() for _ in range(4)]
        self.locks = [Semaphore(1, 1) for _ in range(4)]
        self.conds = [Condition(lock) for lock in self.locks]
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
        if node.op in ("group", "timeout", "section", "scope", "try"):
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
        if is_error(rc) and node.op not in GOES_ON:
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
        _number, flags, ms = node.args
        timeout = Timeout(flags)
        timeout.enter(task, ms)
        self.trace(task, node, 0)
        rc = yield from self.attempt(task, node.body)
        rc = timeout.exit(rc)
        self.trace(task, node, rc, True)
        if timeout.expired:
            self.note("expired")
        if is_error(rc):
            raise Failure(rc)

    def section(self, task, node):
        section = Section()
        section.enter(task, node.args[1])
        self.trace(task, node, 0)
        rc = section.exit((yield from self.attempt(task, node.body)))
        self.trace(task, node, rc, True)
        if is_error(rc):
            raise Failure(rc)

    def scope(self, task, node):
        scope = self.scopes[node.args[0]]
        rc = scope.enter(task)
        self.trace(task, node, rc)
        if is_error(rc):
            raise Failure(rc)
        rc = scope.exit((yield from self.attempt(task, node.body)))
        self.trace(task, node, rc, True)
        if is_error(rc):
            raise Failure(rc)

    def try_(self, task, node):
        rc = yield from self.attempt(task, node.body)
        if is_error(rc):
            yield from self.body(task, node.handler, rc)

    def number(self, task):
        return next((i for i, t in self.tasks.items() if t is task), -1)

    def other_loop(self, task):
        return self.far if task.loop is self.loop else self.loop

    def task(self, loop, script, group=None, flags=0):
        task = Task(loop, None, group, flags)
        task.code = self.script(task, script)
        task.left = lambda: self.left(task)
        self.made.append(task)
        return task

    def left(self, task):
        """Nothing can retrieve the error of a task without a handle."""
        if self.number(task) < 0:
            self.report(task, -1)

    def spawn(self, loop, number, group, script, flags=0):
        group = self.groups[group] if group >= 0 else None
        refusal = group.refusal(flags) if group else 0
        if refusal:						# CO-6
            return refusal
        task = self.task(loop, script, group, flags)
        eager = flags & EAGER
        if group:
            group.spawn(task, eager and not group.aborting)
        elif eager:
            task.step(0)
        else:
            task.admit()
        self.tasks[number] = task
        return 0

    def do_spawn(self, task, number, group, script):
        return self.spawn(task.loop, number, group, script)

    def do_spawn_eager(self, task, number, group, script):
        return self.spawn(task.loop, number, group, script, EAGER)

    def do_spawn_flags(self, task, number, group, script, flags):
        return self.spawn(task.loop, number, group, script, flags)

    def do_spawn_far(self, task, number, script):
        return self.spawn(self.other_loop(task), number, -1, script)

    def do_submit(self, task, number, script):
        made = self.task(self.other_loop(task), script)
        made.admit()
        self.submissions[number] = Submission(made)
        return 0

    def do_cancel_submission(self, _task, number):
        submission = self.submissions.get(number)
        return int(submission.cancel()) if submission else EINVAL

    def do_submission(self, _task, number):
        submission = self.submissions.get(number)
        return submission.get() if submission else EINVAL

    def do_post(self, task, number):				# RT-6
        loop = self.other_loop(task)
        loop.act(lambda: loop.queue(lambda: self.note("p%d" % number)))
        return 0

    def do_enlist(self, task, number):
        self.tasks[number] = task
        return 0

    def do_ready(self, _task, number, value):
        return self.starts[number].set_ready(value)

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

    def do_configure(self, _task, g, options, ms):
        if self.in_process and self.groups[g].cancelled_early:	# it is an object by then
            return EALREADY
        return self.groups[g].configure(options & 3, options >> 2, ms)

    def do_cancel_scope(self, _task, number):
        self.scopes[number].cancel()
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

    def make_set(self, number, members, kind):
        xs = self.xs(members)
        if None in xs:						# GA-13
            return EINVAL
        self.sets[number] = Gather(self.loop, xs, kind)
        return 0

    def do_gather(self, _task, number, members):
        return self.make_set(number, members, PLAIN)

    def do_collect(self, _task, number, members):
        return self.make_set(number, members, COLLECT)

    def do_fail_fast(self, _task, number, members):
        return self.make_set(number, members, FAIL_FAST)

    def do_race(self, _task, number, members):
        return self.make_set(number, members, RACE)

    def do_as_completed(self, _task, number, ms, members):
        xs = self.xs(members)
        if None in xs:						# AC-1
            return EINVAL
        self.iterations[number] = Iteration(self.loop, xs, ms)
        return 0

    def do_end_iteration(self, _task, number):
        if number in self.iterations:
            self.iterations[number].end()
        return 0

    def do_cancel_set(self, _task, number):
        s = self.sets.get(number)
        if not s:
            return 0
        s.read = True
        return int(s.cancel())

    def do_results(self, _task, number):
        s = self.sets.get(number) or self.waits.get(number)
        self.note("[", *(s.results if s else []), "]")
        return 0

    def do_notify(self, _task, number, n):
        return self.conds[number].notify(n)

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

    def await_cond(self, task, number):
        return (yield from self.conds[number].wait(task))

    def await_wait(self, task, number, mode, ms, members):
        xs = self.xs(members)
        if None in xs:						# WT-1
            task.told = False
            return EINVAL
        self.waits[number] = wait = Wait(self.loop, xs, mode, ms)
        rc = yield from task.wait(wait)
        wait.note_results()					# WT-5
        return rc

    def await_next(self, task, number):
        it = self.iterations.get(number)
        if not it and self.in_process:				# no object of the kernel
            return EINVAL
        m = (yield from it.next(task)) if it else None
        if is_error(m):
            return m
        if m is None:
            self.note("end")
            return 0
        self.note("#%d=" % it.xs.index(m.x), m.x.result)	# AC-3
        return 1

    def await_start(self, task, number, group, script):
        group = self.groups[group]
        refusal = group.refusal()
        if refusal:
            task.told = False
            return refusal
        child = self.task(self.loop, script, group)
        group.spawn(child, False)
        self.starts[number] = start = Start(child)
        return (yield from start.wait(task))

    def await_cancel_wait(self, task, number):
        return (yield from cancel_and_wait(task, self.tasks.get(number)))

    def await_across(self, task, number):
        return (yield from across(task, self.tasks.get(number)))

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
        return any(not task.done for task in self.made)

    def turns(self, ms):
        idle = 0
        while idle < 2:						# as in play.c
            ran = [loop.turn() for loop in (self.loop, self.far)]
            idle = 0 if any(ran) else idle + 1
        self.loop.now += ms
        self.far.now += ms

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
            self.spawn(self.loop, i, -1, i)
        passed = rounds = 0
        while passed < HORIZON and self.unfinished():
            self.turns(1)
            passed += 1
        while rounds < ROUNDS and self.unfinished():
            self.note("round")
            for i in sorted(self.tasks):
                if not self.tasks[i].done:
                    self.do_cancel(None, i)
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
        if self.in_process:
            return self.words + ["stuck"] * self.unfinished()
        for i, (lock, queue) in enumerate(zip(self.locks, self.queues)):
            self.note("l%d=%d" % (i, lock.free), "q%d=%d/%d/%d" % (
                i, len(queue.list), queue.items.free, queue.room.free))
        if self.unfinished():
            self.note("stuck")
            return self.words
        for i in sorted(self.submissions):
            self.submissions[i].put()
            self.left(self.submissions[i].task)
        for i in sorted(self.tasks):
            self.report(self.tasks[i], i)
        for future in self.futures:
            self.report(future, -1)
        return self.words


setattr(Machine, "try", Machine.try_)


def run(program, in_process=False):
    return Machine(program, in_process).run()
