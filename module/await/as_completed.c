// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - as_completed: several awaitables, one after the other as they end
 *
 * A set that appends each member that has ended to a list, and a semaphore with a
 * permit for each of these.  The first members of the list are those of tasks that have a
 * permit and have not resumed: they were served before a task that asks now (AC-7).
 */
#include "set.h"
#include "sync.h"

static struct cotask_as_completed *of_set(struct cotask_set *s)
{
	return container_of(s, struct cotask_as_completed, set);
}

static void member_ended(struct cotask_set *s, struct cotask_member *m)
{
	struct cotask_as_completed *it = of_set(s);
	unsigned long free = it->permits.free;

	m->done = true;
	m->result = m->x->result;
	list_add_tail(&m->entry.link, &it->ended);
	cotask_sem_release(&it->permits);
	/* Otherwise a task was served with it. */
	if (it->permits.free != free && !free)
		it->unserved = &m->entry.link;
}

/*
 * Members that have ended remain available; no further ones are added (AC-4).  That the time is up
 * is an item, too: each waiter is granted one.
 */
static void alarm(struct cotask_set *s)
{
	struct cotask_sem *permits = &of_set(s)->permits;

	cotask_set_detach(s);
	while (cotask_sync_grant(&permits->base, -ETIMEDOUT))
		cotask_loop_spend(s->base.loop, 1);
	cotask_sem_shutdown(permits, -ETIMEDOUT);
}

const struct cotask_awaitable_ops cotask_as_completed_ops = {
	.name = "as_completed",
	.member = member_ended,
	.alarm = alarm,
	.internal = true,
};

static struct cotask_set *set_of_permits(struct cotask_awaitable *x)
{
	return &container_of(x, struct cotask_as_completed, permits.base)->set;
}

/*
 * A task that waits on the permits is in the frame of its next.  When it stops waiting without a
 * member, another task can request one in its place (AC-7).  This is not left to its step, which
 * does not run if the task is doomed, nor to the release of its frame: the iterator may be in the
 * frame of a doomed task that is released before.
 */
static void give_back(struct cotask *waiter)
{
	struct cotask_next *next = container_of(waiter->frame, struct cotask_next, frame);

	if (next->requested)
		next->it->left++;
	next->requested = false;
}

static bool next_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			const struct cotask_reason *why)
{
	give_back(waiter);
	return cotask_sync_cancel(x, waiter, why);
}

static void next_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	next_cancel(x, waiter, NULL);
}

/* A task that was served does not take its item: a member, or that the time is up. */
static void item_lost(struct cotask_awaitable *x, struct cotask *task)
{
	struct cotask_as_completed *it = of_set(set_of_permits(x));
	unsigned long free = it->permits.free;

	give_back(task);
	if (task->base.result)
		return;
	cotask_sem_lost(x, task);
	/* No task waits: the last member in front of @unserved is available again. */
	if (it->permits.free != free)
		it->unserved = it->unserved->prev;
}

static const struct cotask_awaitable_ops permits_ops = {
	.name = "as_completed",
	.cancel = next_cancel,
	.lost = item_lost,
	.let_go = next_let_go,
	.set = set_of_permits,
	.internal = true,
	.bare = true,
};

/**
 * cotask_as_completed - begin to iterate over awaitables in the order in which they end
 * @it: the iterator, not in use; to be ended by cotask_as_completed_end()
 * @group: owner of the tasks of coroutines; NULL: as for cotask_spawn()
 * @members: awaitables and coroutines; stay as long as @it.  An argument that is
 *	repeated is one member (AC-1)
 * @n: how many
 * @timeout_ns: for the whole iteration, from here (AC-4); COTASK_FOREVER
 *
 * Iterating cancels no member (AC-5).
 *
 * Context: The loop's owner.
 * Return: 0; the errors of cotask_gather().
 */
int cotask_as_completed(struct cotask_as_completed *it, struct cotask_group *group,
			struct cotask_member *members, unsigned int n, s64 timeout_ns)
{
	unsigned int i;
	int rc;

	if (!it || (!members && n))
		return -EINVAL;
	rc = cotask_set_follow(&it->set, group, members, n, &cotask_as_completed_ops);
	if (rc)
		return rc;
	cotask_sem_setup(&it->permits, it->set.base.loop, 0, n, &permits_ops);
	INIT_LIST_HEAD(&it->ended);
	it->unserved = &it->ended;
	it->left = 0;
	for (i = 0; i < n; i++)
		it->left += !(members[i].entry.flags & MEMBER_REPEATED);
	cotask_set_arm(&it->set, timeout_ns);
	/* Those that were done before come first, in the order of arguments (AC-2). */
	cotask_set_take_in(&it->set);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_as_completed);

static long take(struct cotask_next *next, struct list_head *ended)
{
	next->member = list_entry(ended, struct cotask_member, entry.link);
	list_del_init(&next->member->entry.link);
	cotask_awaitable_mark_read(next->member->x);
	return 1;
}

static long next_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_next *next = container_of(frame, struct cotask_next, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, cotask_sem_acquire(task, &next->it->permits));
	if (!rc)
		return take(next, next->it->ended.next);
	/* Not allowed to wait. */
	if (rc != -ETIMEDOUT)
		give_back(task);
	return rc;
}

/**
 * cotask_as_completed_next - the next member that ends
 * @task: the current task
 * @next: not in use; stays until the await is over; @next->member is the member
 * @it: the iterator
 *
 * Several waiters are served in FIFO order (AC-7).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 1; 0 when there are no more;
 *	-ETIMEDOUT, once for each member that has not ended in time (AC-4);
 *	-ECANCELED; -EINVAL if an argument is missing; -EXDEV if @it belongs to another loop.
 */
struct cotask_await cotask_as_completed_next(struct cotask *task, struct cotask_next *next,
					     struct cotask_as_completed *it)
{
	struct list_head *ended;

	if (!next || !it)
		return cotask_refuse(task, -EINVAL);
	if (it->set.base.loop && it->set.base.loop != task->base.loop)
		return cotask_refuse(task, -EXDEV);
	next->it = it;
	next->member = NULL;
	next->requested = true;
	if (!it->left)
		return cotask_refuse(task, 0);
	it->left--;
	if (cotask_sem_try_acquire(&it->permits)) {
		ended = it->unserved;
		it->unserved = ended->next;
		return cotask_refuse(task, take(next, ended));
	}
	return cotask_call(task, cotask_frame_init(&next->frame, next_step, NULL));
}
EXPORT_SYMBOL_GPL(cotask_as_completed_next);

/**
 * cotask_as_completed_end - end an iteration
 * @it: an iterator without waiters; or memory that was cleared and never used
 *
 * The members that have not ended continue.
 *
 * Context: The loop's owner.
 */
void cotask_as_completed_end(struct cotask_as_completed *it)
{
	cotask_set_drop(&it->set);
}
EXPORT_SYMBOL_GPL(cotask_as_completed_end);
