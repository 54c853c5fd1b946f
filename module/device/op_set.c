// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - operations of the device: several awaitables at once
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "device.h"

/* --- members ------------------------------------------------------------- */

/* Number of members whose memory counts as one object. */
#define MEMBERS_OF_AN_OBJECT	4

/**
 * struct members - the members that a process has named
 * @f: its file; NULL: there are none
 * @charged: number of objects that they count as
 * @n: their number
 * @member: for the core
 * @object: a reference to each
 * @handle: its handle
 */
struct members {
	struct cotask_file	*f;
	unsigned int		charged;
	unsigned int		n;
	struct cotask_member	*member;
	struct cotask_object	**object;
	u32			*handle;
};

static void members_put(struct members *m)
{
	while (m->n) {
		cotask_object_put(m->object[--m->n]);
		cotask_walk_step(m->f->loop, 1);
	}
	kvfree(m->member);
	kvfree(m->object);
	kvfree(m->handle);
	if (m->f)
		cotask_file_uncharge_many(m->f, m->charged);
}

static int members_find(struct cotask_file *f, struct members *m, unsigned int n)
{
	while (m->n < n) {
		struct cotask_object *o = cotask_object_find(f, m->handle[m->n], AWAITABLE_KINDS);
		struct cotask_awaitable *x;

		if (IS_ERR(o))
			return PTR_ERR(o);
		m->object[m->n++] = o;
		x = cotask_object_awaitable(o);
		if (!x)
			return -ENOENT;
		m->member[m->n - 1] = COTASK_MEMBER(x);
		if (cotask_loop_spend_or_stop(f->loop, 3))
			return -EINTR;
	}
	return 0;
}

/* The members of an operation; put on failure. */
static int members_get(struct cotask_request *r, struct members *m)
{
	unsigned int n = r->op->len;
	int rc;

	*m = (struct members){};
	if (n > COTASK_MEMBERS_MAX)
		return -EINVAL;
	m->charged = DIV_ROUND_UP(n, MEMBERS_OF_AN_OBJECT);
	rc = cotask_file_charge_many(r->f, m->charged);
	if (rc)
		return rc;
	m->f = r->f;
	rc = -ENOMEM;
	m->handle = kvmalloc_array(n, sizeof(*m->handle), GFP_KERNEL_ACCOUNT);
	m->object = kvmalloc_array(n, sizeof(*m->object), GFP_KERNEL_ACCOUNT);
	m->member = kvcalloc(n, sizeof(*m->member), GFP_KERNEL_ACCOUNT);
	/* The pages of many members take long to copy. */
	cotask_loop_spend(r->f->loop, n / MEMBERS_OF_AN_OBJECT);
	if (!n || (m->handle && m->object && m->member))
		rc = 0;
	if (!rc && copy_from_user(m->handle, u64_to_user_ptr(r->op->addr),
				  array_size(n, sizeof(*m->handle))))
		rc = -EFAULT;
	rc = rc ?: members_find(r->f, m, n);
	if (rc)
		members_put(m);
	return rc;
}

/* --- gather, race -------------------------------------------------------- */

/**
 * struct set_object - a gather
 * @object: what its handle names
 * @set: the set
 * @members: the awaitables that it follows
 */
struct set_object {
	struct cotask_object	object;
	struct cotask_set	set;
	struct members		members;
};

static struct set_object *set_of(struct cotask_object *o)
{
	return container_of(o, struct set_object, object);
}

static void set_fini(struct cotask_object *o)
{
	cotask_set_drop(&set_of(o)->set);
	members_put(&set_of(o)->members);
}

static struct cotask_awaitable *set_awaitable(struct cotask_object *o)
{
	return &set_of(o)->set.base;
}

const struct cotask_object_ops cotask_set_object = {
	.size = sizeof(struct set_object),
	.fini = set_fini,
	.awaitable = set_awaitable,
};

/* Index of the winner of a race. */
s64 cotask_set_object_winner(struct cotask_object *o)
{
	const struct set_object *s = set_of(o);

	return s->set.winner ? s->set.winner - s->members.member : -ENOENT;
}

static int gather_begin(struct cotask_file *f, struct set_object *s, u32 arg)
{
	struct cotask_awaitable *x;
	u32 flags = 0;

	if (arg & COTASK_GATHER_F_RACE) {
		if (arg != COTASK_GATHER_F_RACE)
			return -EINVAL;
		x = cotask_race(&s->set, cotask_loop_root(f->loop), s->members.member,
				s->members.n);
		return PTR_ERR_OR_ZERO(x);
	}
	if (arg & ~(COTASK_GATHER_F_COLLECT | COTASK_GATHER_F_FAIL_FAST))
		return -EINVAL;
	if (arg & COTASK_GATHER_F_COLLECT)
		flags |= COTASK_GATHER_COLLECT;
	if (arg & COTASK_GATHER_F_FAIL_FAST)
		flags |= COTASK_GATHER_FAIL_FAST;
	x = cotask_gather(&s->set, cotask_loop_root(f->loop), s->members.member, s->members.n,
			  flags);
	return PTR_ERR_OR_ZERO(x);
}

