/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - tasks and their steps
 *
 * A part of core.h.
 */
#ifndef COTASK_TASK_H
#define COTASK_TASK_H

/* name.c */
struct cotask_name;
int cotask_name_init(void);
void cotask_name_exit(void);
struct cotask_name *cotask_name_new(const char *text, gfp_t gfp);
void cotask_name_free(struct cotask_name *name);
unsigned int cotask_name_char(const char *text);
char *cotask_printable_name(const struct cotask *task, char *buf, size_t size);

int cotask_task_init(void);
void cotask_task_exit(void);
void cotask_task_admit(struct cotask *t);
bool cotask_task_post(struct cotask *t);
void cotask_task_record(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_task_run(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_task_settle_grant(struct cotask *t, bool kept);
void cotask_task_step(struct cotask_loop *loop, struct cotask *t);
void cotask_task_finish(struct cotask *t, long rc);
/* Begins an await of a task, in its step, outside of its frames. */
typedef struct cotask_await (*cotask_next_fn)(struct cotask *t);

void cotask_task_resume(struct cotask *t, cotask_next_fn next);
bool cotask_task_revise(struct cotask *t, bool started, long *rc);
struct cotask *cotask_task_prepare(struct cotask_group *g, struct cotask_loop *loop,
				   struct cotask_frame *frame,
				   const struct cotask_spawn_args *args);
void cotask_task_discard(struct cotask *t, struct cotask_frame *frame);
void cotask_task_joined(struct cotask *t);
void cotask_task_start(struct cotask *t, u32 flags);
u64 cotask_task_last_id(void);
void cotask_task_born_level(struct cotask *t);
void cotask_frame_refuse(struct cotask_frame *frame);
void cotask_frame_refuse_fresh(struct cotask_frame *frame);
struct cotask *cotask_spawn_paid(struct cotask_group *group, struct cotask_frame *frame,
				 const struct cotask_spawn_args *args);
struct cotask_group *cotask_group_for_spawn(struct cotask_group *g);
struct cotask_loop *cotask_awaitable_pin_loop(struct cotask_awaitable *x);
struct cotask_loop *cotask_group_pin_loop(struct cotask_group *g);
void cotask_unpin_loop(struct cotask_loop *loop);
struct cotask_await cotask_refuse(struct cotask *task, long rc);
struct cotask_await cotask_park(struct cotask *task, struct cotask_awaitable *x);
struct cotask_await cotask_park_known(struct cotask *task, struct cotask_awaitable *x);
int cotask_await_refusal(const struct cotask *task, struct cotask_awaitable *x);
const char *cotask_task_state(const struct cotask *t);

/* start.c */
struct cotask_await cotask_start_child(struct cotask *task, struct cotask_start *s,
				       struct cotask *child);
struct cotask_start *cotask_start_of(struct cotask *child);

/* Queue a task that no longer waits; @rc is the outcome of its await.  Owner. */
static inline void cotask_task_queue(struct cotask *t, long rc)
{
	t->base.result = rc;
	t->waits_on = NULL;
	t->entry.flags &= ~COTASK_T_WATCH;
	trace_cotask_wake(t, rc);
	if (unlikely(cotask_accounts(t->base.loop)))
		cotask_account_woken(t);
	cotask_loop_queue(t->base.loop, &t->entry);
}

extern struct cotask_awaitable cotask_sleeping;

/* What it waits for; to be in the deadline queue is to sleep, see sleep.c. */
static inline struct cotask_awaitable *cotask_task_waits_on(const struct cotask *t)
{
	/* It has failed_in there by then; a shield that follows it may not have seen its end. */
	if (cotask_done(t))
		return NULL;
	if (t->entry.level != COTASK_NO_DEADLINE)
		return &cotask_sleeping;
	return t->entry.flags & COTASK_T_GRANTED ? NULL : t->waits_on;
}

/* Whether none of its code has run.  An await sets frame->at. */
static inline bool cotask_task_unstarted(const struct cotask *t)
{
	return t->frame && !t->frame->outer && !t->frame->at;
}

/*
 * Whether the error of a task that is done is for another task, and not one of its group.  The
 * owner, when the end is recorded; for a hosted task any thread: its bits are final once it is
 * done, while the owner may be changing others.
 */
static inline bool cotask_task_is_apart(const struct cotask *t)
{
	/* Only constant bits are used. */
	return data_race(READ_ONCE(t->entry.flags)) & (COTASK_T_APART | COTASK_T_STARTING);
}

/* Whether a task waits for it to be ready, see start.c.  Owner. */
static inline bool cotask_task_is_starting(const struct cotask *t)
{
	return t->entry.flags & COTASK_T_STARTING;
}

/* cycle.c */
bool cotask_cycle_closes(const struct cotask *task, struct cotask_awaitable *x);

/* context.c */
unsigned long cotask_context_copy(struct cotask *spawner);
long cotask_context_find(unsigned long context, const struct cotask_var *var,
			 long otherwise);
void cotask_context_drop(unsigned long context);
unsigned long cotask_context_explicit(struct cotask_context *ctx);

#endif /* COTASK_TASK_H */
