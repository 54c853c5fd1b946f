// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks
 *
 * A task's struct is at the top of its stack; for tasks without stacks see stackless.c.  The memory
 * can be reused once the task's code has ended and the last reference is dropped.  If the task has
 * failed, the memory can be reused only after the kernel can no longer report the error.
 */
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

/* --- memory ------------------------------------------------------------------- */

static void run_fn(void *arg);

static int name_task(struct cotask *task, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (len > COTASK_NAME_MAX)
		return -EINVAL;
	memcpy(task->name, name ? name : "", len);
	task->name[len] = '\0';
	return 0;
}

static void fill_layout(struct cotask *task, cotask_fn fn)
{
	struct cotask_layout *l = &task->layout;

	*l = (struct cotask_layout){
		.magic = COTASK_LAYOUT_MAGIC,
		.version = COTASK_LAYOUT_VERSION,
#ifdef COTASK_USE_UCONTEXT
		.arch = COTASK_LAYOUT_UCONTEXT,
#elif defined(__x86_64__)
		.arch = COTASK_LAYOUT_X86_64,
#else
		.arch = COTASK_LAYOUT_ARM64,
#endif
		.stack_low = (uintptr_t)task->slot.low,
		.stack_high = (uintptr_t)task,
		.fn = (uintptr_t)fn,
	};
}

static struct cotask *place(struct cotask_loop *loop, size_t size, bool foreign)
{
	struct stack_pool *pool = foreign ? &loop->foreign_stacks : &loop->stacks;
	struct cotask *task;
	struct stack slot;
	int rc;

	if (foreign)
		pthread_mutex_lock(&loop->lock);
	rc = cotask_stack_get(pool, size ? size : loop->options.stack_size, &slot);
	if (foreign)
		pthread_mutex_unlock(&loop->lock);
	if (rc)
		return NULL;
	task = (struct cotask *)((uintptr_t)(slot.high - sizeof(*task)) & ~63ul);
	memset(task, 0, offsetof(struct cotask, name));
	task->slot = slot;
	task->base.flags = foreign ? TASK_FOREIGN : 0;
	return task;
}

static void unplace(struct cotask *task)
{
	struct cotask_loop *loop = task->base.loop;
	struct stack slot = task->slot;

	cotask_fiber_fini(&task->fiber);
	task->layout.magic = 0;
	if (!(task->base.flags & TASK_FOREIGN)) {
		cotask_stack_put(&loop->stacks, &slot);
		return;
	}
	pthread_mutex_lock(&loop->lock);
	cotask_stack_put(&loop->foreign_stacks, &slot);
	pthread_mutex_unlock(&loop->lock);
}

/* Make a task, before it is spawned in the kernel; NULL and errno on failure. */
struct cotask *cotask_task_new(struct cotask_loop *loop, cotask_fn fn, void *arg,
			       const struct cotask_spawn_args *args, bool foreign)
{
	struct cotask *task;

	if (!fn || (args->name && strlen(args->name) > COTASK_NAME_MAX)) {
		errno = EINVAL;
		return NULL;
	}
	task = place(loop, args->stack_size, foreign);
	if (!task) {
		errno = ENOMEM;
		return NULL;
	}
	task->base.loop = loop;
	task->base.kind = KIND_TASK;
	task->fn = fn;
	task->arg = arg;
	task->release = args->release;
	fill_layout(task, fn);
	name_task(task, args->name);
	atomic_init(&task->refs, 2);
#ifndef COTASK_USE_UCONTEXT
	task->fiber.sp = (void **)&task->layout.sp;
#endif
	task->base.handle = foreign ? cotask_handle_new_foreign(loop, task) :
				      cotask_handle_new(&loop->handles, task);
	task->layout.handle = task->base.handle;
	if (!task->base.handle || cotask_fiber_init(&task->fiber, task->slot.low, task, run_fn,
						    task)) {
		cotask_task_free(task);
		errno = ENOMEM;
		return NULL;
	}
	return task;
}

