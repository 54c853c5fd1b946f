// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the location of the code of a hosted task: frames of a process
 *
 * The kernel knows a number that the process has assigned to its task.  In libcotask this points
 * to a struct cotask_layout, which contains the addresses of the task's stack and registers.  The
 * rest works as in a debugger, with the process's own symbols and unwind tables.
 *
 * The process runs while it is inspected, and may have written arbitrary data.  So no data is
 * trusted: invalid data ends the search, and the task is shown without frames.
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cotask.h"
#include "cotask_layout.h"

#define WALK_MAX	32		/* frames, those of libcotask included */
#define STACK_MAX	(16 * 1024)	/* bytes of a stack that are read at once */

/* The current process: its mappings, and its memory. */
static Dwfl *dwfl;
static int memory = -1;

/**
 * struct walk - the stack of a task, from the inside
 * @to: where frames go
 * @layout: the description that the process has written
 * @reg: saved registers, as cotask_layout.h says
 * @stack: copy of the stack, from layout.sp on
 * @n: bytes in it
 * @left: how many frames may follow
 * @file: sources of the frames in @to
 * @home: the innermost source, one of the library's
 */
struct walk {
	struct frames *to;
	struct cotask_layout layout;
	uint64_t reg[8];
	char stack[STACK_MAX];
	size_t n;
	unsigned int left;
	const char *file[FRAMES];
	const char *home;
};

/* --- memory of the process ------------------------------------------------- */

/* The number of bytes that could be read. */
static size_t peek(void *to, uint64_t from, size_t size)
{
	ssize_t n = from > INT64_MAX ? -1 : pread(memory, to, size, from);

	return n < 0 ? 0 : n;
}

/* --- one thread, whose registers are a task's -------------------------------- */

/* The one walk at a time. */
static struct walk *walking;

static pid_t next_thread(Dwfl *of, void *arg, void **thread_arg)
{
	(void)arg;
	if (*thread_arg)
		return 0;
	*thread_arg = walking;
	return dwfl_pid(of);
}

static bool get_thread(Dwfl *of, pid_t tid, void *arg, void **thread_arg)
{
	(void)of;
	(void)tid;
	(void)arg;
	*thread_arg = walking;
	return true;
}

static bool memory_read(Dwfl *of, Dwarf_Addr addr, Dwarf_Word *result, void *arg)
{
	const struct walk *w = walking;
	uint64_t at = addr - w->layout.sp;

	(void)of;
	(void)arg;
	if (at < w->n && w->n - at >= sizeof(*result)) {
		memcpy(result, w->stack + at, sizeof(*result));
		return true;
	}
	return peek(result, addr, sizeof(*result)) == sizeof(*result);
}

/* DWARF numbers of rsp, r12 .. r15, rbx and rbp. */
static bool set_registers(Dwfl_Thread *thread, void *arg)
{
	const struct walk *w = arg;
	Dwarf_Word r12[4] = { w->reg[4], w->reg[3], w->reg[2], w->reg[1] };
	Dwarf_Word rbx = w->reg[5];
	Dwarf_Word rbp[2] = { w->reg[6], w->layout.sp + sizeof(w->reg) };

	dwfl_thread_state_register_pc(thread, w->reg[7]);
	return dwfl_thread_state_registers(thread, 3, 1, &rbx) &&
	       dwfl_thread_state_registers(thread, 6, 2, rbp) &&
	       dwfl_thread_state_registers(thread, 12, 4, r12);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = memory_read,
	.set_initial_registers = set_registers,
};

/* --- the process --------------------------------------------------------------- */

static bool map_process(int pid, FILE *maps)
{
	static char *path;
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		/* Never a path from the program: that may be a pipe without a writer. */
		.find_debuginfo = dwfl_build_id_find_debuginfo,
		.debuginfo_path = &path,
	};

	dwfl = dwfl_begin(&callbacks);
	return dwfl && !dwfl_linux_proc_maps_report(dwfl, maps) &&
	       !dwfl_report_end(dwfl, NULL, NULL) &&
	       dwfl_attach_state(dwfl, NULL, pid, &thread_callbacks, NULL);
}

/**
 * frames_open - begin to inspect a process
 * @pid: the process
 * @mem: its memory
 * @maps: what is mapped there
 *
 * Both files belong to one process, even if its number was reused.
 *
 * Return: Whether it can be done.
 */
bool frames_open(int pid, int mem, int maps)
{
	FILE *f = fdopen(maps, "r");
	bool ok;

	if (!f)
		return false;
	/* Symbols are searched on this machine only. */
	unsetenv("DEBUGINFOD_URLS");
	memory = mem;
	ok = map_process(pid, f);
	fclose(f);
	return ok;
}

/* --- code -------------------------------------------------------------------- */

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/**
 * struct place - a place in the code
 * @module: what is mapped there
 * @start: where that begins
 * @function: its name, or NULL
 * @entry: where it begins
 * @file: the source, or NULL
 * @line: and the line in it
 */
struct place {
	const char *module;
	Dwarf_Addr start;
	const char *function;
	uint64_t entry;
	const char *file;
	int line;
};

