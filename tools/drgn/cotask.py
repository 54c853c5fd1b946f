# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Lists the tasks of all loops in a live kernel or a dump, see Documentation/debugging.rst.

    drgn -s cotask.ko tools/drgn/cotask.py
    drgn -c vmcore -s vmlinux -s cotask.ko tools/drgn/cotask.py

Each task is in a line with what it waits on and the coroutines that it is inside of. In an
interactive drgn, import the functions: loops(prog), groups(loop), tasks(group), describe(task).

Reads memory only: no loop has to answer, so this works where "cotask ps" shows a loop as busy. In a
live kernel, lists can change meanwhile.
"""
from drgn import FaultError, Object, container_of
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.xarray import xa_for_each

NO_DEADLINE = 0xFF
FOREVER = 2 ** 63 - 1
DONE = 1 << 1  # of the state word
ABORTING, EXITING = 1 << 10, 1 << 11  # COTASK_G_*
ARMED = 1 << 0  # COTASK_T_*
COUNT_SHIFT = 9
DEEP = 16
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


def name(task):
    """The name of a task; Task-<number> if it has none."""
    if not task.name.value_():
        return f"Task-{task.id.value_()}"
    text = task.name.text.string_().decode(errors="replace")
    return "".join(c if c.isprintable() else "?" for c in text)


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
        found.append(f"{symbol(task.prog_, frame.step.value_())}:{line}")
        frame = frame.outer
    return found


def waits_on(task):
    """What a task waits on, in words; "ready" if it does not wait."""
    if task.entry.level.value_() != NO_DEADLINE:
        deadline = task.entry.deadline.value_()
        return "sleep forever" if deadline >= FOREVER else f"sleep until {deadline / 1e9:.3f} s"
    x = task.waits_on
    if not x.value_():
        return "ready"
    kind = x.post.ops.name.string_().decode()
    if kind == "task":
        other = container_of(x, "struct cotask", "base")
        return f"task {name(other)} {other.id.value_()}"
    if kind == "group":
        return f"group {container_of(x, 'struct cotask_group', 'base').id.value_()}"
    if kind == "lock":
        sem = container_of(x, "struct cotask_sem", "base")
        return f"lock {symbol(task.prog_, x.value_())} held by task {sem.holder.value_()}"
    return f"{kind} {symbol(task.prog_, x.value_())}"


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
    return (f"{task.id.value_()} {name(task)}: {waits_on(task)}{cancelled(task)}, in "
            + (" < ".join(frames(task)) or "no coroutine"))


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