/* Free the memory of a task, the only resource that it still has. */
void cotask_task_bury(struct cotask *task)
{
	cotask_context_put(task->context);
	if (task->base.flags & TASK_NATIVE)
		free(task);
	else if (task->base.flags & TASK_STACKLESS)
		cotask_stackless_free(task);
	else
		unplace(task);
}

/* Free a task that the kernel has not accepted. */
void cotask_task_free(struct cotask *task)
{
	if (task->base.handle)
		cotask_handle_give_back(task->base.loop, task->base.handle);
	cotask_task_bury(task);
}

/* Forget a task in the kernel, which reports no further event of it, and free it. */
void cotask_task_forget(struct cotask *task)
{
	if (task->base.flags & TASK_FORGOTTEN)
		cotask_handle_give_back(task->base.loop, task->base.handle);
	else
		cotask_forget(task->base.loop, task->base.handle);
	cotask_task_bury(task);
}

/* --- from beginning to end ------------------------------------------------------ */

static void link_live(struct cotask *task)
{
	struct cotask_loop *loop = task->base.loop;

	task->prev_live = NULL;
	task->next_live = loop->live;
	if (loop->live)
		loop->live->prev_live = task;
	loop->live = task;
}

static void unlink_live(struct cotask *task)
{
	struct cotask_loop *loop = task->base.loop;

	if (task->next_live)
		task->next_live->prev_live = task->prev_live;
	if (task->prev_live)
		task->prev_live->next_live = task->next_live;
	else
		loop->live = task->next_live;
}

static void release_arg(struct cotask *task)
{
	void (*release)(void *arg) = task->release;

	task->release = NULL;
	if (release)
		release(task->arg);
}

/* The first event of a task has arrived. */
void cotask_task_begun(struct cotask *task)
{
	task->base.flags |= TASK_STARTED;
	if (task->base.flags & TASK_FOREIGN)
		link_live(task);
}

/* Whether the end of the task is not reported to the error handler. */
static bool ends_silently(const struct cotask *task)
{
	return task->base.outcome >= 0 || task->base.outcome == -ECANCELED;
}

/**
 * cotask_task_exit - end a task whose code has ended
 * @task: the current task, with its outcome
 *
 * In most cases the code holds the last reference: then the same operation makes the kernel forget
 * the task.  Not so for a handle from another thread: handle.c reuses it when COTASK_OP_FORGET was
 * applied.
 */
void cotask_task_exit(struct cotask *task)
{
	uint16_t flags = 0;

	if (task->base.handle < FOREIGN_BASE && ends_silently(task) &&
	    atomic_load_explicit(&task->refs, memory_order_acquire) == 1) {
		task->base.flags |= TASK_FORGOTTEN;
		flags = COTASK_OP_F_FORGET;
	}
	*cotask_op_add(task->base.loop) = *OP(EXIT, .task = task->base.handle,
					      .value = task->base.outcome, .flags = flags);
}

/*
 * The code of the task has ended inside of a group, so a report of its error comes when the
 * children have ended.  Until then the task keeps a reference, and its memory.
 */
static void forget_later(struct cotask *task)
{
	task->base.flags &= ~TASK_IN_GROUP;
	atomic_store(&task->refs, 1);
	*cotask_op_add(task->base.loop) = *OP(ON_DONE, .handle = task->base.handle,
					      .user_data = (uintptr_t)task | CALL_REAP);
}

/* The task has no references, and its code has ended. */
static void forget(struct cotask *task)
{
	struct cotask_loop *loop = task->base.loop;

	if (ends_silently(task) || loop->failed) {
		cotask_task_forget(task);
		return;
	}
	if (task->base.flags & TASK_IN_GROUP) {
		forget_later(task);
		return;
	}
	/* In the kernel's queue, a report of the task's error precedes this callback. */
	cotask_forget(loop, task->base.handle);
	task->base.handle = 0;
	*cotask_op_add(loop) = *OP(CALL, .user_data = (uintptr_t)task | CALL_GRAVE);
}

static void drop(struct cotask *task)
{
	if (atomic_fetch_sub_explicit(&task->refs, 1, memory_order_acq_rel) == 1)
		forget(task);
}

