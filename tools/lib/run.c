// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - loops: creation, running, closing
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

#define STACK_SIZE	(64 * 1024)
#if defined(__SANITIZE_ADDRESS__)
#define STACK_FACTOR	4
#else
#define STACK_FACTOR	1
#endif
#define STACK_MIN	(16 * 1024)

/* --- make -------------------------------------------------------------------------- */

static int query(int fd)
{
	struct cotask_query q = { .size = sizeof(q) };

	if (ioctl(fd, COTASK_IOC_QUERY, &q))
		return errno == ENOTTY ? -EPROTO : -errno;
	return q.version == COTASK_VERSION && q.n_opcodes >= COTASK_OP_LAST ? 0 : -EPROTO;
}

static int open_device(const struct cotask_loop_options *options)
{
	int fd = open(options->device, O_RDWR | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = query(fd);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

static int fill_options(struct cotask_loop_options *to, const struct cotask_loop_options *from)
{
	*to = from ? *from : (struct cotask_loop_options){ 0 };
	if (to->flags & ~(COTASK_LOOP_EAGER | COTASK_LOOP_NO_SIGINT) || to->__reserved[0] ||
	    to->__reserved[1] || to->__reserved[2] || to->__reserved[3])
		return -EINVAL;
	if (!to->max_batch || to->max_batch > BATCH_MAX)
		to->max_batch = BATCH_MAX;
	if (!to->stack_size)
		to->stack_size = STACK_SIZE * STACK_FACTOR;
	if (to->stack_size < STACK_MIN)
		to->stack_size = STACK_MIN;
	if (!to->device)
		to->device = "/dev/cotask";
	return 0;
}

static void free_loop(struct cotask_loop *loop)
{
	cotask_stacks_drop(&loop->stacks);
	cotask_stacks_drop(&loop->foreign_stacks);
	cotask_places_drop(&loop->places);
	cotask_handles_drop(&loop->handles);
	cotask_handles_drop(&loop->foreign);
	cotask_context_put(loop->context);
	pthread_mutex_destroy(&loop->lock);
	pthread_cond_destroy(&loop->idle);
	cotask_fiber_fini(&loop->ground);
	free(loop->fds);
	free(loop->watches);
	free(loop->ops);
	free(loop->event);
	free(loop);
}

static struct cotask_loop *new_loop(void)
{
	struct cotask_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	pthread_mutex_init(&loop->lock, NULL);
	pthread_cond_init(&loop->idle, NULL);
	loop->fd = -1;
	loop->foreign.base = FOREIGN_BASE;
	loop->refused_tail = &loop->refused;
	loop->batch = 1;
	atomic_init(&loop->refs, 1);
	loop->ops = calloc(OPS_MAX, sizeof(*loop->ops));
	loop->event = calloc(BATCH_MAX, sizeof(*loop->event));
	loop->context = cotask_context_new();
#ifdef COTASK_USE_UCONTEXT
	loop->ground.uc = calloc(1, sizeof(*loop->ground.uc));
#else
	loop->ground.sp = &loop->ground_sp;
#endif
	if (!loop->ops || !loop->event || !loop->context) {
		free_loop(loop);
		return NULL;
	}
	return loop;
}

EXPORT struct cotask_loop *cotask_loop_create(const struct cotask_loop_options *options)
{
	struct cotask_loop *loop = new_loop();
	int rc = -ENOMEM;

	if (!loop)
		goto failed;
	rc = fill_options(&loop->options, options);
	if (rc)
		goto failed;
	rc = open_device(&loop->options);
	if (rc < 0)
		goto failed;
	loop->fd = rc;
	cotask_guard_init();
	cotask_loops_add(loop);
	return loop;

failed:
	if (loop)
		free_loop(loop);
	errno = -rc;
	return NULL;
}

EXPORT struct cotask_loop *cotask_loop_get(struct cotask_loop *loop)
{
	atomic_fetch_add_explicit(&loop->refs, 1, memory_order_relaxed);
	return loop;
}

EXPORT void cotask_loop_put(struct cotask_loop *loop)
{
	if (!loop || atomic_fetch_sub_explicit(&loop->refs, 1, memory_order_acq_rel) != 1)
		return;
	cotask_loop_close(loop);
	close(loop->fd);
	cotask_loops_del(loop);
	free_loop(loop);
}

EXPORT struct cotask_loop *cotask_loop_current(void)
{
	return loop_here();
}

EXPORT int cotask_loop_fd(const struct cotask_loop *loop)
{
	return atomic_load(&loop->closed) ? -ESHUTDOWN : loop->fd;
}

EXPORT void cotask_loop_set_error_handler(struct cotask_loop *loop, cotask_error_fn fn)
{
	loop->errors = fn;
}

/* --- events for the ground ----------------------------------------------------------- */

static void complain(struct cotask_loop *loop, struct cotask *task, int error)
{
	char name[COTASK_NAME_MAX + 1] = "";

	if (task)
		cotask_get_name(task, name, sizeof(name));
	fprintf(stderr, "cotask: %s%s failed; its result was never retrieved: %s\n",
		task ? "task " : "a callback or future", *name || !task ? name : "without a name",
		strerror(-error));
	(void)loop;
}

static void tell(struct cotask_loop *loop, struct cotask *task, int error)
{
	if (task && task->layout.magic != COTASK_LAYOUT_MAGIC)
		task = NULL;
	(loop->errors ?: complain)(loop, task, error);
}

static void run_callback(struct cotask_loop *loop, struct cotask_callback *cb)
{
	int rc = cb->fn(cb, cb->x);

	if (rc < 0)
		tell(loop, NULL, rc);
}

static void call(struct cotask_loop *loop, uint64_t user_data)
{
	void *object = (void *)(uintptr_t)(user_data & ~(uint64_t)CALL_MASK);
	struct cotask *task = object;

	switch (user_data & CALL_MASK) {
	case CALL_CALLBACK:
		if (!atomic_load(&loop->closed))
			run_callback(loop, object);
		break;
	case CALL_GRAVE:
		cotask_task_bury(task);
		break;
	case CALL_REAP:
		cotask_task_reap(task);
		break;
	}
}

/* It was cancelled before its first step (CX-7). */
static void gone(struct cotask *task, long outcome)
{
	task->base.outcome = outcome;
	cotask_task_gone(task);
}

static void handle_pending(struct cotask_loop *loop)
{
	struct cotask_event_info e = *loop->pending;

	loop->pending = NULL;
	switch (e.type) {
	case COTASK_EVENT_CALL:
		call(loop, e.user_data);
		break;
	case COTASK_EVENT_ERROR:
		tell(loop, e.user_data ? task_of_event(&e) : NULL, e.result);
		break;
	case COTASK_EVENT_GONE:
		gone(task_of_event(&e), e.result);
		break;
	}
}

/* --- SIGINT ---------------------------------------------------------------------------- */

static struct cotask_loop *_Atomic sigint_loop;
static struct sigaction sigint_before;

/* The first SIGINT cancels the main task; the second one has its default effect. */
static void on_sigint(int sig)
{
	struct cotask_loop *loop = atomic_load(&sigint_loop);
	struct cotask_op op = { .opcode = COTASK_OP_CANCEL };
	int error = errno;

	if (loop)
		op.handle = atomic_load(&loop->main_handle);
	if (op.handle && !atomic_exchange(&loop->interrupted, true)) {
		cotask_post(loop, &op);
	} else {
		sigaction(SIGINT, &sigint_before, NULL);
		raise(sig);
	}
	errno = error;
}

/* The loop belongs to the parent process: the signal applies to the next loop. */
static void sigint_in_child(void)
{
	struct sigaction now;

	if (!sigaction(SIGINT, NULL, &now) && now.sa_handler == on_sigint)
		sigaction(SIGINT, &sigint_before, NULL);
	atomic_store(&sigint_loop, NULL);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, sigint_in_child);
}

/* Only if its disposition is the default. */
static bool take_sigint(struct cotask_loop *loop)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sigaction sa = { .sa_handler = on_sigint };
	struct cotask_loop *none = NULL;

	if (loop->options.flags & COTASK_LOOP_NO_SIGINT)
		return false;
	pthread_once(&once, watch_forks);
	if (!atomic_compare_exchange_strong(&sigint_loop, &none, loop))
		return false;
	if (!sigaction(SIGINT, NULL, &sigint_before) && sigint_before.sa_handler == SIG_DFL &&
	    !sigaction(SIGINT, &sa, NULL))
		return true;
	atomic_store(&sigint_loop, NULL);
	return false;
}

