/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - awaitables: kinds, waiting, completion, deferred freeing
 *
 * A part of core.h.
 */
#ifndef COTASK_AWAITABLE_H
#define COTASK_AWAITABLE_H

struct cotask_member;
struct cotask_set;

/**
 * struct cotask_awaitable_ops - one kind of awaitable
 * @name: shown in views and logs
 * @cancel: ask @x to cancel, on behalf of @waiter, which waits on it, or NULL;
 *	true: @x has accepted and will resume @waiter; false: it declines, for good, as its
 *	outcome is there (but see @elsewhere).  NULL: a task, handled by cancel.c without recursion
 * @decided: of what can be a member of a set: another thread has decided the outcome that @x
 *	is going to have, so that it declines; NULL: only if the outcome of @x itself was chosen
 * @posted: it was found in the inbox
 * @lost: what @x has granted to @task does not reach it, as it was cancelled
 * @let_go: @x is part of a frame that goes: complete it, follow nothing.  NULL:
 *	it follows nothing
 * @tasks: the fan-out to tasks that were spawned with @x, if the task with the number @maker has
 *	made @x: these have to end before its frame goes.  NULL, and NULL: there are none
 * @inner: the single awaitable that has to end before @x does; NULL: there is none
 * @forgo: an await of @x was refused: if @x was made for that await, drop it; or NULL
 * @set: the set that a task follows which waits on @x; NULL: none
 * @member: of a set: a member has ended
 * @alarm: of a set: its time is up
 * @holder: number of the task that holds it; 0: none.  NULL: it cannot be held
 * @internal: has no outcome of its own: cannot be awaited by hand
 * @elsewhere: the code of a task that waits on it runs elsewhere meanwhile, or is to run there
 * @bare: nothing but its waiters refers to it: its memory may go when it has none
 *
 * All are called by the owner.
 */
struct cotask_awaitable_ops {
	const char *name;
	bool (*cancel)(struct cotask_awaitable *x, struct cotask *waiter,
		       const struct cotask_reason *why);
	bool (*decided)(const struct cotask_awaitable *x);
	void (*posted)(struct cotask_post *post);
	void (*lost)(struct cotask_awaitable *x, struct cotask *task);
	void (*let_go)(struct cotask_awaitable *x, struct cotask *waiter);
	struct cotask_fanout *(*tasks)(struct cotask_awaitable *x, u64 maker);
	struct cotask_awaitable *(*inner)(struct cotask_awaitable *x);
	void (*forgo)(struct cotask_awaitable *x);
	struct cotask_set *(*set)(struct cotask_awaitable *x);
	void (*member)(struct cotask_set *s, struct cotask_member *m);
	void (*alarm)(struct cotask_set *s);
	u64 (*holder)(const struct cotask_awaitable *x);
	bool internal;
	bool elsewhere;
	bool bare;
};

extern const struct cotask_awaitable_ops cotask_task_ops;
extern const struct cotask_awaitable_ops cotask_future_ops;
extern const struct cotask_awaitable_ops cotask_group_ops;
extern const struct cotask_awaitable_ops cotask_sleep_ops;
extern const struct cotask_awaitable_ops cotask_callback_ops;

static inline bool cotask_is_task(const struct cotask_awaitable *x)
{
	return x->post.ops == &cotask_task_ops;
}

static inline struct cotask *cotask_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask, base);
}

typedef int cotask_callback_fn(struct cotask_callback *cb, struct cotask_awaitable *x);

/* awaitable.c */
int cotask_on_done_own(struct cotask_awaitable *x, struct cotask_callback *cb,
		       cotask_callback_fn *fn);
int cotask_call_soon_own(struct cotask_loop *loop, struct cotask_callback *cb,
			 cotask_callback_fn *fn);
void cotask_awaitable_init(struct cotask_awaitable *x, struct cotask_loop *loop,
			   const struct cotask_awaitable_ops *ops);
bool cotask_awaitable_wait(struct cotask_awaitable *x, struct cotask_entry *e);
void cotask_awaitable_wake(struct cotask_awaitable *x);
void cotask_awaitable_settle(struct cotask_awaitable *x, long result, int how);
bool cotask_awaitable_leave(struct cotask_awaitable *x, struct cotask_entry *e);
bool cotask_awaitable_detach(struct cotask_awaitable *x, struct cotask_entry *e);
void cotask_awaitable_unread(struct cotask_awaitable *x, struct cotask *task);
bool cotask_awaitable_failed(const struct cotask_awaitable *x);
bool cotask_awaitable_unlooked(const struct cotask_awaitable *x);
bool cotask_awaitable_cancel_own(struct cotask_awaitable *x);
bool cotask_awaitable_cancel_for(struct cotask_awaitable *x,
				 const struct cotask_reason *why);
void cotask_awaitable_mark_read(struct cotask_awaitable *x);
void cotask_awaitable_pass_read(const struct cotask_awaitable *x, struct cotask *task);
bool cotask_awaitable_return_callbacks(struct cotask_awaitable *x);
void cotask_callback_run(struct cotask_loop *loop, struct cotask_entry *e);

/* defer.c */

/**
 * struct cotask_deferred - memory that may have to be freed later
 * @node: in the list of it
 * @free: frees it
 */
struct cotask_deferred {
	struct llist_node node;
	void (*free)(struct cotask_deferred *d);
};

void cotask_free_where_possible(struct cotask_deferred *d,
				void (*free)(struct cotask_deferred *d));
void cotask_defer_wait(void);

/* Hard interrupts and raw spinlocks of PREEMPT_RT cannot call the allocator. */
static inline bool cotask_has_allocator(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) || preemptible();
}

/* block.c */
void cotask_block_init(void);
void cotask_block_wake(const struct cotask_awaitable *x);
int cotask_block_on(const struct cotask_awaitable *x, long timeout, unsigned int state);

/* future.c */
void cotask_future_setup(struct cotask_future *f, struct cotask_loop *loop);
bool cotask_future_teardown(struct cotask_future *f);
bool cotask_future_settle(struct cotask_awaitable *x, long result, int how);
bool cotask_future_settle_atomic(struct cotask_awaitable *x, long result, int how);

#endif /* COTASK_AWAITABLE_H */
