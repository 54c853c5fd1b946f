// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - POLL: waiting until a file descriptor is ready
 *
 * The file may no longer be ready when the task resumes: the process polls again.
 */
#include <linux/file.h>
#include <linux/poll.h>

#include "device.h"

static struct cotask_source *source_of(struct cotask_hosted *h)
{
	return container_of(h->aux, struct cotask_source, aux);
}

static s64 op_poll(struct cotask_request *r)
{
	__poll_t events = demangle_poll(r->op->arg);
	struct cotask_source *s;
	struct file *file;

	if (r->op->arg & ~(POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | POLLWRNORM |
			   POLLWRBAND | POLLMSG | POLLRDHUP | POLLERR | POLLHUP))
		return -EINVAL;
	file = fget(r->op->handle);
	if (!file)
		return -EBADF;
	s = cotask_source_get(r->f, file, events | EPOLLERR | EPOLLHUP);
	fput(file);
	if (IS_ERR(s))
		return PTR_ERR(s);
	cotask_hosted_issue(r, NULL, &s->aux);
	return 0;
}

static struct cotask_await perform_poll(struct cotask *task, struct cotask_hosted *h)
{
	h->value = (__force u32)cotask_source_look(source_of(h));
	if (h->value)
		return cotask_yield(task);
	return cotask_source_wait(task, source_of(h));
}

static long finish_poll(struct cotask_hosted *h, long rc)
{
	__poll_t mask = (__force __poll_t)(u32)h->value;

	if (rc < 0)
		return rc;
	if (!mask)
		mask = (__force __poll_t)(u32)rc;
	if (rc & COTASK_SOURCE_UNKNOWN)
		mask = cotask_source_look(source_of(h));
	return mangle_poll(mask);
}

const struct cotask_op_row cotask_op_poll = {
	.issue = op_poll,
	.perform = perform_poll,
	.finish = finish_poll,
	.is = NEEDS_TASK | NO_OBJECT | USES_ARG | RESUMES_SIMPLY,
};

/* How many tasks wait on a source.  The owner. */
static s64 count(struct cotask_source *s)
{
	struct list_head *link;
	s64 n = 0;

	list_for_each(link, &s->base.waiters) {
		cotask_loop_spend(s->f->loop, 1);
		n++;
	}
	return n;
}

static s64 end_sources_of(struct cotask_file *f, struct cotask_poller *by, const struct file *of)
{
	struct cotask_source *s;
	struct file *file;
	s64 n = 0;

	for (;;) {
		spin_lock(&f->polls_lock);
		s = cotask_source_take(by, of, &file);
		spin_unlock(&f->polls_lock);
		if (!s)
			return n;
		n += count(s);
		cotask_source_end(s, file, -EBADF);
		cotask_loop_spend(f->loop, 2);
	}
}

static s64 op_poll_end(struct cotask_request *r)
{
	struct file *file = fget(r->op->handle);
	struct cotask_poller *by;
	s64 n = 0;

	if (!file)
		return -EBADF;
	by = cotask_poller_find(r->f, current->files);
	if (by) {
		n = end_sources_of(r->f, by, file);
		cotask_poller_put(r->f, by);
	}
	fput(file);
	return n;
}

const struct cotask_op_row cotask_op_poll_end = {
	.issue = op_poll_end,
	.is = NO_OBJECT,
};
