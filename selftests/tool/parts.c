// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - parts of the tool, without the module
 *
 * "parts trace NAME": writes NAME.json and NAME.svg with long names of tasks.
 * "parts clean TEXT": prints the text as the tool shows names.
 * "parts files PID...": names the sockets that are the files 0 of processes, in turn.
 * "parts late PID...": the same, but each look at the clock takes ten seconds.
 * "parts stuck FILE": looks for places in processes, most of which keep a child from ending. FILE
 *	gets the numbers of these children, which are left behind.
 *
 * Linked with the tool, apart from its main file.
 */
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cotask.h"

#define TASKS	400

/* --- traces ------------------------------------------------------------------- */

/* A task that is there before, and one that is spawned; each runs once. */
static void record(struct recording *r, uint64_t old, uint64_t new, const char *name)
{
	const struct event events[] = {
		{ .ts = 2000, .kind = EVENT_BEGIN, .loop = 1, .task = old },
		{ .ts = 3000, .kind = EVENT_SUSPEND, .loop = 1, .task = old, .text = "file" },
		{ .ts = 4000, .kind = EVENT_END, .loop = 1, .task = old },
		{ .ts = 5000, .kind = EVENT_SPAWN, .loop = 1, .task = new },
		{ .ts = 6000, .kind = EVENT_BEGIN, .loop = 1, .task = new },
		{ .ts = 7000, .kind = EVENT_DONE, .loop = 1, .task = new },
		{ .ts = 8000, .kind = EVENT_END, .loop = 1, .task = new },
	};

	r->n = ARRAY_SIZE(events);
	r->event = xrealloc(NULL, r->n, sizeof(*r->event));
	memcpy(r->event, events, sizeof(events));
	text_copy(r->event[3].text, sizeof(r->event[3].text), name);
}

static FILE *create(const char *name, const char *suffix)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s.%s", name, suffix);
	f = fopen(path, "w");
	if (!f)
		fail("cannot create %s", path);
	return f;
}

static int trace(const char *name)
{
	static const char text[] = "ab漢漢漢漢漢漢漢漢漢漢漢漢"
				   "漢漢漢漢漢漢漢漢漢漢漢漢";
	struct loop loop = { .id = 1, .name = text };
	struct task task = {
		.id = 5, .loop = &loop, .name = text, .state = "waiting", .on = text,
		.frame = { text }, .n_frames = 1, .fd = -1,
	};
	struct snapshot s = { .loop = &loop, .n_loops = 1, .task = &task, .n_tasks = 1 };
	struct recording r = { .begin = 1000, .end = 9000, .before = &s };
	struct timeline *t;
	FILE *f;

	record(&r, task.id, 6, text);
	t = timeline_make(&r);
	f = create(name, "json");
	trace_write_json(t, f);
	fclose(f);
	f = create(name, "svg");
	trace_write_svg(t, f, 10);
	return fclose(f);
}

/* --- names --------------------------------------------------------------------- */

static int clean(const char *text)
{
	char *to = malloc(strlen(text) + MB_LEN_MAX);

	if (!to)
		return 1;
	term_clean(to, strlen(text) + MB_LEN_MAX, text);
	puts(to);
	free(to);
	return 0;
}

/* --- sockets -------------------------------------------------------------------- */

/* How often a list of sockets was opened. */
static unsigned int opened;

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	opened += strstr(path, "/net/tcp") && path[strlen(path) - 1] == 'p';
	return __real_fopen(path, mode);
}

/* Nanoseconds between two looks at the clock. */
static uint64_t passes;

uint64_t __real_now_ns(void);
uint64_t __wrap_now_ns(void);

uint64_t __wrap_now_ns(void)
{
	static uint64_t passed;

	return __real_now_ns() + (passed += passes);
}

static int files(int argc, char **argv)
{
	static struct snapshot s;
	struct loop loop[TASKS] = { 0 };
	struct task task[TASKS] = { 0 };
	struct task *t[TASKS];
	int i;

	for (i = 0; i < TASKS; i++) {
		loop[i].pid = atoi(argv[i % argc]);
		task[i] = (struct task){ .id = i + 1, .loop = &loop[i] };
		t[i] = &task[i];
	}
	files_find(&s, t, TASKS);
	for (i = 0; i < argc; i++)
		printf("%s\n", task[i].file ?: "-");
	printf("%u lists\n", opened);
	files_forget();
	return 0;
}