static void give_sigint_back(void)
{
	sigaction(SIGINT, &sigint_before, NULL);
	atomic_store(&sigint_loop, NULL);
}

/* --- run ------------------------------------------------------------------------------- */

/* The loop is closed, so the task's code does not run (CX-7). */
static void end_without_code(struct cotask_loop *loop, struct cotask *task)
{
	*cotask_op_add(loop) = *OP(EXIT, .task = task->base.handle, .value = -ECANCELED);
	gone(task, -ECANCELED);
}

/* Process one event: resume its task, or handle it here if it is an event for the ground. */
static void do_next(struct cotask_loop *loop)
{
	struct cotask *task = loop->pending ? NULL : cotask_next_task(loop);

	if (task && atomic_load(&loop->closed))
		end_without_code(loop, task);
	else if (task)
		cotask_resume(loop, task);
	else if (loop->pending)
		handle_pending(loop);
}

/* Process events until the main task has ended or @loop->failed is set. */
static void pump(struct cotask_loop *loop)
{
	while (loop->pending || (!loop->over && !loop->failed))
		do_next(loop);
}

/* As cotask_pump(); @steps: maximum number of tasks that continue. */
static bool pump_once(struct cotask_loop *loop, unsigned int min, int64_t deadline,
		      unsigned int steps)
{
	if (cotask_collect_until(loop, min, deadline))
		return false;
	if (!loop->n_events && !loop->refused)
		return !loop->asked;
	loop->turn_left = steps;
	while (loop->turn_left &&
	       (loop->pending || loop->refused || loop->begun < loop->n_events))
		do_next(loop);
	return true;
}

