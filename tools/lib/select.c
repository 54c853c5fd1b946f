// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - wait for several choices at once, and take one of them
 *
 * The kernel grants an item to a waiting task, and cannot revoke the grant once the task has
 * resumed.  So a *selector*, a task that selects, does not wait for an item.  It waits to be
 * *woken*, which takes nothing from any object.  Then it tries its choices in order, in one step,
 * with operations that do not wait.  It holds nothing before, and one choice afterwards.
 *
 * The calls of sync.c for an object wake the object's selectors: only the loop's thread makes
 * calls for an object.  Each call can make the object available to one more task: by an item or a
 * permit, by room in a queue, or by the return of the grant of a cancelled waiter.  The call wakes
 * the first selector of the object that is not awake.  A woken selector that leaves before it has
 * found all its choices impossible wakes the next selector for the choices that it has not tried.
 * So while an object is available, one of its selectors is awake.
 */
#include <poll.h>
#include <stdlib.h>

#include <cotask_select.h>

#include "internal.h"

#define BUCKETS	256
#define FEW	8	/* maximum number of choices on the stack */

/**
 * struct watch - a choice that a task waits for
 * @next: next watch in the bucket, in the order of arrival
 * @prev: previous watch in the bucket
 * @by: the task that waits
 * @choice: the choice
 * @error: error of the wait for a file descriptor
 * @happened: the event flag was set; it may be clear again
 */
struct watch {
	struct watch		*next;
	struct watch		*prev;
	struct selector		*by;
	struct cotask_choice	*choice;
	long			error;
	bool			happened;
};

/**
 * struct selector - a task that waits for one of its choices
 * @loop: its loop
 * @awake: @woken is done
 * @woken: completed to wake the task, which also waits for awaitables among the choices
 * @n: number of choices
 * @n_fds: number of choices that are file descriptors
 * @watch: one per choice
 * @handles: handles of @woken and of awaitables
 * @n_handles: number of handles
 * @few_watches: memory for @watch
 * @few_handles: memory for @handles
 */
struct selector {
	struct cotask_loop	*loop;
	bool			awake;
	struct cotask_future	woken;
	unsigned int		n;
	unsigned int		n_fds;
	struct watch		*watch;
	uint32_t		*handles;
	unsigned int		n_handles;
	struct watch		few_watches[FEW];
	uint32_t		few_handles[FEW + 1];
};

/* --- objects that tasks select from ------------------------------------------------------ */

static struct watch *bucket(struct cotask_loop *loop, uint32_t handle)
{
	return &loop->watches[handle % BUCKETS];
}

static int make_buckets(struct cotask_loop *loop)
{
	unsigned int i;

	if (loop->watches)
		return 0;
	loop->watches = calloc(BUCKETS, sizeof(*loop->watches));
	if (!loop->watches)
		return -ENOMEM;
	for (i = 0; i < BUCKETS; i++)
		loop->watches[i] = (struct watch){
			.next = &loop->watches[i],
			.prev = &loop->watches[i],
		};
	return 0;
}

static bool is_sync(const struct cotask_choice *c)
{
	return c->kind <= COTASK_CHOOSE_EVENT;
}

static void link_watch(struct watch *w)
{
	struct watch *head = bucket(w->by->loop, w->choice->x->handle);

	w->next = head;
	w->prev = head->prev;
	head->prev->next = w;
	head->prev = w;
}

static void unlink_watch(struct watch *w)
{
	w->prev->next = w->next;
	w->next->prev = w->prev;
}

static void wake(struct selector *s)
{
	if (s->awake)
		return;
	s->awake = true;
	cotask_op(s->loop, OP(COMPLETE, .handle = s->woken.base.handle));
}

/* An object may be available: wake one selector for each kind of choice, such as get and put. */
void cotask_select_wake(struct cotask_loop *loop, uint32_t handle)
{
	struct watch *head = bucket(loop, handle), *w;
	unsigned int done = 0, bit;

	for (w = head->next; w != head; w = w->next) {
		bit = 1u << w->choice->kind;
		if (w->choice->x->handle != handle || w->by->awake || done & bit)
			continue;
		wake(w->by);
		done |= bit;
	}
}

/* An event flag was set: wake all its selectors, even if the flag is cleared at once. */
void cotask_select_happened(struct cotask_loop *loop, uint32_t handle)
{
	struct watch *head = bucket(loop, handle), *w;

	for (w = head->next; w != head; w = w->next) {
		if (w->choice->x->handle != handle)
			continue;
		w->happened = true;
		wake(w->by);
	}
}

/* An object that the caller does not know may be available. */
void cotask_select_wake_all(struct cotask_loop *loop)
{
	struct watch *w;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		for (w = loop->watches[i].next; w != &loop->watches[i]; w = w->next)
			wake(w->by);
	}
}

/* --- choices ------------------------------------------------------------------------------ */

/* Try a choice of each kind.  Return: 1: the choice was made; 0: not possible now; an error. */
#define NOT_NOW	0
#define MADE	1

