// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the interface of a loop to its file
 */
#include "device.h"

static void wake(struct cotask_loop_host *host)
{
	cotask_file_wake(cotask_file_of(host));
}

static bool ready(struct cotask_loop_host *host)
{
	return cotask_file_is_ready(cotask_file_of(host));
}

static bool may_follow(struct cotask_loop_host *host, struct cotask_entry *e)
{
	return cotask_hosted_may_follow(cotask_file_of(host), e);
}

static bool must_return(struct cotask_loop_host *host)
{
	return cotask_file_must_return(cotask_file_of(host));
}

static void recorded(struct cotask_loop_host *host, struct cotask *t)
{
	cotask_hosted_recorded(cotask_file_of(host), t);
}

/*
 * The last reference to the file may just be dropped: each charged object holds one of its own.
 */
static int charge(struct cotask_loop_host *host, unsigned int n)
{
	struct cotask_file *f = cotask_file_of(host);
	int rc;

	if (!refcount_inc_not_zero(&f->refs))
		return -ESHUTDOWN;
	rc = cotask_file_charge_many(f, n);
	cotask_file_put(f);
	return rc;
}

static void uncharge(struct cotask_loop_host *host, unsigned int n)
{
	cotask_file_uncharge_many(cotask_file_of(host), n);
}

const struct cotask_loop_host_ops cotask_file_host_ops = {
	.wake = wake,
	.ready = ready,
	.may_follow = may_follow,
	.must_return = must_return,
	.place = cotask_hosted_place,
	.vacated = cotask_hosted_vacated,
	.recorded = recorded,
	.charge = charge,
	.uncharge = uncharge,
	.view = cotask_hosted_view,
};