/**
 * cotask_pump - retrieve events once, and process them
 * @loop: the loop, which is being drained
 * @min: 1: wait for an event while the loop has tasks
 *
 * Return: whether there were events, or may be some in the next call.
 */
bool cotask_pump(struct cotask_loop *loop, unsigned int min)
{
	return pump_once(loop, min, COTASK_NEVER, UINT_MAX);
}

/*
 * Cancel the remaining tasks, and tasks that they spawn while they end, until no task is left
 * (CO-8, CO-B1).
 */
void cotask_shut_down(struct cotask_loop *loop)
{
	loop->over = false;
	loop->draining = true;
	loop->grounded = true;
	do {
		while (!loop->failed && cotask_op(loop, OP(CANCEL_ALL)) > 0)
			cotask_pump(loop, 1);
		/* Callbacks, which may spawn tasks, and late submissions remain. */
		while (!loop->failed && cotask_pump(loop, 0))
			;
	} while (!loop->failed && cotask_op(loop, OP(CANCEL_ALL)) > 0);
	loop->draining = false;
	loop->grounded = false;
}

/**
 * struct main_code - code of a main task
 * @fn: a function that runs on a stack; or NULL
 * @arg: argument of @fn
 * @frame: a coroutine without a stack
 */
struct main_code {
	cotask_fn		fn;
	void			*arg;
	struct cotask_frame	*frame;
};

static struct cotask *spawn_main(struct cotask_loop *loop, const struct main_code *code)
{
	struct cotask_spawn_args args = {
		.flags = COTASK_SPAWN_LAZY,
		.context = loop->context,
	};
	struct cotask *task;

	if (!code->fn)
		return cotask_co_spawn_with(NULL, code->frame, &args);
	task = cotask_spawn_with(NULL, code->fn, code->arg, &args);
	return task ? task : error_ptr(-errno);
}

static long outcome_of_main(struct cotask_loop *loop, struct cotask *task)
{
	uint32_t handle = task->base.handle;
	long rc;

	if (loop->failed)
		return loop->failed;
	rc = cotask_op(loop, OP(RESULT, .handle = handle));
	if (!atomic_load(&loop->interrupted) || !cotask_cancelled(task))
		return rc;
	return cotask_uncancel(task) ? rc : -EINTR;
}

static long run_main(struct cotask_loop *loop, const struct main_code *code)
{
	struct cotask *task;
	long rc;

	loop->over = false;
	task = spawn_main(loop, code);
	if (is_error(task))
		return (intptr_t)task;
	cotask_get(task);
	loop->main = task;
	atomic_store(&loop->main_handle, task->base.handle);
	pump(loop);
	atomic_store(&loop->main_handle, 0);
	loop->main = NULL;
	cotask_shut_down(loop);
	cotask_jobs_wait(loop);
	rc = outcome_of_main(loop, task);
	if (!loop->failed) {
		cotask_put(task);
		cotask_put(task);
		cotask_op_apply(loop);
	}
	return rc;
}

/* The calling thread runs the loop from here on. */
static int take_loop(struct cotask_loop *loop)
{
	bool idle = false;

	if (cotask_here)
		return -EBUSY;
	if (atomic_load(&loop->closed))
		return -ESHUTDOWN;
	if (!atomic_compare_exchange_strong(&loop->running, &idle, true))
		return -EBUSY;
	cotask_here = loop;
	loop->owner = pthread_self();
	cotask_guard_thread(true);
	return 0;
}

static void give_loop_back(struct cotask_loop *loop)
{
	cotask_guard_thread(false);
	cotask_here = NULL;
	atomic_store(&loop->running, false);
}

static long run_loop(struct cotask_loop *loop, const struct main_code *code)
{
	bool sigint;
	long rc;

	if (!loop || (!code->fn && !code->frame))
		return -EINVAL;
	rc = take_loop(loop);
	if (rc)
		return rc;
	atomic_store(&loop->interrupted, false);
	sigint = take_sigint(loop);
	rc = run_main(loop, code);
	if (sigint)
		give_sigint_back();
	give_loop_back(loop);
	return rc;
}

EXPORT long cotask_loop_run(struct cotask_loop *loop, cotask_fn fn, void *arg)
{
	return run_loop(loop, &(struct main_code){ .fn = fn, .arg = arg });
}