/* A task has ended in the kernel: a native one, or see forget_later(). */
void cotask_task_reap(struct cotask *task)
{
	if (task->base.flags & TASK_NATIVE)
		cotask_task_forget(task);
	else
		drop(task);
}

/* The code has ended and its stack was left, or the task has ended without running. */
void cotask_task_gone(struct cotask *task)
{
	struct cotask_loop *loop = task->base.loop;

	if (task->base.flags & TASK_STARTED || !(task->base.flags & TASK_FOREIGN))
		unlink_live(task);
	if (task->base.flags & TASK_STACKLESS)
		cotask_stackless_gone(task);
	else
		release_arg(task);
	task->base.flags |= TASK_ENDED;
	cotask_context_put(task->context);
	task->context = NULL;
	if (task == loop->main)
		loop->over = true;
	drop(task);
}

/* The outermost function on each stack. */
static void run_fn(void *arg)
{
	struct cotask *task = arg;
	struct cotask_loop *loop = task->base.loop;

	cotask_task_entered(loop);
	task->base.outcome = task->fn(task->arg);
	if (task->base.outcome < -4095)
		task->base.outcome = -EINVAL;	/* not an errno */
	release_arg(task);
	cotask_groups_pass_on(loop, &task->failed);
	cotask_task_exit(task);
	task->base.flags |= TASK_ENDED;
	if (task == loop->main)
		loop->over = true;
	loop->dead = task;
	cotask_suspend(loop, false);
	abort();
}

/* --- spawn ----------------------------------------------------------------------- */

static uint32_t spawn_flags(const struct cotask_loop *loop, uint32_t flags)
{
	static const struct { uint32_t here, there; } map[] = {
		{ COTASK_SPAWN_SURE_START, COTASK_SPAWN_F_SURE_START },
		{ COTASK_SPAWN_CANCELLED, COTASK_SPAWN_F_CANCELLED },
		{ COTASK_SPAWN_COMPLETION_WINS, COTASK_SPAWN_F_WINS },
		{ COTASK_SPAWN_KEEP_CANCEL, COTASK_SPAWN_F_KEEP_CANCEL },
	};
	uint32_t there = 0;
	unsigned int i;

	if (likely(!flags && !loop->options.flags))
		return 0;
	if (flags & COTASK_SPAWN_EAGER ||
	    (loop->options.flags & COTASK_LOOP_EAGER && !(flags & COTASK_SPAWN_LAZY)))
		there = COTASK_SPAWN_F_EAGER;
	for (i = 0; i < ARRAY_SIZE(map); i++) {
		if (flags & map[i].here)
			there |= map[i].there;
	}
	return there;
}

/* Run the first step of an eager task inside of the current step. */
static void run_first_step(struct cotask_loop *loop, struct cotask *task)
{
	struct cotask *spawner = loop->current;

	cotask_task_begun(task);
	task->base.flags |= TASK_EAGER;
	if (task->base.flags & TASK_STACKLESS) {
		cotask_stackless_first_step(loop, task);
	} else {
		task->spawner = loop->stack;
		cotask_switch_to(loop, task);
	}
	loop->current = spawner;
}

static int spawn_context(struct cotask_loop *loop, struct cotask *task,
			 const struct cotask_spawn_args *args)
{
	struct cotask_context *from = loop->current ? loop->current->context : loop->context;

	if (args->context) {
		task->context = cotask_context_get(args->context);
		return 0;
	}
	if (cotask_context_is_empty(from))
		return 0;
	task->context = cotask_context_copy(from);
	return task->context ? 0 : -ENOMEM;
}

/**
 * cotask_spawn_op - prepare the operation that spawns a task in the kernel
 * @op: receives the operation
 * @group: a group that cotask_check_spawn() has accepted, or NULL
 * @task: the new task
 * @args: options of the task
 * @there: COTASK_SPAWN_F_* in addition to those that @args requests
 *
 * Return: 0; -ENOMEM.
 */