static bool find_place(uint64_t pc, struct place *p)
{
	Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
	Dwfl_Line *line;
	GElf_Off offset;
	GElf_Sym symbol;

	*p = (struct place){ 0 };
	if (!module)
		return false;
	p->module = base_of(dwfl_module_info(module, NULL, &p->start, NULL, NULL, NULL, NULL,
					     NULL));
	p->function = dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL, NULL, NULL);
	/* The last symbol before an address does not always contain the address. */
	if (p->function && offset >= symbol.st_size)
		p->function = NULL;
	p->entry = p->function ? pc - offset : 0;
	line = dwfl_module_getsrc(module, pc);
	p->file = line ? dwfl_lineinfo(line, NULL, &p->line, NULL, NULL, NULL) : NULL;
	if (!p->file)
		p->line = 0;
	return true;
}

static void add_place(struct walk *w, const struct place *p, uint64_t pc)
{
	char *at, function[61], file[41];
	struct frames *to = w->to;

	if (to->n == FRAMES)
		return;
	w->file[to->n] = p->file;
	at = to->at[to->n++];
	text_copy(function, sizeof(function), p->function ?: "");
	text_copy(file, sizeof(file), p->function && p->file ? base_of(p->file) : p->module);
	if (p->function && p->line)
		snprintf(at, WORDS, "%s (%s):%d", function, file, p->line);
	else if (p->function)
		snprintf(at, WORDS, "%s (%s)", function, file);
	else
		snprintf(at, WORDS, "%s+%#" PRIx64, file, pc - p->start);
}

static bool of_library(const struct place *p)
{
	return !strncmp(p->module, "libcotask.so", 12) ||
	       (p->function && !strncmp(p->function, "cotask_", 7));
}

static bool beside(const char *a, const char *b)
{
	size_t n = base_of(a) - a;

	return (size_t)(base_of(b) - b) == n && !strncmp(a, b, n);
}

/* The library's static functions have no prefix; they are called from their own file. */
static void drop_helpers(struct walk *w, const struct place *p)
{
	if (!p->file || !w->home || !beside(p->file, w->home))
		return;
	while (w->to->n && w->file[w->to->n - 1] && !strcmp(w->file[w->to->n - 1], p->file))
		w->to->n--;
}

/* From the inside: the await, and its callers, up to the task's function. */
static int at_frame(Dwfl_Frame *frame, void *arg)
{
	struct walk *w = arg;
	struct place p;
	Dwarf_Addr pc;

	/* All of them are calls; the instruction is the one before. */
	if (!w->left-- || !dwfl_frame_pc(frame, &pc, NULL) || !find_place(--pc, &p))
		return DWARF_CB_ABORT;
	if (!w->home)
		w->home = p.file;
	/* Code without a name may belong to the library. */
	if (of_library(&p))
		drop_helpers(w, &p);
	else if (p.function)
		add_place(w, &p, pc);
	return p.entry && p.entry == w->layout.fn ? DWARF_CB_ABORT : DWARF_CB_OK;
}

/* --- tasks ------------------------------------------------------------------- */

/* Where the task is suspended. */
static void walk_stack(struct walk *w)
{
	const struct cotask_layout *l = &w->layout;
	size_t size = l->stack_high - l->sp;

	if (l->arch != COTASK_LAYOUT_X86_64 || l->sp < l->stack_low || l->sp >= l->stack_high)
		return;
	w->n = peek(w->stack, l->sp, size < STACK_MAX ? size : STACK_MAX);
	if (w->n < sizeof(w->reg))
		return;
	memcpy(w->reg, w->stack, sizeof(w->reg));
	w->left = WALK_MAX;
	walking = w;
	dwfl_getthread_frames(dwfl, dwfl_pid(dwfl), at_frame, w);
}

/* Of a task without a stack: each coroutine that it is in says the line of its await. */
static void walk_coroutines(struct walk *w)
{
	struct {	/* cotask_frame, in <linux/cotask_coroutine.h> */
		uint64_t step, release, outer, scopes;
		uint32_t at, state;
	} frame;
	uint64_t addr = w->layout.sp;
	int left = WALK_MAX;
	struct place p;

	for (; addr && left--; addr = frame.outer) {
		if (peek(&frame, addr, sizeof(frame)) < sizeof(frame) ||
		    !find_place(frame.step, &p))
			return;
		p.line = frame.at >> 8;
		add_place(w, &p, frame.step);
	}
}

/**
 * frames_look - find the frames of a task
 * @code: location of its code, from the process
 * @to: frames go here
 */
void frames_look(uint64_t code, struct frames *to)
{
	static struct walk w;
	struct place p;

	w = (struct walk){ .to = to };
	if (peek(&w.layout, code, sizeof(w.layout)) < sizeof(w.layout) ||
	    w.layout.magic != COTASK_LAYOUT_MAGIC)
		return;
	if (w.layout.arch == COTASK_LAYOUT_FRAMES) {
		walk_coroutines(&w);
		return;
	}
	walk_stack(&w);
	if (!to->n && find_place(w.layout.fn, &p)) {
		p.line = 0;
		add_place(&w, &p, w.layout.fn);
	}
}