/* Maximum number of steps in one cotask_loop_turn(). */
#define TURN_STEPS	1024

static int64_t deadline_of(int64_t ns)
{
	int64_t now = ns > 0 ? cotask_now() : 0;

	return ns < COTASK_FOREVER - now ? now + ns : COTASK_NEVER;
}

/* Run the loop once.  Return: whether the loop has work left. */
static bool turn(struct cotask_loop *loop, int64_t ns)
{
	bool more;

	loop->over = false;
	loop->grounded = true;
	pump_once(loop, ns > 0, deadline_of(ns), TURN_STEPS);
	/* Apply operations now, as the thread leaves the loop; events wait for the next turn. */
	do {
		cotask_collect(loop, 0);
		more = loop->live || loop->n_events || loop->refused;
	} while (!more && !loop->asked && !loop->failed);
	cotask_op_apply(loop);
	loop->grounded = false;
	return more;
}

EXPORT int cotask_loop_turn(struct cotask_loop *loop, int64_t ns)
{
	int rc = loop ? take_loop(loop) : -EINVAL;

	if (rc)
		return rc;
	if (!loop->failed)
		rc = turn(loop, ns);
	if (loop->failed)
		rc = loop->failed;
	give_loop_back(loop);
	return rc;
}

EXPORT const char *cotask_loop_strerror(long error)
{
	switch (error) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return "the module is not loaded: modprobe cotask";
	case -EACCES:
	case -EPERM:
		return "not permitted: be root, or a member of group cotask (make install-udev)";
	case -EPROTO:
		return "the module is of another version than the library: install both anew";
	case -EMFILE:
		return "too many open files of this user or process: see max_user_files, ulimit -n";
	default:
		return cotask_strerror(error);
	}
}

/* The main task runs in a new loop. */
static long run_alone(const struct main_code *code)
{
	struct cotask_loop *loop;
	long rc;

	if (cotask_here)
		return -EBUSY;
	loop = cotask_loop_create(NULL);
	if (!loop) {
		rc = -errno;
		fprintf(stderr, "cotask: /dev/cotask: %s\n", cotask_loop_strerror(rc));
		return rc;
	}
	rc = run_loop(loop, code);
	cotask_loop_put(loop);
	return rc;
}

EXPORT long cotask_run(cotask_fn fn, void *arg)
{
	return run_alone(&(struct main_code){ .fn = fn, .arg = arg });
}

EXPORT long cotask_co_run(struct cotask_loop *loop, struct cotask_frame *main)
{
	struct main_code code = { .frame = main };

	return loop ? run_loop(loop, &code) : run_alone(&code);
}

/* --- close ----------------------------------------------------------------------------- */

/*
 * A thread that blocks until a task has ended is inside the device, and holds the file; so the
 * tasks have to end before the file is closed (RT-7).  Any thread may end the tasks.
 */
static void end_tasks(struct cotask_loop *loop)
{
	struct cotask_loop *here = cotask_here;

	cotask_here = loop;
	cotask_shut_down(loop);
	cotask_here = here;
}

/*
 * Other threads may be about to use the descriptor, so its number stays in use until
 * the last reference to the loop is dropped: it refers to a file without these ioctls.
 */
static void let_go_of_file(struct cotask_loop *loop)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup3(null, loop->fd, O_CLOEXEC);
	close(null);
}

EXPORT int cotask_loop_close(struct cotask_loop *loop)
{
	bool idle = false;

	if (atomic_load(&loop->closed))
		return 0;
	if (!atomic_compare_exchange_strong(&loop->running, &idle, true))
		return -EBUSY;
	/* The loop was run by cotask_loop_turn(): let its tasks clean up. */
	if (loop->live)
		end_tasks(loop);
	if (cotask_submissions_close(loop))
		end_tasks(loop);
	let_go_of_file(loop);
	atomic_store(&loop->running, false);
	return 0;
}

EXPORT const char *cotask_strerror(long error)
{
	switch (error) {
	case -ECANCELED:
		return "cancelled";
	case -ETIMEDOUT:
		return "timed out";
	case -EINPROGRESS:
		return "not done yet";
	case -ESHUTDOWN:
		return "the group, queue, loop or connection takes no more";
	case -EDEADLK:
		return "it would wait for itself";
	case -EXDEV:
		return "the object belongs to another loop, or the file to another file system";
	case -ESRCH:
		return "not inside of a task, or not in a thread that runs a loop";
	case -EALREADY:
		return "begun before: a scope, or a connection";
	case -ENOSPC:
		return "no space left, or more tasks and objects than max_objects allows";
	case -ENOMEM:
		return "out of memory, or of mappings for stacks: see vm.max_map_count";
	default:
		return error < 0 ? strerror(-error) : "no error";
	}
}