static int64_t try_op(const struct cotask_choice *c, struct cotask_op op)
{
	op.handle = c->x->handle;
	return cotask_op(c->x->loop, &op);
}

static int try_sync(struct cotask_choice *c, uint16_t opcode)
{
	int64_t rc = try_op(c, (struct cotask_op){
		.opcode = opcode,
		.flags = COTASK_OP_F_TRY,
		.task = task_here()->base.handle,
		.value = opcode == COTASK_OP_PUT ? c->value : 0,
	});

	if (rc == -EAGAIN)
		return NOT_NOW;
	if (rc < 0 && rc != -ESHUTDOWN)
		return rc;
	if (rc < 0 || opcode != COTASK_OP_PUT)
		c->value = rc;
	return MADE;
}

static int try_event(struct cotask_choice *c, bool happened)
{
	int64_t rc = happened ? 1 : try_op(c, *OP(READ, .arg = COTASK_READ_FREE));

	if (rc <= 0)
		return rc;
	c->value = 0;
	return MADE;
}

static int try_done(struct cotask_choice *c)
{
	int64_t rc = try_op(c, *OP(READ, .arg = COTASK_READ_STATE));

	if (rc <= 0)
		return rc;
	c->value = try_op(c, *OP(RESULT));
	if (c->x->kind == KIND_SET)
		cotask_set_refresh(c->x);
	return MADE;
}

static int try_fd(struct cotask_choice *c, long error)
{
	struct pollfd fd = { .fd = c->fd, .events = c->events };

	if (error && error != -EBADF)
		return error;
	if (!error && poll(&fd, 1, 0) <= 0)
		return NOT_NOW;
	c->value = error || fd.revents & POLLNVAL ? -EBADF : fd.revents;
	return MADE;
}

static int try_choice(struct cotask_choice *c, const struct watch *w)
{
	switch (c->kind) {
	case COTASK_CHOOSE_GET:
		return try_sync(c, COTASK_OP_GET);
	case COTASK_CHOOSE_PUT:
		return try_sync(c, COTASK_OP_PUT);
	case COTASK_CHOOSE_ACQUIRE:
		return try_sync(c, COTASK_OP_ACQUIRE);
	case COTASK_CHOOSE_EVENT:
		return try_event(c, w && w->happened);
	case COTASK_CHOOSE_FD:
		return try_fd(c, w ? w->error : 0);
	case COTASK_CHOOSE_DONE:
		return try_done(c);
	}
	return -EINVAL;
}

static int check_choice(const struct cotask_choice *c)
{
	static const unsigned int kind[] = {
		[COTASK_CHOOSE_GET] = COTASK_KIND_QUEUE,
		[COTASK_CHOOSE_PUT] = COTASK_KIND_QUEUE,
		[COTASK_CHOOSE_ACQUIRE] = COTASK_KIND_SEM,
		[COTASK_CHOOSE_EVENT] = COTASK_KIND_EVENT,
	};
	int rc;

	if ((unsigned int)c->kind > COTASK_CHOOSE_DONE)
		return -EINVAL;
	if (c->kind == COTASK_CHOOSE_FD)
		return c->events & ~0xffff ? -EINVAL : 0;
	rc = check_object(c->x);
	if (rc)
		return rc;
	if (is_sync(c) && c->x->kind != kind[c->kind])
		return -EINVAL;
	return c->kind == COTASK_CHOOSE_PUT && c->value < 0 ? -EINVAL : 0;
}

/* Return: the index of the choice that was made; -EAGAIN: none is possible; an error. */
static int try_choices(struct cotask_choice *choices, unsigned int n, const struct watch *watch)
{
	unsigned int i;
	int rc;

	for (i = 0; i < n; i++) {
		rc = try_choice(&choices[i], watch ? &watch[i] : NULL);
		if (rc)
			break;
	}
	if (i == n)
		return -EAGAIN;
	if (rc < 0)
		return rc;
	/* This choice may have made room for another selector. */
	if (is_sync(&choices[i]) && choices[i].x->loop->watches)
		cotask_select_wake(choices[i].x->loop, choices[i].x->handle);
	return i;
}

/* --- waiting ------------------------------------------------------------------------------- */

static long wait_for_fd(void *arg)
{
	struct watch *w = arg;
	long rc = cotask_poll(w->choice->fd, w->choice->events);

	if (rc < 0 && rc != -ECANCELED)
		w->error = rc;
	wake(w->by);
	return rc == -ECANCELED ? rc : 0;
}

static long start_fds(struct selector *s, struct cotask_group *group)
{
	unsigned int i;
	long rc = 0;

	for (i = 0; i < s->n && !rc; i++) {
		if (s->watch[i].choice->kind == COTASK_CHOOSE_FD)
			rc = cotask_go(group, wait_for_fd, &s->watch[i]);
	}
	return rc;
}

static long do_wait(struct selector *s, int64_t ns)
{
	return cotask_step_op(OP(WAIT, .addr = (uintptr_t)s->handles, .len = s->n_handles,
				 .arg = COTASK_WAIT_F_FIRST, .value = ns));
}

