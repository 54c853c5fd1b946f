// SPDX-License-Identifier: MIT
/*
 * The tutorial: the programs of the kernel's demo, in a process
 *
 * Two calls in sequence (3 s), two tasks (2 s), a group (2 s), and sleepers that a timeout
 * cancels (1 s).
 */
#include <cotask.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct say {
	int64_t delay;
	const char *text;
};

static long say_after(void *arg)
{
	const struct say *say = arg;
	long rc = cotask_sleep(say->delay);

	if (rc < 0)
		return rc;
	puts(say->text);
	return 0;
}

static struct say hello = { 1 * COTASK_SEC, "hello" };
static struct say world = { 2 * COTASK_SEC, "world" };

static long one_after_the_other(void)
{
	long rc = say_after(&hello);

	return rc < 0 ? rc : say_after(&world);
}

static long two_tasks(void)
{
	struct cotask *first = cotask_spawn(NULL, say_after, &hello, "first");
	struct cotask *second = cotask_spawn(NULL, say_after, &world, "second");
	long rc = cotask_join(first);

	if (rc >= 0)
		rc = cotask_join(second);
	cotask_put(first);
	cotask_put(second);
	return rc;
}

static long a_group(void)
{
	struct cotask_group group;
	long rc;

	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = cotask_go(&group, say_after, &hello);
	if (!rc)
		rc = cotask_go(&group, say_after, &world);
	return cotask_group_exit(&group, rc);
}

static long sleep_long(void *arg)
{
	(void)arg;
	return cotask_sleep(3600 * COTASK_SEC);
}

static long sleepers(void)
{
	struct cotask_group group;
	long rc = 0;
	int i;

	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	for (i = 0; i < 100 && !rc; i++)
		rc = cotask_go(&group, sleep_long, NULL);
	return cotask_group_exit(&group, rc);
}

static long a_timeout(void)
{
	struct cotask_timeout timeout;
	long rc = cotask_timeout_start(&timeout, 1 * COTASK_SEC);

	if (rc < 0)
		return rc;
	rc = cotask_timeout_exit(&timeout, sleepers());
	if (rc != -ETIMEDOUT)
		return rc;
	puts("100 sleepers: timed out");
	return 0;
}

static long timed(const char *what, long (*program)(void))
{
	int64_t begin = cotask_now();
	long rc = program();

	if (rc < 0)
		printf("%s: %s\n", what, cotask_strerror(rc));
	else
		printf("%s: %.1f s\n", what, (cotask_now() - begin) / 1e9);
	return rc;
}

static long tutorial(void *arg)
{
	long rc;

	(void)arg;
	rc = timed("one after the other", one_after_the_other);
	if (rc >= 0)
		rc = timed("two tasks", two_tasks);
	if (rc >= 0)
		rc = timed("a group", a_group);
	if (rc >= 0)
		rc = timed("a timeout", a_timeout);
	return rc;
}

int main(void)
{
	return cotask_run(tutorial, NULL) < 0;
}