static s64 op_gather(struct cotask_request *r)
{
	struct members members;
	struct set_object *s;
	int rc = members_get(r, &members);

	if (rc)
		return rc;
	s = cotask_object_new(r->f, r->op->handle, COTASK_OBJECT_SET);
	if (IS_ERR(s)) {
		members_put(&members);
		return PTR_ERR(s);
	}
	s->members = members;
	rc = gather_begin(r->f, s, r->op->arg);
	if (rc)
		members_put(&s->members);
	return cotask_object_finish(&s->object, r->op->handle, rc);
}

const struct cotask_op_row cotask_op_gather = {
	.issue = op_gather,
	.is = MAY_HAVE_TASK | NO_OBJECT | USES_MEMORY | USES_ARG,
};

/* --- wait ---------------------------------------------------------------- */

/**
 * struct wait - WAIT
 * @aux: of the operation
 * @wait: of the core
 * @members: the awaitables that it follows
 */
struct wait {
	struct cotask_aux	aux;
	struct cotask_wait	wait;
	struct members		members;
};

static struct wait *wait_of(struct cotask_aux *aux)
{
	return container_of(aux, struct wait, aux);
}

static void wait_drop(struct cotask_aux *aux)
{
	struct wait *w = wait_of(aux);

	cotask_set_drop(&w->wait.set);
	members_put(&w->members);
	kfree(w);
}

static s64 op_wait(struct cotask_request *r)
{
	struct wait *w;
	int rc;

	if (r->op->arg > COTASK_WAIT_F_FIRST_ERROR || !r->op->len)
		return -EINVAL;
	w = kzalloc(sizeof(*w), GFP_KERNEL_ACCOUNT);
	if (!w)
		return -ENOMEM;
	rc = members_get(r, &w->members);
	if (rc) {
		kfree(w);
		return rc;
	}
	w->aux.drop = wait_drop;
	cotask_hosted_issue(r, NULL, &w->aux);
	return 0;
}

static struct cotask_await perform_members(struct cotask *task, struct cotask_hosted *h)
{
	static const enum cotask_wait_mode modes[] = {
		[COTASK_WAIT_F_ALL] = COTASK_WAIT_ALL,
		[COTASK_WAIT_F_FIRST] = COTASK_WAIT_FIRST,
		[COTASK_WAIT_F_FIRST_ERROR] = COTASK_WAIT_FIRST_ERROR,
	};
	struct wait *w = wait_of(h->aux);

	return cotask_wait_members(task, &w->wait, w->members.member, w->members.n,
				   modes[h->arg], h->value);
}

static long finish_members(struct cotask_hosted *h, long rc)
{
	return rc ?: wait_of(h->aux)->wait.done;
}

const struct cotask_op_row cotask_op_wait = {
	.issue = op_wait,
	.perform = perform_members,
	.finish = finish_members,
	.is = NEEDS_TASK | USES_MEMORY | USES_ARG | USES_VALUE,
};

/* --- as_completed -------------------------------------------------------- */

/**
 * struct iteration_object - an iteration
 * @object: what its handle names
 * @it: the iteration
 * @members: the awaitables that it follows
 */
struct iteration_object {
	struct cotask_object		object;
	struct cotask_as_completed	it;
	struct members			members;
};

static struct iteration_object *iteration_of(struct cotask_object *o)
{
	return container_of(o, struct iteration_object, object);
}

static void iteration_fini(struct cotask_object *o)
{
	cotask_as_completed_end(&iteration_of(o)->it);
	members_put(&iteration_of(o)->members);
}

const struct cotask_object_ops cotask_iteration_object = {
	.size = sizeof(struct iteration_object),
	.fini = iteration_fini,
};

static s64 op_iterate(struct cotask_request *r)
{
	struct iteration_object *i;
	struct members members;
	int rc = members_get(r, &members);

	if (rc)
		return rc;
	i = cotask_object_new(r->f, r->op->handle, COTASK_OBJECT_ITERATION);
	if (IS_ERR(i)) {
		members_put(&members);
		return PTR_ERR(i);
	}
	i->members = members;
	rc = cotask_as_completed(&i->it, cotask_loop_root(r->f->loop), members.member, members.n,
				 r->op->value);
	if (rc)
		members_put(&i->members);
	return cotask_object_finish(&i->object, r->op->handle, rc);
}

const struct cotask_op_row cotask_op_iterate = {
	.issue = op_iterate,
	.is = MAY_HAVE_TASK | NO_OBJECT | USES_MEMORY | USES_VALUE,
};

/**
 * struct next - NEXT
 * @aux: of the operation
 * @next: of the core
 */
struct next {
	struct cotask_aux	aux;
	struct cotask_next	next;
};

static struct next *next_of(struct cotask_aux *aux)
{
	return container_of(aux, struct next, aux);
}

static s64 op_next(struct cotask_request *r)
{
	return cotask_hosted_issue_with(r, sizeof(struct next));
}

static struct cotask_await perform_next(struct cotask *task, struct cotask_hosted *h)
{
	return cotask_as_completed_next(task, &next_of(h->aux)->next,
					&iteration_of(h->awaited)->it);
}

static long finish_next(struct cotask_hosted *h, long rc)
{
	const struct iteration_object *i = iteration_of(h->awaited);
	const struct next *n = next_of(h->aux);

	if (rc != 1)
		return rc;
	return i->members.handle[n->next.member - i->members.member];
}

const struct cotask_op_row cotask_op_next = {
	.issue = op_next,
	.perform = perform_next,
	.finish = finish_next,
	.kinds = BIT(COTASK_OBJECT_ITERATION),
	.is = NEEDS_TASK,
};
