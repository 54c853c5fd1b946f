// SPDX-License-Identifier: GPL-2.0
/*
 * cotask search - a coverage-guided fuzzer of /dev/cotask
 *
 * "search SECONDS SEED [CORPUS]": keeps programs that reach a new edge of the module, and mutates
 * them; with 0 seconds, runs only the programs of the corpus.  "search -r PROGRAM...": runs these
 * programs, lines of a corpus; "-t" also prints their calls.  "-v" prints each program before it
 * runs, so that the last line of the log is the program that has broken the kernel.
 *
 * A worker process runs programs.  If a program takes too long, the worker is killed.  A worker
 * that cannot be killed also indicates a broken kernel.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

#define CORPUS_MAX	8192
#define PATIENCE	20	/* seconds for one program; then for the end after SIGKILL */

static struct shared {
	unsigned int n, given;
	uint64_t programs;
	uint64_t ops;
	uint64_t killed;
	struct search_program program[CORPUS_MAX];
} *corpus;

static bool verbose;

/* Number of new edges that the program has reached. */
static unsigned int run_one(const struct search_program *p)
{
	unsigned int new;

	if (verbose) {
		printf("run ");
		program_print(p, stdout);
		fflush(stdout);
	}
	corpus->programs++;
	alarm(PATIENCE);
	cover_begin();
	corpus->ops += machine_run(p);
	alarm(0);
	new = cover_end();
	if (new) {
		printf("corpus %u ", new);
		program_print(p, stdout);
	}
	return new;
}

static void worker(time_t end)
{
	struct search_program p;
	unsigned int i;

	/* A worker that was killed has not run all programs. */
	for (i = corpus->programs; i < corpus->given; i++)
		run_one(&corpus->program[i]);
	while (time(NULL) < end) {
		if (!corpus->n || !rnd(20)) {
			program_make(&p);
		} else {
			/* Prefer recently found programs. */
			i = rnd(3) ? rnd(corpus->n) :
			    corpus->n - 1 - rnd(corpus->n < 32 ? corpus->n : 32);

			p = corpus->program[i];
			program_change(&p, &corpus->program[rnd(corpus->n)]);
		}
		if (run_one(&p) && corpus->n < CORPUS_MAX)
			corpus->program[corpus->n++] = p;
	}
	fflush(stdout);
	_exit(0);
}

static void read_corpus(const char *path)
{
	static char line[2 * sizeof(struct search_program) + 2];
	FILE *f = path ? fopen(path, "r") : NULL;

	while (f && fgets(line, sizeof(line), f) && corpus->n < CORPUS_MAX) {
		if (program_parse(&corpus->program[corpus->n], line))
			corpus->n++;
	}
	corpus->given = corpus->n;
	if (f)
		fclose(f);
}

static int search(time_t end, uint64_t seed)
{
	time_t begin = time(NULL);
	int status;
	pid_t pid;

	do {
		rnd_seed(seed++);
		fflush(stdout);
		pid = fork();
		if (!pid)
			worker(end);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return 1;
		if (WIFSIGNALED(status)) {
			corpus->killed++;
			if (WTERMSIG(status) != SIGALRM)
				printf("search: a worker ended by signal %d\n", WTERMSIG(status));
		}
	} while (time(NULL) < end);
	cover_print(stdout);
	ops_print(stdout);
	printf("search: %llu programs, %llu operations in %ld s, %llu were too slow, %u edges, "
	       "%u programs in the corpus\n", (unsigned long long)corpus->programs,
	       (unsigned long long)corpus->ops, (long)(time(NULL) - begin),
	       (unsigned long long)corpus->killed, cover_edges(), corpus->n);
	return corpus->ops ? 0 : 1;
}

static int run_given(char **programs)
{
	struct search_program p;

	for (; *programs; programs++) {
		if (!program_parse(&p, *programs))
			return 2;
		machine_run(&p);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "-v")) {
		verbose = true;
		argc--;
		argv++;
	}
	machine_init();
	if (argc > 2 && !strcmp(argv[1], "-t"))
		trace_to(stdout);
	if (argc > 2 && (!strcmp(argv[1], "-r") || !strcmp(argv[1], "-t")))
		return run_given(argv + 2);
	if (argc < 3) {
		fprintf(stderr,
			"usage: search [-v] SECONDS SEED [CORPUS] | search -r|-t PROGRAM...\n");
		return 2;
	}
	corpus = mmap(NULL, sizeof(*corpus), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (corpus == MAP_FAILED)
		return 1;
	if (!cover_init())
		printf("search: this kernel has no KCOV: programs are not guided\n");
	read_corpus(argc > 3 ? argv[3] : NULL);
	return search(time(NULL) + atol(argv[1]), strtoull(argv[2], NULL, 0));
}