int cotask_spawn_op(struct cotask_op *op, const struct cotask_group *group, struct cotask *task,
		    const struct cotask_spawn_args *args, uint32_t there)
{
	size_t len = args->name ? strlen(args->name) : 0;

	*op = (struct cotask_op){
		.opcode = COTASK_OP_SPAWN,
		.handle = task->base.handle,
		.other = group ? group->base.handle : 0,
		.user_data = user_data_of(task),
		.addr = len ? (uintptr_t)args->name : 0,
		.len = len,
		.arg = there | spawn_flags(task->base.loop, args->flags),
	};
	return spawn_context(task->base.loop, task, args);
}

/**
 * cotask_spawned - process the result of a spawn operation
 * @task: the task; freed if it was refused
 * @rc: result of the operation
 *
 * Return: 0; the error if the spawn was refused.
 */
int64_t cotask_spawned(struct cotask *task, int64_t rc)
{
	if (rc < 0) {
		cotask_task_free(task);
		return rc;
	}
	link_live(task);
	if (rc)
		run_first_step(task->base.loop, task);
	return 0;
}

/* Handle of the group; 0: no group; a negative errno if it cannot be used. */
static int64_t group_handle(const struct cotask_group *group)
{
	int rc;

	if (!group)
		return 0;
	rc = check_object(&group->base);
	return rc ? rc : (int64_t)group->base.handle;
}

#define SPAWN_ALL	(COTASK_SPAWN_EAGER | COTASK_SPAWN_LAZY | COTASK_SPAWN_DETACHED |	\
			 COTASK_SPAWN_SURE_START | COTASK_SPAWN_CANCELLED |			\
			 COTASK_SPAWN_COMPLETION_WINS | COTASK_SPAWN_KEEP_CANCEL)

/* Check that a task of @loop can be spawned into @group, which may be NULL. */
int cotask_check_spawn(struct cotask_loop *loop, const struct cotask_group *group,
		       const struct cotask_spawn_args *args)
{
	int64_t rc;

	if (!loop)
		return -ESRCH;
	if (args->flags & ~SPAWN_ALL || args->__reserved ||
	    (args->flags & COTASK_SPAWN_DETACHED && group))
		return -EINVAL;
	rc = group_handle(group);
	/* The group was left, and its object in the kernel is gone. */
	if (rc < 0 && group->state == SCOPE_LEFT)
		return -ESHUTDOWN;
	return rc < 0 ? rc : 0;
}

/**
 * cotask_task_spawn - spawn a task in the kernel
 * @group: a group that cotask_check_spawn() has accepted, or NULL
 * @task: the new task; freed if it is refused
 * @args: options of the task
 * @there: COTASK_SPAWN_F_* in addition to those that @args requests
 *
 * Return: 0; the error if the spawn was refused.
 */
int64_t cotask_task_spawn(struct cotask_group *group, struct cotask *task,
			  const struct cotask_spawn_args *args, uint32_t there)
{
	struct cotask_op op;
	int64_t rc = cotask_spawn_op(&op, group, task, args, there);

	return cotask_spawned(task, rc ? rc : cotask_op(task->base.loop, &op));
}

static struct cotask *spawn(struct cotask_group *group, cotask_fn fn, void *arg,
			    const struct cotask_spawn_args *args, uint32_t there)
{
	struct cotask_loop *loop = loop_here();
	struct cotask *task;
	int64_t rc;

	rc = cotask_check_spawn(loop, group, args);
	if (rc < 0)
		goto refused;
	task = cotask_task_new(loop, fn, arg, args, false);
	if (!task)
		return NULL;
	rc = cotask_task_spawn(group, task, args, there);
	if (rc < 0)
		goto refused;
	return task;

refused:
	errno = -rc;
	return NULL;
}

EXPORT struct cotask *cotask_spawn_with(struct cotask_group *group, cotask_fn fn, void *arg,
					const struct cotask_spawn_args *args)
{
	static const struct cotask_spawn_args plain;
	struct cotask *task = spawn(group, fn, arg, args ? args : &plain, 0);

	if (!task && args && args->release) {
		int error = errno;

		args->release(arg);
		errno = error;
	}
	return task;
}

/* A member of a set: the set receives its error, the group does not (GA-B2). */
struct cotask *cotask_spawn_member(struct cotask_group *group, cotask_fn fn, void *arg)
{
	static const struct cotask_spawn_args plain;

