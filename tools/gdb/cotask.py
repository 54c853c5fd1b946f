# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Commands of gdb for tasks of libcotask, see Documentation/debugging.rst.

They work on a process and on a core file, because they write nothing: for the unwinder below,
the caller of the innermost frame of a thread is the innermost frame of a suspended task.
"""
import contextlib
import os
import re
import types

import gdb
import gdb.unwinder

MAGIC = 0x6B73615443323043
X86_64, FRAMES = 1, 3  # COTASK_LAYOUT_*
STARTED, ENDED = 0x01, 0x02  # TASK_* of the library
FOREIGN_BASE = 0x40000000
# Where a suspended task has its registers, from its stack pointer on; see cotask_layout.h.
SAVED = {"r15": 8, "r14": 16, "r13": 24, "r12": 32, "rbx": 40, "rbp": 48, "rip": 56}
SAVED_SIZE = 64


class Unwinder(gdb.unwinder.Unwinder):
    """From the innermost frame of the selected thread to the task, if there is one."""

    def __init__(self):
        super().__init__("cotask")
        self.task = self.sp = None

    def __call__(self, frame):
        if not self.task or int(frame.read_register("rsp")) != self.sp:
            return None
        memory = gdb.selected_inferior().read_memory(self.task.sp, SAVED_SIZE)
        values = {name: int.from_bytes(memory[at:at + 8], "little") for name, at in SAVED.items()}
        values["rsp"] = self.task.sp + SAVED_SIZE
        found = frame.create_unwind_info(types.SimpleNamespace(
            sp=gdb.Value(self.task.sp), pc=frame.read_register("rip")))
        for name, value in values.items():
            found.add_saved_register(name, gdb.Value(value).cast(frame.read_register(name).type))
        return found

    def use(self, task):
        self.task = None
        self.sp = int(gdb.newest_frame().read_register("rsp"))
        self.task = task
        gdb.invalidate_cached_frames()


unwinder = Unwinder()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)


def function_name(pointer):
    return re.sub(r".*<(.*)>$", r"\1", str(pointer))


def coroutines(sp):
    """Function and place of each await of a task without a stack, innermost first."""
    frame = gdb.Value(sp).cast(gdb.lookup_type("struct cotask_frame").pointer())
    for f in walk(frame, "outer"):
        symtab = gdb.find_pc_line(int(f["step"])).symtab
        file = os.path.basename(symtab.filename) if symtab else "?"
        yield function_name(f["step"]), f"{file}:{int(f['at']) >> 8}"


class Task:
    def __init__(self, number, value, ready):
        layout = value["layout"]
        handle = int(value["base"]["handle"])
        self.ready = bool({int(value.address), int(layout.address)} & ready)
        self.id = f"{number}.{'x' if handle >= FOREIGN_BASE else ''}{handle % FOREIGN_BASE}"
        self.addresses = (int(value.address), int(value["base"].address))
        self.flags = int(value["base"]["flags"])
        self.sp = int(layout["sp"])
        self.known = int(layout["arch"]) == X86_64
        self.coroutines = []
        self.thread = None
        if int(layout["arch"]) == FRAMES:  # it has no stack, and none of these fields
            self.coroutines = list(coroutines(self.sp))
            self.name, self.stack = "-", range(0)
            self.function = self.coroutines[-1][0] if self.coroutines else "-"
            return
        self.name = value["name"].string(errors="replace") or "-"
        self.stack = range(int(layout["stack_low"]), int(layout["stack_high"]))
        self.function = function_name(value["fn"])

    def state(self, frames):
        if self.flags & ENDED or not self.flags & STARTED:
            return "ended" if self.flags & ENDED else "new"
        if self.thread and not split(frames):
            return "running"
        return "ready" if self.ready else "waits"


def walk(first, link):
    while first:
        yield first.dereference()
        first = first[link]


def ready_tasks(loop):
    """Addresses of those whose next event, or error of an operation, the library has."""
    events = (loop["event"][i] for i in range(int(loop["begun"]), int(loop["n_events"])))
    return {int(e["user_data"]) for e in events} | \
        {int(t.address) for t in walk(loop["refused"], "next")}


def foreign_tasks(loop):
    """Those that another thread has made, and that have not begun."""
    pointer = gdb.lookup_type("struct cotask").pointer()
    for i in range(1, int(loop["foreign"]["used"]) + 1):
        # It may be no task, and smaller; or the number of a free place, which is odd.
        with contextlib.suppress(gdb.MemoryError):
            task = loop["foreign"]["slot"][i].cast(pointer).dereference()
            if int(task["layout"]["magic"]) == MAGIC and not int(task["base"]["flags"]) & STARTED:
                yield task


@contextlib.contextmanager
def selection_kept():
    """The thread and the frame that the user has selected are selected again in the end."""
    thread, level = gdb.selected_thread(), gdb.selected_frame().level()
    try:
        yield
    finally:
        unwinder.use(None)
        thread.switch()
        gdb.execute(f"frame level {level}", to_string=True)


def all_tasks():
    try:
        loops = list(walk(gdb.parse_and_eval("cotask_loops"), "next_loop"))
    except gdb.error as error:
        raise gdb.GdbError(f"no process with libcotask and its debugging information: {error}")
    tasks = []
    # What was made last comes first.
    for number, loop in enumerate(reversed(loops), 1):
        values = list(walk(loop["live"], "next_live"))[::-1] + list(foreign_tasks(loop))
        ready = ready_tasks(loop)
        tasks += [Task(number, value, ready) for value in values]
    with selection_kept():
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            sp = int(gdb.newest_frame().read_register("rsp"))
            for task in (t for t in tasks if sp in t.stack):
                task.thread = thread
    return tasks


def is_library(frame):
    """Functions of the library have a prefix, or are in one directory."""
    sals = frame.find_sal(), gdb.find_pc_line(int(gdb.parse_and_eval("(long)&cotask_suspend")))
    directories = {os.path.dirname(sal.symtab.fullname()) for sal in sals if sal.symtab}
    return (frame.name() or "").startswith("cotask_") or \
        bool(sals[0].symtab and len(directories) == 1)


def all_frames(task):
    """Those on the stack of the task, without the library's at the bottom."""
    frame, frames = gdb.newest_frame(), []
    while frame:
        if int(frame.read_register("rsp")) in task.stack:
            frames.append(frame)
        frame = frame.older()
    while frames and frames[-1].name() in ("run_fn", "cotask_switch_bottom"):
        frames.pop()
    return frames


