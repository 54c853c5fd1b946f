# SPDX-License-Identifier: GPL-2.0
"""Programs at random, as text for cotask_play, and smaller ones of the same kind.

A program is a list of scripts; a script is a list of nodes. Every script is run by at
most one task, and every group, timeout and set is used once.
"""
import copy
import random
import re

NEVER = -1000000
SCRIPTS = TASKS = 14
GROUPS = TIMEOUTS = 12
SETS = 4
FUTURES = 3
SHIELDS = 8
SUBMISSIONS = POSTS = 4
LINES = 60


WAITS = ("sleep", "yield", "join", "future", "shield", "await_set", "wait_for", "call",
         "wait_for_future", "wait_for_shield", "wait_for_call", "acquire", "event", "put", "get",
         "cond", "wait", "next", "start", "cancel_wait", "across")
SETS_OF = ("gather", "gather", "collect", "collect", "fail_fast", "race")
# SURE_START, CANCELLED, COMPLETION_WINS, KEEP_CANCEL; 1: EAGER
FLAGS = (8, 16, 32, 64)


class Node:
    """An instruction, or a block: group, timeout, try with its handler."""

    def __init__(self, op, *args, body=None, handler=None):
        self.op, self.args, self.body, self.handler = op, args, body, handler
        self.script = self.line = self.end = 0


class Program:
    def __init__(self, tasks, scripts):
        self.tasks, self.scripts = tasks, scripts

    def text(self):
        """What cotask_play reads; tells the nodes their line."""
        lines = ["tasks %d" % self.tasks]
        for i, nodes in enumerate(self.scripts):
            start = len(lines) + 1
            lines.append("script %d" % i)
            for node in nodes:
                self.flatten(node, i, lines, start)
            lines.append("end")
        return "\n".join(lines) + "\n"

    def flatten(self, node, script, lines, start):
        node.script, node.line = script, len(lines) - start
        lines.append(" ".join([node.op] + [word(a) for a in node.args]))
        for inner in node.body or ():
            self.flatten(inner, script, lines, start)
        if node.op == "try":
            lines.append("except")
            for inner in node.handler:
                self.flatten(inner, script, lines, start)
        if node.body is not None:
            node.end = len(lines) - start
            lines.append("end" + node.op + "".join(" %d" % a for a in node.args[:1]))

    def longest(self):
        return max(lines.count("\n") for lines in self.text().split("script"))

    def pretty(self):
        """Indented, with the line numbers of the trace, without empty scripts."""
        out, depth, n = [], 0, 0
        text = re.sub(r"script \d+\nend\n", "", self.text())
        for line in text.splitlines():
            op = line.split()[0]
            if op in ("tasks", "script"):
                n, depth = 0, 0
                out.append(line)
                continue
            depth -= op.startswith("end") or op == "except"
            out.append("%5d  %s%s" % (n, "    " * max(depth, 0), line))
            depth += op in ("group", "timeout", "section", "scope", "try", "except")
            n += 1
        return "\n".join(out)


def word(arg):
    if isinstance(arg, (list, tuple)):
        return " ".join("%s%d" % member for member in arg)
    return str(arg)


class Someone:
    """A task that is chosen when all are known: one of the first loop."""


class Distant(Someone):
    """One of the other loop, if there is one."""


class Anyone(Someone):
    pass