	return spawn(group, fn, arg, &plain, COTASK_SPAWN_F_APART);
}

EXPORT struct cotask *cotask_spawn(struct cotask_group *group, cotask_fn fn, void *arg,
				   const char *name)
{
	struct cotask_spawn_args args = { .name = name };

	return cotask_spawn_with(group, fn, arg, &args);
}

EXPORT int cotask_go(struct cotask_group *group, cotask_fn fn, void *arg)
{
	struct cotask *task = cotask_spawn_with(group, fn, arg, NULL);

	if (!task)
		return -errno;
	cotask_put(task);
	return 0;
}

static int64_t spawn_native(struct cotask *task, uint32_t group, const struct cotask_native *n)
{
	struct cotask_loop *loop = task->base.loop;

	task->base.kind = KIND_TASK;
	task->base.flags = TASK_NATIVE;
	atomic_init(&task->refs, 1);
	task->base.handle = cotask_handle_new(&loop->handles, task);
	if (!task->base.handle)
		return -ENOMEM;
	return cotask_op(loop, OP(SPAWN_NATIVE, .handle = task->base.handle, .other = group,
				  .addr = (uintptr_t)n, .len = sizeof(*n)));
}

EXPORT struct cotask *cotask_spawn_native(struct cotask_group *group, const char *body,
					  const void *arg, size_t size, const char *name)
{
	struct cotask_spawn_args args = { .name = name };
	struct cotask_native native = { .arg = (uintptr_t)arg, .arg_size = size };
	struct cotask_loop *loop = loop_here();
	struct cotask *task = NULL;
	int64_t rc = cotask_check_spawn(loop, group, &args);

	if (!rc && (!body || strlen(body) >= sizeof(native.name) || (!arg && size) ||
		    (name && strlen(name) > COTASK_NAME_MAX)))
		rc = -EINVAL;
	if (!rc) {
		strcpy(native.name, body);
		task = calloc(1, sizeof(*task));
		rc = -ENOMEM;
	}
	if (task) {
		task->base.loop = loop;
		rc = spawn_native(task, group ? group->base.handle : 0, &native);
	}
	if (rc < 0) {
		if (task)
			cotask_task_free(task);
		errno = -rc;
		return NULL;
	}
	if (name)
		cotask_set_name(task, name);
	return task;
}

/* --- references -------------------------------------------------------------------- */

EXPORT struct cotask *cotask_get(struct cotask *task)
{
	atomic_fetch_add_explicit(&task->refs, 1, memory_order_relaxed);
	return task;
}

/* The end of a native task delivers no event: register a callback that forgets the task. */
static void reap_native(struct cotask *task)
{
	cotask_op(task->base.loop, OP(ON_DONE, .handle = task->base.handle,
				      .user_data = (uintptr_t)task | CALL_REAP));
}

static void last_put(struct cotask *task)
{
	if (task->base.flags & TASK_NATIVE)
		reap_native(task);
	else
		forget(task);
}

/* Called in another thread: the loop's thread drops the reference when it next runs the loop. */
static void put_elsewhere(struct cotask *task)
{
	struct cotask_loop *loop = task->base.loop;
	struct cotask *first = atomic_load(&loop->dropped);

	do {
		task->next = first;
	} while (!atomic_compare_exchange_weak(&loop->dropped, &first, task));
}

EXPORT void cotask_put(struct cotask *task)
{
	struct cotask_loop *loop;

	if (!task)
		return;
	loop = task->base.loop;
	if (atomic_load_explicit(&loop->closed, memory_order_relaxed))
		return;		/* its memory is freed with the loop */
	if (atomic_fetch_sub_explicit(&task->refs, 1, memory_order_acq_rel) != 1)
		return;
	/* Its code has ended or is not here, so the task is in no other list. */
	if (loop == cotask_here)
		last_put(task);
	else
		put_elsewhere(task);
}

void cotask_dropped_elsewhere(struct cotask_loop *loop)
{
	struct cotask *task = atomic_exchange(&loop->dropped, NULL), *next;

	for (; task; task = next) {
		next = task->next;
		last_put(task);
	}
}