@contextlib.contextmanager
def stack_of(task):
    """The frames of a task, which can be used inside, innermost first."""
    suspended = task.flags & (STARTED | ENDED) == STARTED and task.sp and task.known
    with selection_kept():
        if task.thread:
            task.thread.switch()
        elif suspended:
            unwinder.use(task)
        yield all_frames(task) if task.thread or suspended else []


def split(frames):
    """How many of the innermost frames are those of the library, if the task waits there."""
    n = max((i + 1 for i, f in enumerate(frames) if f.name() == "cotask_suspend"), default=0)
    while 0 < n < len(frames) and is_library(frames[n]):
        n += 1
    return n


def arguments_of(frame, tasks):
    block = frame.block()
    while block and not block.function:
        block = block.superblock
    for symbol in (s for s in block or () if s.is_argument):
        value = frame.read_var(symbol)
        if not value.is_optimized_out:
            is_pointer = value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR
            task = next((t for t in tasks if is_pointer and int(value) in t.addresses), None)
            yield f"task {task.id} {task.name}" if task else f"{symbol.name}={value}"


def called_from(frame):
    """The function that a frame has called, which may have gone on to another one."""
    text = frame.architecture().disassemble(frame.pc() - 5)[0]["asm"]
    found = re.match(r"call.*<([^>@+]+)", text)
    return found and found[1]


def wait_text(task, frames, tasks):
    if task.coroutines and task.flags & STARTED:
        return "in {}, {}".format(*task.coroutines[0])
    n = split(frames)
    if not n:
        return "-"  # it does not wait
    arguments = ", ".join(arguments_of(frames[n - 1], tasks))
    if n == len(frames):  # its function has gone on to the library's
        return f"{frames[-1].name()}({arguments})"
    caller, sal = frames[n], frames[n].find_sal()
    place = f", {os.path.basename(sal.symtab.filename)}:{sal.line}" if sal.symtab else ""
    called = called_from(caller) or frames[n - 1].name()
    return f"{called}({arguments}) in {caller.name()}{place}"


def list_tasks():
    tasks = all_tasks()
    rows = [("TASK", "NAME", "STATE", "FUNCTION", "WAITS FOR")]
    for t in tasks:
        with stack_of(t) as frames:
            rows.append((t.id, t.name, t.state(frames), t.function, wait_text(t, frames, tasks)))
    widths = [max(len(row[i]) for row in rows) for i in range(4)] + [0]
    for row in rows:
        print("  ".join(text.ljust(n) for text, n in zip(row, widths)))


def print_stack(task):
    with stack_of(task) as frames:
        print(f"task {task.id} {task.name}: {task.state(frames)}, {task.function}")
        for n, (function, place) in enumerate(task.coroutines):
            print(f"#{n}  {function} at {place}")
        if task.coroutines:
            return None
        if not frames:
            return print("no stack" + ("" if task.known else " with SWITCH=ucontext"))
        first = frames[max(split(frames) - 1, 0)].level()
        text = gdb.execute(f"bt -full {frames[-1].level() + 1}", to_string=True)
        print(re.sub(rf"(?s)\A.*?^(?=#{first} )", "", text, flags=re.M).rstrip())


def print_stacks(wanted):
    tasks = [t for t in all_tasks() if wanted in ("all", t.id, t.id.split(".")[1], t.name)]
    if not tasks and wanted != "all":
        raise gdb.GdbError(f'no task "{wanted}": cotask bt TASK|all; see "cotask tasks"')
    for task in tasks:
        print_stack(task)


class Command(gdb.Command):
    """Show the tasks of a process that uses libcotask: cotask tasks, cotask bt TASK|all."""

    def invoke(self, arguments, from_tty):
        words = arguments.split(maxsplit=1)
        if words == ["tasks"]:
            list_tasks()
        elif len(words) == 2 and words[0] == "bt":
            print_stacks(words[1].strip())
        else:
            raise gdb.GdbError(self.__doc__)


Command("cotask", gdb.COMMAND_STACK)