/* Wait with a task for each file descriptor; the tasks have ended when this returns. */
static long wait_with_fds(struct selector *s, int64_t deadline)
{
	struct cotask_group group;
	int64_t now;
	long rc;

	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = start_fds(s, &group);
	now = cotask_now();
	if (!rc)
		rc = do_wait(s, deadline == COTASK_FOREVER ? COTASK_FOREVER :
				deadline > now ? deadline - now : 0);
	if (rc > 0)
		rc = 0;
	if (!rc)
		rc = cotask_group_cancel(&group);
	rc = cotask_group_exit(&group, rc);
	if (rc)
		cotask_group_fini(&group);
	return rc;
}

/* Wait until a choice may be possible, or until the deadline. */
static long wait_once(struct selector *s, int64_t deadline)
{
	int64_t ns = COTASK_FOREVER;

	if (s->n_fds)
		return wait_with_fds(s, deadline);
	if (deadline != COTASK_FOREVER)
		ns = deadline - cotask_now();
	return do_wait(s, ns > 0 ? ns : 0);
}

static int go_to_sleep(struct selector *s)
{
	int rc;

	if (s->woken.base.handle) {
		if (!s->awake)
			return 0;
		cotask_future_fini(&s->woken);
	}
	rc = cotask_future_init(&s->woken);
	if (rc)
		return rc;
	s->awake = false;
	s->handles[0] = s->woken.base.handle;
	return 0;
}

/* --- from the beginning to the end ----------------------------------------------------------- */

static void add_choice(struct selector *s, struct cotask_choice *c)
{
	struct watch *w = &s->watch[s->n++];

	*w = (struct watch){ .by = s, .choice = c };
	if (c->kind == COTASK_CHOOSE_FD)
		s->n_fds++;
	else if (c->kind == COTASK_CHOOSE_DONE)
		s->handles[s->n_handles++] = c->x->handle;
	else
		link_watch(w);
}

static void free_memory(struct selector *s)
{
	if (s->watch != s->few_watches)
		free(s->watch);
	if (s->handles != s->few_handles)
		free(s->handles);
}

static int begin(struct selector *s, struct cotask_choice *choices, unsigned int n)
{
	unsigned int i;
	int rc;

	s->loop = loop_here();
	s->watch = n <= FEW ? s->few_watches : malloc(n * sizeof(*s->watch));
	s->handles = n <= FEW ? s->few_handles : malloc((n + 1) * sizeof(*s->handles));
	s->awake = true;
	s->woken.base = (struct cotask_awaitable){ 0 };
	s->n = 0;
	s->n_fds = 0;
	s->n_handles = 1;
	rc = s->watch && s->handles ? make_buckets(s->loop) : -ENOMEM;
	if (rc) {
		free_memory(s);
		return rc;
	}
	for (i = 0; i < n; i++)
		add_choice(s, &choices[i]);
	return 0;
}

/* @first: wake other selectors for this choice and all later ones, which may be possible. */
static void end(struct selector *s, unsigned int first)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		if (is_sync(s->watch[i].choice))
			unlink_watch(&s->watch[i]);
	}
	for (i = first; i < s->n; i++) {
		if (is_sync(s->watch[i].choice))
			cotask_select_wake(s->loop, s->watch[i].choice->x->handle);
	}
	cotask_future_fini(&s->woken);
	free_memory(s);
}

static int wait_and_try(struct selector *s, struct cotask_choice *choices, int64_t deadline)
{
	long rc;
	int i;

	for (;;) {
		rc = go_to_sleep(s);
		if (!rc)
			rc = wait_once(s, deadline);
		if (rc < 0)
			return rc;
		/* From here on, a wake-up goes to the next selector. */
		s->awake = true;
		i = try_choices(choices, s->n, s->watch);
		if (i != -EAGAIN)
			return i;
		if (deadline != COTASK_FOREVER && cotask_now() >= deadline)
			return -ETIMEDOUT;
	}
}

static int select_until(struct cotask_choice *choices, unsigned int n, int64_t deadline)
{
	struct selector s;
	int rc = begin(&s, choices, n);

	if (rc)
		return rc;
	rc = wait_and_try(&s, choices, deadline);
	if (rc >= 0)
		end(&s, rc);
	else
		end(&s, rc == -ETIMEDOUT ? n : 0);
	return rc;
}

EXPORT int cotask_select(struct cotask_choice *choices, unsigned int n, int64_t ns)
{
	int64_t now;
	unsigned int i;
	int rc;

	if (!task_here())
		return -ESRCH;
	if (!choices || !n || n >= COTASK_MEMBERS_MAX)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		rc = check_choice(&choices[i]);
		if (rc)
			return rc;
	}
	rc = cotask_io_begin();
	if (rc)
		return rc;
	rc = try_choices(choices, n, NULL);
	if (rc != -EAGAIN)
		return rc;
	if (ns <= 0)
		return -ETIMEDOUT;
	now = cotask_now();
	return select_until(choices, n, ns < COTASK_FOREVER - now ? now + ns : COTASK_FOREVER);
}
