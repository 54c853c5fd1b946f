// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the inbox of a loop: what other contexts post to its owner
 *
 * Any context pushes to a lock-free stack.  The owner takes all of it, and appends it in order to
 * @taken, where posts wait that the owner has not acted on.  Other processes determine how many
 * posts there are, so each step of a walk over them is paid, and no post is visited twice by the
 * same kind of walk.
 *
 * The head of the stack decides: a post is in front of what the owner takes out when it closes
 * the inbox, or is refused.  The owner never has to wait for a post in between.
 */
#include "core.h"

/* What a post costs, in steps of the budget. */
#define POST_COST	8

/* So many posts are put into order, or looked at, for one step of the budget. */
#define LOOKS		16

/* What the inbox of a loop that has ended begins with: nothing is put before it any more. */
static struct llist_node inbox_closed;

/**
 * cotask_loop_post - post an entry to the inbox
 * @loop: the loop
 * @post: not in the inbox
 *
 * Context: Any.
 * Return: 0, and ops->posted() is going to be called by the owner; -ESHUTDOWN.
 */
int cotask_loop_post(struct cotask_loop *loop, struct cotask_post *post)
{
	struct llist_node *first;
	int rc = 0;

	/* Once the post is in, the owner may end the loop: its memory stays for the wake-up. */
	rcu_read_lock();
	cotask_race_point(POST, loop);
	/* What is refused sees all that the loop has done before it closed. */
	first = smp_load_acquire(&loop->inbox.first);
	do {
		if (unlikely(first == &inbox_closed)) {
			rc = -ESHUTDOWN;
			break;
		}
		post->node.next = first;
	} while (!try_cmpxchg(&loop->inbox.first, &first, &post->node));
	/* Only the first one has to wake the owner. */
	if (!rc && !first)
		cotask_loop_wake(loop);
	rcu_read_unlock();
	return rc;
}

void cotask_inbox_init(struct cotask_loop *loop)
{
	init_llist_head(&loop->inbox);
	loop->taken = NULL;
	loop->taken_end = &loop->taken;
	loop->unsearched = &loop->taken;
}

/* Whether the loop has posts that it has not acted on. */
bool cotask_inbox_any(const struct cotask_loop *loop)
{
	const struct llist_node *first = READ_ONCE(loop->inbox.first);

	return loop->taken || (first && first != &inbox_closed);
}

/* llist_reverse_order() at a price: the owner may breathe, as only it knows these nodes. */
static struct llist_node *in_order(struct cotask_loop *loop, struct llist_node *node)
{
	struct llist_node *first = NULL, *next;
	unsigned int n = 0;

	for (; node; node = next) {
		next = node->next;
		node->next = first;
		first = node;
		if (++n % LOOKS == 0)
			cotask_loop_spend(loop, 1);
	}
	return first;
}

/* Behind what was taken before and not acted on yet; @newest: what was posted last. */
static void append(struct cotask_loop *loop, struct llist_node *newest)
{
	if (!newest)
		return;
	*loop->taken_end = in_order(loop, newest);
	loop->taken_end = &newest->next;
}

static void take(struct cotask_loop *loop)
{
	cotask_race_point(TAKE, loop);
	if (likely(!loop->closed))
		append(loop, llist_del_all(&loop->inbox));
}

/* The last posts; from here on there are none. */
void cotask_inbox_close(struct cotask_loop *loop)
{
	if (loop->closed)
		return;
	cotask_race_point(CLOSE, loop);
	/* A poster that is refused sees what was done before, see cotask_loop_post(). */
	append(loop, xchg(&loop->inbox.first, &inbox_closed));
	WRITE_ONCE(loop->closed, true);
}

/*
 * The same at a moment when there is nothing in it, nor left to do: a caller that is refused
 * from then on knows that all that was posted before has run.
 */
bool cotask_inbox_close_empty(struct cotask_loop *loop)
{
	struct llist_node *empty = NULL;

	cotask_race_point(CLOSE, loop);
	if (loop->taken || !try_cmpxchg(&loop->inbox.first, &empty, &inbox_closed))
		return false;
	WRITE_ONCE(loop->closed, true);
	return true;
}

/* The post at a link of the list of taken ones leaves it. */
static struct cotask_post *take_out(struct cotask_loop *loop, struct llist_node **at)
{
	struct llist_node *node = *at;

	*at = node->next;
	if (loop->taken_end == &node->next)
		loop->taken_end = at;
	if (loop->unsearched == &node->next)
		loop->unsearched = at;
	return llist_entry(node, struct cotask_post, node);
}

static void act_on_first(struct cotask_loop *loop)
{
	struct cotask_post *post = take_out(loop, &loop->taken);

	post->ops->posted(post);
}

/* The owner acts on all posts in the inbox, in FIFO order. */
void cotask_inbox_take_in(struct cotask_loop *loop)
{
	for (take(loop); loop->taken; ) {
		act_on_first(loop);
		cotask_loop_spend(loop, POST_COST);
	}
}

/**
 * cotask_inbox_begin_turn - act on the posts in the inbox, until the turn has to be left
 * @loop: the loop; the caller owns it
 *
 * Return: false if it has to be left; the rest of the posts comes in the next one.
 */
bool cotask_inbox_begin_turn(struct cotask_loop *loop)
{
	for (take(loop); loop->taken; ) {
		act_on_first(loop);
		if (cotask_turn_spend(loop, POST_COST))
			return false;
	}
	return true;
}

/*
 * The same for futures only, which have their outcome: that queues entries, and does nothing
 * else.  Before @unsearched there are none.
 */
static void take_in_futures(struct cotask_loop *loop)
{
	struct cotask_post *post;
	unsigned int n = 0;

	take(loop);
	while (*loop->unsearched) {
		post = llist_entry(*loop->unsearched, struct cotask_post, node);
		if (post->ops == &cotask_future_ops) {
			take_out(loop, loop->unsearched);
			post->ops->posted(post);
			cotask_loop_spend(loop, POST_COST);
		} else {
			loop->unsearched = &post->node.next;
			if (++n % LOOKS == 0)
				cotask_loop_spend(loop, 1);
		}
	}
}

/**
 * cotask_inbox_await_woken - sleep until a future that was completed elsewhere has arrived
 * @loop: the loop; the caller owns it
 * @e: among the waiters of the future
 *
 * For memory that is about to be freed.  Everything else waits for its turn.  Once the inbox is
 * closed and empty the post was refused, and @e is left to the caller.
 *
 * Context: Process context, sleeps.
 */
void cotask_inbox_await_woken(struct cotask_loop *loop, struct cotask_entry *e)
{
	while (!(e->flags & COTASK_E_WOKEN)) {
		take_in_futures(loop);
		if ((e->flags & COTASK_E_WOKEN) || loop->closed)
			return;
		prepare_to_rcuwait(&loop->idle);
		/* Before looking; pairs with rcuwait_wake_up(). */
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (llist_empty(&loop->inbox))
			schedule();
		finish_rcuwait(&loop->idle);
	}
}