/* --- queries ------------------------------------------------------------------------- */

EXPORT struct cotask_awaitable *cotask_base(struct cotask *task)
{
	return task ? &task->base : NULL;
}

struct cotask *cotask_task_of(const struct cotask_awaitable *x)
{
	return container_of(x, struct cotask, base);
}

EXPORT struct cotask *cotask_current(void)
{
	return any_task_here();
}

EXPORT struct cotask_loop *cotask_get_loop(const struct cotask *task)
{
	return task->base.loop;
}

EXPORT bool cotask_done(const struct cotask *task)
{
	return cotask_awaitable_done(&task->base);
}

EXPORT bool cotask_cancelled(const struct cotask *task)
{
	return cotask_awaitable_cancelled(&task->base);
}

EXPORT long cotask_result(struct cotask *task)
{
	return cotask_awaitable_result(&task->base);
}

EXPORT int cotask_error(struct cotask *task)
{
	return cotask_awaitable_error(&task->base);
}

static int64_t read_task(const struct cotask *task, enum cotask_read what)
{
	int rc = check_object(&task->base);

	if (rc)
		return rc;
	return cotask_op(task->base.loop, OP(READ, .handle = task->base.handle, .arg = what));
}

EXPORT bool cotask_cancel_delivered(const struct cotask *task)
{
	return read_task(task, COTASK_READ_DELIVERED) == 1;
}

EXPORT struct cotask_reason cotask_cancel_reason(const struct cotask *task)
{
	struct cotask_reason reason = { 0 };
	int64_t by = read_task(task, COTASK_READ_BY);
	int64_t cause = read_task(task, COTASK_READ_CAUSE);

	if (by > 0)
		reason.by = by;
	if (cause > 0)
		reason.cause = cause;
	return reason;
}

EXPORT uint64_t cotask_id(const struct cotask *task)
{
	int64_t id = read_task(task, COTASK_READ_ID);

	return id > 0 ? id : 0;
}

EXPORT int64_t cotask_effective_deadline(const struct cotask *task)
{
	int64_t deadline = read_task(task, COTASK_READ_DEADLINE);

	return deadline < 0 ? COTASK_FOREVER : deadline;
}

/* Whether the library stores the task's name: not without a stack, and not for native tasks. */
static bool keeps_name(const struct cotask *task)
{
	return !(task->base.flags & (TASK_NATIVE | TASK_STACKLESS));
}

EXPORT int cotask_set_name(struct cotask *task, const char *name)
{
	int rc = check_object(&task->base);

	if (!name || strlen(name) > COTASK_NAME_MAX)
		return -EINVAL;
	if (rc)
		return rc;
	rc = cotask_op(task->base.loop, OP(NAME, .handle = task->base.handle,
					   .addr = (uintptr_t)name, .len = strlen(name)));
	if (!rc && keeps_name(task))
		name_task(task, name);
	return rc;
}

EXPORT char *cotask_get_name(const struct cotask *task, char *buf, size_t size)
{
	char name[COTASK_NAME_MAX + 1] = "";
	int64_t rc;

	if (!size)
		return buf;
	rc = check_object(&task->base);
	if (!rc)
		rc = cotask_op(task->base.loop, OP(GET_NAME, .handle = task->base.handle,
						   .addr = (uintptr_t)name, .len = sizeof(name)));
	if (rc < 0 && keeps_name(task))
		strcpy(name, task->name);
	strncpy(buf, name, size - 1);
	buf[size - 1] = '\0';
	return buf;
}

EXPORT int cotask_all_tasks(struct cotask_loop *loop, struct cotask **tasks, unsigned int n)
{
	struct cotask *task;
	int count = 0;

	if (!cotask_here)
		return -ESRCH;
	if (loop && loop != cotask_here)
		return -EXDEV;
	for (task = cotask_here->live; task; task = task->next_live) {
		if (task->base.flags & TASK_ENDED)
			continue;
		if (tasks && (unsigned int)count < n)
			tasks[count] = cotask_get(task);
		count++;
	}
	return count;
}