/* --- children that do not end ----------------------------------------------------- */

#define PROCESSES	7	/* of the last one, the child ends */

/* Children do not end when they are killed, and waits for them are short. */
static bool immortal;

int __real_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig);
int __real_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms);
bool __wrap_frames_open(int pid, int mem, int maps);
void __wrap_frames_look(uint64_t code, struct frames *to);

int __wrap_kill(pid_t pid, int sig)
{
	return immortal ? 0 : __real_kill(pid, sig);
}

int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	return __real_poll(p, n, immortal ? ms / 4 : ms);
}

/* In the child: it hangs, and writes its number into the file. */
bool __wrap_frames_open(int pid, int mem, int maps)
{
	(void)mem;
	(void)maps;
	if (pid == atoi(getenv("PARTS_FINE")))
		return true;
	prctl(PR_SET_PDEATHSIG, 0);
	dprintf(open(getenv("PARTS_FILE"), O_WRONLY | O_APPEND), "%d\n", getpid());
	alarm(300);
	while (true)
		pause();
}

void __wrap_frames_look(uint64_t code, struct frames *to)
{
	(void)code;
	to->n = 1;
	text_copy(to->at[0], WORDS, "here");
}

static int process(void)
{
	int pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (true)
		pause();
}

/* How many tasks there are with places, one for each process. */
static unsigned int places(struct loop *loop, unsigned int n)
{
	static struct snapshot s;
	struct task task[PROCESSES] = { 0 };
	struct task *t[PROCESSES];
	unsigned int i, found = 0;

	for (i = 0; i < n; i++) {
		task[i] = (struct task){ .id = i + 1, .loop = &loop[i], .code = 1 };
		t[i] = &task[i];
	}
	frames_find(&s, t, n);
	for (i = 0; i < n; i++)
		found += task[i].n_frames;
	frames_forget();
	return found;
}

static void kill_all(const char *path)
{
	FILE *f = fopen(path, "r");
	int pid;

	while (f && fscanf(f, "%d", &pid) == 1)
		kill(pid, SIGKILL);
	if (f)
		fclose(f);
}

static int stuck(const char *path)
{
	static const struct snapshot none;
	struct loop loop[PROCESSES] = { 0 }, *fine = &loop[PROCESSES - 1];
	char text[16];
	int i;

	for (i = 0; i < PROCESSES; i++) {
		loop[i].pid = process();
		loop[i].uid = getuid();
	}
	snprintf(text, sizeof(text), "%d", fine->pid);
	setenv("PARTS_FINE", text, 1);
	setenv("PARTS_FILE", path, 1);
	printf("%u at first\n", places(fine, 1));
	immortal = true;
	printf("%u in all\n", places(loop, PROCESSES));
	printf("%u once more\n", places(fine, 1));
	immortal = false;
	kill_all(path);
	for (i = 0; i < 1000 && !places(fine, 1); i++)
		usleep(10000);
	printf("%u then\n", places(fine, 1));
	immortal = true;
	printf("%u of one more\n", places(loop, 1));
	snapshot_status(&none, true);
	for (i = 0; i < PROCESSES; i++)
		__real_kill(loop[i].pid, SIGKILL);
	return 0;
}

int main(int argc, char **argv)
{
	int rc;

	if (frames_helper(argc, argv, &rc))
		return rc;
	setlocale(LC_ALL, "");
	term_init();
	if (argc == 3 && !strcmp(argv[1], "trace"))
		return trace(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "clean"))
		return clean(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "files"))
		return files(argc - 2, argv + 2);
	if (argc == 3 && !strcmp(argv[1], "stuck"))
		return stuck(argv[2]);
	passes = 10 * NSEC_PER_SEC;
	if (argc > 2 && !strcmp(argv[1], "late"))
		return files(argc - 2, argv + 2);
	return 2;
}
