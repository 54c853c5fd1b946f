// SPDX-License-Identifier: MIT
/*
 * Fetches documents concurrently over HTTP/1.1
 *
 * "fetch [-c CONCURRENT] [-t SECONDS] [-d SECONDS] [-r RETRIES] [-n FIRST_N] [-o DIRECTORY]
 * URL...".  At most CONCURRENT requests (10) are in progress, each for at most -t seconds (10); the
 * program runs for at most -d seconds.  A request without a response, or with status 429 or 5xx, is
 * retried up to RETRIES times, after a growing pause.  Once FIRST_N documents were received, the
 * remaining requests are cancelled.  Prints status, size and URL of each document, and writes
 * document N to DIRECTORY/N.  Does not follow redirects.
 *
 * Exit status: 0: all documents, or FIRST_N of them, were received; 1: too few; 2: wrong arguments;
 * 3: the -d seconds have expired; 4: another error, such as that the module is not loaded.
 */
#include <cotask_sync.h>
#include <cotask_wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "http.h"

#define PAUSE		(200 * COTASK_MSEC)	/* before the first retry */
#define PAUSE_MAX	(10 * COTASK_SEC)

static struct document *documents;
static int n_documents, n_enough, n_come;
static unsigned int concurrent = 10, retries;
static int64_t each = 10 * COTASK_SEC, total = COTASK_FOREVER;
static const char *directory;
static struct cotask_sem slots;
static struct cotask_group group;

static long fetch_one(struct document *d)
{
	int64_t pause = PAUSE;
	unsigned int i;
	long rc, slept;

	for (i = 0;; i++) {
		rc = cotask_wait_for_call(http_get, d, each);
		if (rc >= 0 || rc == -ECANCELED || i == retries)
			return rc;
		slept = cotask_sleep(pause + random() % pause);
		if (slept)
			return slept;
		if (pause < PAUSE_MAX)
			pause *= 2;
	}
}

static long fetch_to_file(struct document *d)
{
	char path[4096];
	long rc;

	snprintf(path, sizeof(path), "%s/%d", directory ?: "", (int)(d - documents) + 1);
	d->file = directory ? cotask_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
	if (directory && d->file < 0)
		return d->file;
	rc = fetch_one(d);
	if (d->file >= 0)
		close(d->file);
	return rc;
}

static long fetch(void *document)
{
	struct document *d = document;
	long rc = cotask_sem_acquire(&slots);

	if (rc)
		return rc;
	rc = fetch_to_file(d);
	cotask_sem_release(&slots);
	if (rc == -ECANCELED)
		return rc;
	if (rc && rc != -EAGAIN)
		printf("%s %s\n", cotask_strerror(rc), d->url);
	else
		printf("%d %lld %s\n", d->status, (long long)d->at, d->url);
	if (!rc && d->status < 400 && ++n_come == n_enough)
		return cotask_group_cancel(&group);
	return 0;
}

static long fetch_all(void *arg)
{
	int i;
	long rc;

	(void)arg;
	rc = cotask_sem_init(&slots, concurrent, 0);
	cotask_group_init(&group);
	if (!rc)
		rc = cotask_group_enter(&group);
	if (rc)
		return rc;
	for (i = 0; i < n_documents && !rc; i++)
		rc = cotask_go(&group, fetch, &documents[i]);
	return cotask_group_exit(&group, rc);
}

static long bounded(void *arg)
{
	return cotask_wait_for_call(fetch_all, arg, total);
}

static bool options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:t:d:r:n:o:")) > 0) {
		switch (c) {
		case 'c':
			concurrent = atoi(optarg);
			break;
		case 't':
			each = strtod(optarg, NULL) * COTASK_SEC;
			break;
		case 'd':
			total = strtod(optarg, NULL) * COTASK_SEC;
			break;
		case 'r':
			retries = atoi(optarg);
			break;
		case 'n':
			n_enough = atoi(optarg);
			break;
		case 'o':
			directory = optarg;
			break;
		default:
			return false;
		}
	}
	return concurrent && optind < argc;
}

int main(int argc, char **argv)
{
	bool valid = options(argc, argv);
	long rc;
	int i;

	n_documents = argc - optind;
	documents = calloc(n_documents, sizeof(*documents));
	for (i = 0; i < n_documents && valid; i++)
		valid = http_parse(&documents[i], argv[optind + i]);
	n_enough = n_enough ?: n_documents;
	if (!valid || n_enough > n_documents) {
		fprintf(stderr, "usage: fetch [-c CONCURRENT] [-t SECONDS] [-d SECONDS] "
			"[-r RETRIES] [-n FIRST_N] [-o DIRECTORY] http://HOST[:PORT][/PATH]...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	rc = cotask_run(bounded, NULL);
	if (rc < 0)
		fprintf(stderr, "fetch: %s\n", cotask_strerror(rc));
	if (rc < 0)
		return rc == -ETIMEDOUT ? 3 : 4;
	return n_come < n_enough;
}