class Generator:
    def __init__(self, seed, loops=2):
        self.random = random.Random(seed)
        self.scripts, self.tasks, self.task_count, self.shields = [], 0, 0, 0
        self.groups = self.timeouts = self.sets = 0
        self.fresh = []
        # A few deadlines, so that many are equal.
        self.delays = self.random.sample([0, 1, 2, 3, 5, 5, 8, 10], 3)
        # How much it is about locks, events and queues, and about flags of spawns.
        self.sync = self.random.choice([0, 0, 2, 8, 16])
        self.flags = self.random.choice([0, 0, 0.3, 0.8, 0.8])
        self.shy = self.random.choice([0, 0, 2, 6])	# about sections
        self.level = self.random.choice([0, 0, 2, 6])	# about cancel scopes
        self.options = self.random.choice([0, 0, 0.3, 0.8])	# of groups and timeouts
        self.sections = self.scopes = 0
        self.iterations = []	# whose next member several tasks may want
        self.far = self.random.choice([0, 0, 3, 9]) if loops > 1 else 0	# about another loop
        self.submissions = self.posts = 0
        self.distant = []	# tasks of the other loop

    def program(self):
        r = self.random
        self.tasks = tasks = r.randint(2, 4)
        self.task_count = tasks
        self.scripts = [None] * tasks
        for i in range(tasks):
            self.scripts[i] = self.body(r.randint(2, 6), 0, [], True)
        for nodes in self.scripts:
            self.resolve(nodes)
        return Program(tasks, self.scripts)

    def contest(self):
        """A few tasks want the same; one gives it, and cancels them at the same moment."""
        r = self.random
        self.tasks = 1
        self.flags = 0.7
        main, self.scripts = self.iterate_first(), [None]
        for task in range(1, r.randint(3, 6)):
            self.scripts.append([n for _ in range(r.randint(1, 3)) for n in self.want()])
            main.append(self.spawn_node(task, -1, task))
        self.task_count = len(self.scripts)
        for _ in range(r.randint(2, 5)):
            acts = [n for _ in range(r.randint(1, 2)) for n in self.wake() + self.cancel()]
            acts += self.settle() * (len(self.iterations) * r.randint(0, 1))
            r.shuffle(acts)
            main += r.choice([self.sleep, self.pause])() + acts
        if r.random() < 0.2:
            main.insert(r.randrange(len(main)), self.close()[0])
        self.scripts[0] = [Node("try", body=main, handler=[])]
        for nodes in self.scripts:
            self.resolve(nodes)
        return Program(1, self.scripts)

    def iterate_first(self):
        """Tasks may want the next member of this one."""
        if self.random.random() < 0.5:
            return []
        self.sets, self.iterations = 1, [0]
        ms = self.random.choice([self.delay(), NEVER, NEVER])
        return [Node("as_completed", 0, ms, [("f", i) for i in range(FUTURES)])]

    def want(self):
        """A lock or item; or the next member of the iteration, while others end."""
        r = self.random
        if not self.iterations or r.random() < 0.2:
            return [self.attempt_at(self.take())]
        return [n for what in r.choices([self.next, self.next, self.pause, self.settle], k=2)
                for n in ([self.attempt_at(what())] if what == self.next else what())]

    def attempt_at(self, nodes):
        handler = self.random.choice([[], [], [Node("uncancel")], [Node("yield")]])
        return Node("try", body=nodes, handler=handler)

    def resolve(self, nodes):
        for node in nodes:
            node.args = tuple(self.resolved(a) for a in node.args)
            self.resolve(node.body or ())
            self.resolve(node.handler or ())

    def resolved(self, arg):
        if isinstance(arg, type):
            return self.random.choice(self.candidates(arg))
        if isinstance(arg, list):
            return [(kind, self.resolved(i)) for kind, i in arg]
        return arg

    def candidates(self, kind):
        """The first ones exist from the beginning."""
        if kind is Distant and self.distant:
            return self.distant
        some = range(self.random.choice([self.tasks, self.task_count]))
        if kind is Anyone:
            return some
        return [i for i in some if i not in self.distant]

    def delay(self):
        return self.random.choice(self.delays)

    def body(self, size, depth, groups, may_return):
        nodes = []
        for _ in range(size):
            nodes += self.some(depth, groups, may_return)
        return nodes

    def some(self, depth, groups, may_return):
        """One thing to do; groups: those that are open here."""
        r = self.random
        kinds = [
            (8, self.sleep), (4, self.pause), (5, self.join), (4, self.future), (3, self.settle),
            (6, self.cancel), (1, self.cancel_self), (1, self.uncancel), (2, self.shield),
            (4, self.wait_for), (1, self.cancel_group), (1, self.fail), (1, self.advance),
            (3, self.gather), (2, self.wait), (1, self.set_op), (4, self.strike),
            (2, self.iterate), (1, self.next), (1, self.cancel_wait),
            (9 if groups else 0, self.start), (self.sync, self.take), (self.sync, self.wake),
            (self.sync // 4, self.close),
            (self.level, self.cancel_scope),
        ]
        if depth < 4:
            kinds += [(6, self.group), (6, self.timeout), (7, self.attempt), (1, self.call),
                      (self.shy, self.section), (self.level, self.scope),
                      (self.far, self.elsewhere)]
        kinds += [(12 if groups else 2, self.spawn)]
        if may_return:
            kinds += [(1, self.leave)]
        choice = r.choices([k for _, k in kinds], [w for w, _ in kinds])[0]
        nodes = choice(depth, groups, may_return)
        if len(nodes) == 1 and nodes[0].op in WAITS and r.random() < 0.5:
            return [self.guarded(nodes[0])]
        return nodes

    # --- simple instructions

    def sleep(self, *_):
        return [Node("sleep", self.delay())]

    def pause(self, *_):
        return [Node("yield") for _ in range(self.random.randint(1, 3))]

    def join(self, *_):
        return [Node("join", Someone)]

    def future(self, *_):
        return [Node("future", self.random.randrange(FUTURES))]

    def settle(self, *_):
        f = self.random.randrange(FUTURES)
        return [self.random.choice([Node("set", f, 7), Node("fail", f, self.random.randint(1, 3)),
                                    Node("cancel_future", f)])]

    def cancel(self, *_):
        return [Node("cancel", Anyone) for _ in range(self.random.choice([1, 1, 2]))]

    def cancel_wait(self, *_):
        return [Node("cancel_wait", Someone)]

    def strike(self, *_):
        """Several things at one time."""
        r = self.random
        some = [self.cancel, self.cancel, self.settle, self.cancel_group, self.fail]
        some += [self.wake, self.wake] if self.sync else []
        some += [self.cancel_scope] if self.level else []
        return self.sleep() + [n for _ in range(r.randint(1, 3)) for n in r.choice(some)()]

    def thing(self):
        """A lock, event or queue; few, so that tasks meet."""
        return self.random.choice([0, 1, 1])

    def take(self, *_):
        """Waits that a grant, an event or an item ends."""
        r = self.random
        op = r.choice(["acquire", "acquire", "acquire", "event", "put", "get", "get", "cond"])
        number = self.thing()
        if op == "cond":
            return self.wait_inside(number)
        if op == "put":
            return [Node("put", number, r.randint(0, 9))]
        if op == "acquire" and r.random() < 0.7:
            inside = r.choice([self.pause, self.sleep, self.strike])()
            after = [n for _ in range(r.choice([0, 0, 1, 3])) for n in self.cancel()]
            return [Node("acquire", number), *inside, Node("release", number), *after]
        return [Node(op, number)]

    def wait_inside(self, number):
        """Of a lock: for its condition, or rarely without it."""
        r = self.random
        if r.random() < 0.1:
            return [Node("cond", number)]
        wait = Node("cond", number)
        return [Node("acquire", number),
                wait if r.random() < 0.05 else Node("try", body=[wait], handler=[]),
                Node("release", number)]

    def notify(self, number):
        return [Node("acquire", number), Node("notify", number, self.random.choice([1, 1, 2, 9])),
                *self.cancel(), Node("release", number)]

    def wake(self, *_):
        r = self.random
        if r.random() < 0.2:
            return self.notify(self.thing())
        op, number = r.choice(["release", "release", "event_set", "put", "put"]), self.thing()
        first = Node("put", number, r.randint(0, 9)) if op == "put" else Node(op, number)
        return [first] + [n for _ in range(r.choice([0, 0, 1, 2])) for n in self.cancel()]

    def close(self, *_):
        return [Node("close", self.random.randrange(2))]

    def cancel_self(self, *_):
        return [Node("cancel_self")]

    def uncancel(self, *_):
        return [Node("uncancel")]

    def shield(self, *_):
        return [Node("shield", Someone)]

    def fail(self, *_):
        return [Node("raise", self.random.choice([1, 1, 2, 2, 3]))]

    def leave(self, *_):
        return [Node("return", self.random.randint(0, 9))]

    def advance(self, *_):
        return [Node("advance", self.random.choice([1, 5, 10]))]

    def cancel_group(self, *_):
        return [Node("cancel_group", self.random.randrange(max(self.groups, 1)))]

    def wait_for(self, depth, groups, _):
        r = self.random
        ms = r.choice([self.delay(), self.delay(), 0, NEVER])
        kind = r.randrange(4)
        if kind == 0:
            return [Node("wait_for_future", r.randrange(FUTURES), ms)]
        if kind == 1:
            return [Node("wait_for_shield", Someone, ms)]
        if kind == 2:
            script = self.script(depth, groups)
            if script is not None:
                return [Node("wait_for_call", script, ms)]
        return [Node("wait_for", Someone, ms)]

    # --- sets

    def member(self):
        kind = self.random.choice("tttfgs" if self.sets else "tttfs")
        if kind == "s":
            if self.shields == SHIELDS:
                kind = "t"
            self.shields += kind == "s"
        if kind == "f":
            return (kind, self.random.randrange(FUTURES))
        if kind == "g":
            return (kind, self.random.randrange(self.sets))
        return (kind, Someone)

    def gather(self, *_):
        r = self.random
        if self.sets == SETS:
            return self.join()
        members = [self.member() for _ in range(r.randint(1, 4))]
        number = self.sets
        self.sets += 1
        nodes = [Node(r.choice(SETS_OF), number, members)]
        if r.random() < 0.8:
            nodes.append(self.guarded(Node(r.choice(["await_set", "await_set", "shield_set"]),
                                           number)))
            nodes.append(Node("results", number))
        return nodes

    def wait(self, *_):
        r = self.random
        if self.sets == SETS:
            return self.join()
        number = self.sets
        self.sets += 1
        members = [self.member() for _ in range(r.randint(1, 4))]
        ms = r.choice([self.delay(), 0, NEVER, NEVER])
        return [self.guarded(Node("wait", number, r.randrange(3), ms, members)),
                Node("results", number)]

    def iterate(self, *_):
        """Over an iteration of its own, or over one that other tasks know, too."""
        r = self.random
        if self.sets == SETS:
            return self.next()
        number = self.sets
        self.sets += 1
        members = [self.member() for _ in range(r.randint(1, 4))]
        ms = r.choice([self.delay(), 0, NEVER, NEVER])
        nexts = [self.guarded(Node("next", number)) for _ in range(r.randint(1, 4))]
        if r.random() < 0.5:
            self.iterations.append(number)
        elif r.random() < 0.5:
            nexts.append(Node("end_iteration", number))
        return [Node("as_completed", number, ms, members), *nexts]

    def next(self, *_):
        if not self.iterations:
            return self.join()
        return [Node("next", self.random.choice(self.iterations))]

    def set_op(self, *_):
        number = self.random.randrange(max(self.sets, 1))
        return [Node(self.random.choice(["cancel_set", "await_set"]), number)]

    # --- what has a body

    def guarded(self, node):
        """Go on after an error, in one of the usual ways, or do not."""
        handler = self.random.choice([None, [], [Node("uncancel")], [Node("yield")],
                                      [Node("yield"), Node("reraise")]])
        if handler is None:
            return node
        return Node("try", body=[node], handler=handler)

    def script(self, depth, groups, child=False):
        """A new script; None: there are enough."""
        if len(self.scripts) == SCRIPTS or depth >= 4:
            return None
        number = len(self.scripts)
        self.scripts.append([])
        size = self.random.choice([0, 1, 1, 2, 2, 3, 4])
        self.scripts[number] = self.child() if child else \
            self.body(size, depth + 1, groups, True)
        return number

    def call(self, depth, groups, _):
        script = self.script(depth, groups)
        return self.sleep() if script is None else [Node("call", script)]

    def child(self):
        """What children are good at: to fail, at once or during clean-up."""
        r = self.random
        waits = [self.sleep, self.sleep, self.pause, self.future, self.join]
        wait = r.choice(waits + [self.take] * (self.sync // 2))()
        if r.random() < 0.5:
            wait = [Node("try", body=wait, handler=r.choice([[], self.pause(), self.sleep()]))]
        if r.random() < 0.2:
            wait = []
        return wait + r.choice([[], self.fail(), self.fail(), self.leave()])

    def spawn(self, depth, groups, _):
        r = self.random
        if self.task_count == TASKS:
            return self.join()
        task = self.task_count
        self.task_count += 1
        script = self.script(depth + 1, groups, groups and r.random() < 0.6)
        if script is None:
            return self.sleep()
        group = r.choice(groups + groups[-1:] * 6 + [-1])
        return [self.spawn_node(task, group, script)]

    def start(self, depth, groups, _):
        """A child that is ready, or is not, before it ends."""
        r = self.random
        if not groups or self.task_count == TASKS:
            return self.spawn(depth, groups, False)
        task = self.new_task()
        script = self.script(depth + 1, groups, True)
        if script is None:
            return self.sleep()
        nodes = self.scripts[script]
        if r.random() < 0.8:
            ready = Node("ready", task, r.choice([0, 1, 5, 5, -3]))
            nodes.insert(r.randint(0, len(nodes)), ready)
        if r.random() < 0.9:
            nodes.insert(0, Node("enlist", task))
        return [self.guarded(Node("start", task, groups[-1], script))]

    def spawn_node(self, task, group, script):
        r = self.random
        if r.random() < self.flags:
            flags = sum(r.sample(FLAGS, r.choice([1, 1, 2, 4]))) | r.randint(0, 1)
            return Node("spawn_flags", task, group, script, flags)
        return Node(r.choice(["spawn", "spawn", "spawn_eager"]), task, group, script)

    def group(self, depth, groups, _):
        r = self.random
        if self.groups == GROUPS:
            return self.join()
        number = self.groups
        self.groups += 1
        inner = groups + [number]
        body = []
        for _ in range(r.choice([0, 1, 1, 1, 2, 2, 3])):
            body += self.spawn(depth + 1, inner, False)
        body += self.body(r.randint(0, 4), depth + 1, inner, False)
        return self.configure(number) + [self.guarded(Node("group", number, body=body))] + \
            self.pause() * r.randint(0, 1)

    def configure(self, number):
        """Options of a group that comes next, or soon."""
        r = self.random
        if r.random() >= self.options:
            return []
        flags, limit = r.randint(0, 3), r.choice([0, 0, 1, 2, 3])
        ms = r.choice([NEVER, NEVER, self.delay() or 1, self.delay() or 1])
        return [Node("configure", number, flags + 4 * limit, ms)] + r.choice(
            [[], [], [], self.sleep(), self.advance()])

    def timeout(self, depth, groups, _):
        r = self.random
        if self.timeouts == TIMEOUTS:
            return self.sleep()
        number = self.timeouts
        self.timeouts += 1
        ms = r.choice([self.delay(), self.delay(), self.delay(), 0, NEVER])
        body = self.body(r.randint(1, 4), depth + 1, groups, False)
        return [self.guarded(Node("timeout", number, self.timeout_flags(), ms, body=body))] + \
            self.pause() * r.randint(0, 1)

    def timeout_flags(self):
        r = self.random
        return r.randint(1, 3) if r.random() < self.options else 0

    def section(self, depth, groups, _):
        r = self.random
        if self.sections == SETS:
            return self.sleep()
        number = self.sections
        self.sections += 1
        body = self.body(r.randint(1, 4), depth + 1, groups, False)
        self.keep_counts(body)
        ms = r.choice([self.delay(), NEVER, NEVER])
        return [self.guarded(Node("section", number, ms, body=body))] + \
            self.pause() * r.randint(0, 1)

    def scope(self, depth, groups, _):
        r = self.random
        if self.scopes == SETS:
            return self.sleep()
        number = self.scopes
        self.scopes += 1
        body = self.body(r.randint(1, 4), depth + 1, groups, False)
        return [self.guarded(Node("scope", number, body=body))] + \
            self.pause() * r.randint(0, 1)

    def cancel_scope(self, *_):
        return [Node("cancel_scope", self.random.randrange(max(self.scopes, 1)))]

    # --- another loop

    def elsewhere(self, depth, *_):
        """What a task of the first loop does to the other one."""
        r = self.random
        acts = [self.spawn_far, self.spawn_far, self.submit, self.submission, self.post,
                self.across, self.across, self.foreign]
        return r.choice(acts)(depth)

    def far_script(self, depth):
        """Of a task of the other loop; what it shares with the first one can be reached from
        there: tasks, and futures to complete."""
        if len(self.scripts) == SCRIPTS or depth >= 4:
            return None
        number = len(self.scripts)
        self.scripts.append([])
        self.scripts[number] = self.far_body(depth + 1, self.random.randint(1, 5))
        return number

    def far_body(self, depth, size, may_return=True):
        return [n for _ in range(size) for n in self.far_instruction(depth, may_return)]

    def far_instruction(self, depth, may_return):
        r = self.random
        kinds = [(6, self.sleep), (4, self.pause), (4, self.settle), (4, self.cancel),
                 (1, self.cancel_self), (1, self.uncancel), (2, self.fail),
                 (may_return, self.leave), (4, self.across), (2, self.post),
                 (1, self.foreign), (1, self.submission), (2, self.far_timeout),
                 (2, self.far_attempt), (2, self.spawn_back)]
        nodes = r.choices([k for _, k in kinds], [w for w, _ in kinds])[0](depth, may_return)
        if len(nodes) == 1 and nodes[0].op in WAITS and r.random() < 0.5:
            return [self.guarded(nodes[0])]
        return nodes

    def far_timeout(self, depth, _):
        if self.timeouts == TIMEOUTS or depth >= 4:
            return self.sleep()
        number = self.timeouts
        self.timeouts += 1
        body = self.far_body(depth + 1, self.random.randint(1, 3), False)
        return [self.guarded(Node("timeout", number, self.timeout_flags(), self.delay(),
                                  body=body))]

    def far_attempt(self, depth, may_return):
        r = self.random
        if depth >= 4:
            return self.sleep()
        return [Node("try", body=self.far_body(depth + 1, r.randint(1, 3), may_return),
                     handler=self.far_body(depth + 1, r.randint(0, 1), may_return))]

    def new_task(self):
        self.task_count += 1
        return self.task_count - 1

    def spawn_far(self, depth):
        if self.task_count == TASKS:
            return self.across()
        task = self.new_task()
        script = self.far_script(depth)
        if script is None:
            return self.across()
        self.distant.append(task)
        return [Node("spawn_far", task, script)]

    def spawn_back(self, depth, _):
        """A task of the other loop spawns one of the first."""
        if self.task_count == TASKS:
            return self.sleep()
        task = self.new_task()
        script = self.script(depth, [])
        return self.sleep() if script is None else [Node("spawn_far", task, script)]

    def submit(self, depth):
        if self.submissions == SUBMISSIONS or self.task_count == TASKS:
            return self.submission()
        number, task = self.submissions, self.new_task()
        self.submissions += 1
        script = self.far_script(depth)
        if script is None:
            return self.submission()
        if self.random.random() < 0.8:
            self.distant.append(task)
            self.scripts[script].insert(0, Node("enlist", task))
        return [Node("submit", number, script)]

    def submission(self, *_):
        return [Node(self.random.choice(["cancel_submission", "submission"]),
                     self.random.randrange(max(self.submissions, 1)))]

    def post(self, *_):
        if self.posts == POSTS:
            return self.pause()
        self.posts += 1
        return [Node("post", self.posts - 1)]

    def across(self, *_):
        return [Node("across", self.random.choice([Distant, Distant, Someone]))]

    def foreign(self, *_):
        """What has to be refused, or is refused unless it is of the same loop."""
        return [Node(self.random.choice(["join", "cancel_wait"]), Distant)]

    def keep_counts(self, nodes):
        """Requests are counted: uncancel in a section would take back any, also its own."""
        for i, node in enumerate(nodes):
            if node.op in ("uncancel", "call", "wait_for_call"):
                nodes[i] = Node("yield")
            self.keep_counts(node.body or [])
            self.keep_counts(node.handler or [])

    def attempt(self, depth, groups, may_return):
        r = self.random
        handler = self.body(r.randint(0, 2), depth + 1, groups, may_return)
        if r.random() < 0.3:
            handler.append(Node("reraise"))
        elif r.random() < 0.3:
            handler.insert(0, Node("uncancel"))
        return [Node("try", body=self.body(r.randint(1, 3), depth + 1, groups, may_return),
                     handler=handler)]


def program(seed, loops=2):
    """The program of a seed; too long ones are made again."""
    for attempt in range(100):
        generator = Generator("%s/%d" % (seed, attempt), loops)
        made = generator.contest() if generator.random.random() < 0.2 else generator.program()
        if made.longest() < LINES:
            return made
    raise ValueError("no program for seed %s" % seed)


# --- smaller programs

def places(program_):
    """Every list of nodes in a program, outer ones first."""
    todo = list(program_.scripts)
    while todo:
        nodes = todo.pop(0)
        yield nodes
        for node in nodes:
            todo += [inner for inner in (node.body, node.handler) if inner is not None]


def smaller(program_):
    """Programs with a script, a node, or a block around nodes less."""
    if program_.tasks > 1:
        yield Program(program_.tasks - 1, program_.scripts)
    for i, nodes in enumerate(program_.scripts):
        if nodes:
            yield edited(program_, i, lambda nodes: nodes.clear())
    lists = list(places(program_))
    for i, nodes in enumerate(lists):
        for j, node in enumerate(nodes):
            yield edited(program_, i, lambda nodes, j=j: nodes.pop(j))
            if node.body is not None:
                yield edited(program_, i, lambda nodes, j=j:
                             nodes.__setitem__(slice(j, j + 1), nodes[j].body))
            if node.op == "try" and not any(n.op == "reraise" for n in node.handler):
                yield edited(program_, i, lambda nodes, j=j:
                             nodes.__setitem__(slice(j, j + 1), nodes[j].handler))
            if node.op == "spawn_flags":
                yield edited(program_, i, lambda nodes, j=j: fewer_flags(nodes[j]))
            if node.op in ("timeout", "configure") and node.args[1]:
                yield edited(program_, i, lambda nodes, j=j: no_options(nodes[j]))
            if node.op == "spawn_eager":
                yield edited(program_, i, lambda nodes, j=j: setattr(nodes[j], "op", "spawn"))
            if node.op in (*SETS_OF, "wait", "as_completed") and len(node.args[-1]) > 1:
                for k in range(len(node.args[-1])):
                    yield edited(program_, i, lambda nodes, j=j, k=k: fewer_members(nodes[j], k))


def fewer_flags(node):
    """Without the lowest flag; without any it is a plain spawn."""
    number, group, script, flags = node.args
    flags &= flags - 1
    node.op = "spawn_flags" if flags else "spawn"
    node.args = (number, group, script, flags)[:4 if flags else 3]


def no_options(node):
    number, _options, ms = node.args
    node.args = (number, 0, ms)


def fewer_members(node, k):
    *first, members = node.args
    node.args = (*first, members[:k] + members[k + 1:])


def edited(program_, i, edit):
    """A copy; edit gets the list of nodes number i of it."""
    other = copy.deepcopy(program_)
    edit(list(places(other))[i])
    return other
