# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Lists the tasks of all loops in a live kernel or a dump, see Documentation/debugging.rst.

    drgn -s cotask.ko tools/drgn/cotask.py
    drgn -c vmcore -s vmlinux -s cotask.ko tools/drgn/cotask.py

Each task is in a line with what it waits on and the coroutines that it is inside of. In an
interactive drgn, import the functions: loops(prog), groups(loop), tasks(group), describe(task).

Reads memory only: no loop has to answer, so this works where "cotask ps" shows a loop as busy. In a
live kernel, lists can change meanwhile.
"""
import re

from drgn import FaultError, Object, container_of
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.xarray import xa_for_each

NO_DEADLINE = 0xFF
FOREVER = 2 ** 63 - 1
DONE = 1 << 1  # of the state word
ABORTING, EXITING = 1 << 10, 1 << 11  # COTASK_G_*
ARMED, GRANTED = 1 << 0, 1 << 7  # COTASK_T_*
HOSTED_KERNEL, HOSTED_RUNNING = 0, 2  # enum cotask_hosted_state
SCOPE_TIMEOUT, SCOPE_GROUP, SCOPE_SHIELD, SCOPE_CANCEL = range(4)  # enum cotask_scope_kind
CLOCK_BOOTTIME = 1
COUNT_SHIFT = 9
DEEP = 16
# Of module/core/name.c: those that isprintable() takes for printable, though they are invisible.
HIDDEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0"
                    "\U000e0000-\U000e0fff]")
CAUSES = ("none", "user", "deadline", "sibling", "group", "shutdown", "owner", "operator")


def loops(prog):
    """All loops, by number."""
    table = prog.object("loops", filename="loops.c")
    for _, entry in xa_for_each(table.address_of_()):
        yield Object(prog, "struct cotask_loop *", value=entry.value_())


def groups(loop):
    """The opened groups of a loop, the root group among them, and then the entered ones."""
    for head in (loop.opened, loop.groups):
        yield from list_for_each_entry("struct cotask_group", head.address_of_(), "all")


def tasks(group):
    """The tasks of a group that have not ended."""
    for task in list_for_each_entry("struct cotask", group.children.address_of_(), "sibling"):
        if not task.base.state.counter.value_() & DONE:
            yield task


def printable(text):
    """A text with "?" for each character that is invisible, or changes the direction of text."""
    return "".join(c if c.isprintable() and not HIDDEN.match(c) else "?" for c in text)


def name(task):
    """The name of a task; Task-<number> if it has none."""
    if not task.name.value_():
        return f"Task-{task.id.value_()}"
    return printable(task.name.text.string_().decode(errors="replace"))


def symbol(prog, address):
    """The function or variable at an address, or the address."""
    try:
        return prog.symbol(address).name
    except LookupError:
        return hex(address)


def frames(task):
    """The coroutines that a task is inside of, innermost first, with lines."""
    found, frame = [], task.frame
    while frame.value_() and len(found) < DEEP:
        line = frame.at.value_() >> 8
        function = symbol(task.prog_, frame.step.value_())
        found.append(f"{function}:{line}" if line else f"{function}, not started")
        frame = frame.outer
    return found


def hosted(task):
    """The struct cotask_hosted of a task whose code is in a process, or None."""
    frame = task.frame
    while frame.value_() and frame.outer.value_():
        frame = frame.outer
    if not frame.value_() or symbol(task.prog_, frame.release.value_()) != "hosted_release":
        return None
    return container_of(frame, "struct cotask_hosted", "frame")


def in_process(task):
    """Whether the process of a hosted task runs its code, or has the event to begin it."""
    h = hosted(task)
    if h is None:
        return False
    turn = h.object.turn
    return h.state.value_() == HOSTED_RUNNING or (
        h.state.value_() != HOSTED_KERNEL
        and (turn.begun.value_() or turn.batch.value_() == h.object.file.batch.value_()))


def identity(task, x):
    """How the process names an awaitable; of a task in the kernel: the variable, or the address."""
    h = hosted(task)
    if h is None or not h.started or h.state.value_() != HOSTED_KERNEL:
        return symbol(task.prog_, x.value_())
    if h.opcode.value_() == task.prog_.constant("COTASK_OP_POLL").value_():
        return f"of fd {h.operand.value_()}"
    return f"#{h.operand.value_()}"


def waits_on(task):
    """What a task waits on, in words; "ready" if it does not wait."""
    if task.entry.level.value_() != NO_DEADLINE:
        deadline = task.entry.deadline.value_()
        return "sleep forever" if deadline >= FOREVER else f"sleep until {deadline / 1e9:.3f} s"
    x = task.waits_on
    if not x.value_() or task.entry.flags.value_() & GRANTED:
        return "ready"
    kind = x.post.ops.name.string_().decode()
    if kind == "process":
        return "in its process" if in_process(task) else "ready"
    if kind == "task":
        other = container_of(x, "struct cotask", "base")
        return f"task {name(other)} {other.id.value_()}"
    if kind == "group":
        return f"group {container_of(x, 'struct cotask_group', 'base').id.value_()}"
    if kind == "lock":
        sem = container_of(x, "struct cotask_sem", "base")
        return f"lock {identity(task, x)} held by task {sem.holder.value_()}"
    return f"{kind} {identity(task, x)}"


def scope_deadline(scope):
    """The deadline of a scope, as text; None: it has none."""
    kind, clock = scope.kind.value_(), ""
    if kind == SCOPE_TIMEOUT:
        timeout = container_of(scope, "struct cotask_timeout", "scope")
        deadline = timeout.deadline.value_()
        clock = " on the boot clock" if timeout.entry.clock.value_() == CLOCK_BOOTTIME else ""
    elif kind == SCOPE_GROUP:
        group = container_of(scope, "struct cotask_group", "scope")
        deadline = group.options.deadline.value_() or FOREVER
    elif kind == SCOPE_CANCEL:
        deadline = container_of(scope, "struct cotask_cancel_scope", "scope").entry.deadline.value_()
    else:
        return None
    return None if deadline >= FOREVER else f"{deadline / 1e9:.3f} s{clock}"


def timeouts(task):
    """The deadlines of the scopes that a task has entered, innermost first, as text."""
    found, scope = [], task.scopes
    while scope.value_() and len(found) < DEEP and scope.kind.value_() != SCOPE_SHIELD:
        deadline = scope_deadline(scope)
        if deadline:
            found.append(f", timeout at {deadline}")
        scope = scope.outer
    return "".join(found)


def cancelled(task):
    """Why a task was cancelled, or an empty text."""
    count = (task.base.state.counter.value_() & 0xFFFFFFFF) >> COUNT_SHIFT
    if not count and not task.entry.flags.value_() & ARMED:
        return ""
    cause = task.reason.cause.value_()
    text = CAUSES[cause] if cause < len(CAUSES) else str(cause)
    by = "" if text == "deadline" else f" {task.reason.by.value_()}"
    return f", cancelled by {text}{by}"


def describe(task):
    """A task in one line."""
    return (f"{task.id.value_()} {name(task)}: {waits_on(task)}{timeouts(task)}{cancelled(task)}, "
            f"in {' < '.join(frames(task)) or 'no coroutine'}")


def describe_group(group):
    """A group in one line."""
    flags = group.flags.value_()
    state = "aborting" if flags & ABORTING else "exiting" if flags & EXITING else "open"
    parent = group.scope.task
    of = f", of task {parent.id.value_()}" if parent.value_() else ""
    return f"group {group.id.value_()}: {state}, {group.live.value_()} children{of}"


def describe_loop(loop):
    """A loop in one line."""
    running = loop.current_task
    step = f", runs task {running.id.value_()}" if running.value_() else ""
    return (f"loop {loop.id.value_()} {loop.name.string_().decode(errors='replace')}: "
            f"{loop.tasks.value_()} tasks{step}")


def show(prog):
    """All of it."""
    for loop in loops(prog):
        print(describe_loop(loop))
        try:
            for group in groups(loop):
                print(f"  {describe_group(group)}")
                for task in tasks(group):
                    print(f"    {describe(task)}")
        except FaultError as error:
            print(f"  the lists have changed meanwhile: {error}")


# "drgn FILE" runs a file with the program to debug as prog.
if __name__ == "__main__" and "prog" in globals():
    show(globals()["prog"])
