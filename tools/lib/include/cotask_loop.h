/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - loops, and context variables
 *
 * Part of <cotask.h>; conventions are said there.
 */
#ifndef COTASK_LOOP_H
#define COTASK_LOOP_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------ */
/* Context variables                                                        */

/**
 * struct cotask_var - the key of a context variable
 * @name: for people
 *
 * Its address is the key.
 */
struct cotask_var {
	const char *name;
};

/**
 * cotask_context_new - make an empty context
 *
 * Any thread.
 *
 * Return: A reference to it; NULL without memory.
 */
struct cotask_context *cotask_context_new(void);

/**
 * cotask_context_get - take another reference to a context
 * @ctx: the context
 *
 * Any thread.
 *
 * Return: @ctx.
 */
struct cotask_context *cotask_context_get(struct cotask_context *ctx);

/**
 * cotask_context_put - drop a reference to a context
 * @ctx: the context, or NULL
 *
 * Any thread.
 */
void cotask_context_put(struct cotask_context *ctx);

/**
 * cotask_get_context - context of a task
 * @task: the task, not done
 *
 * Return: A reference to it, to give to cotask_spawn_with(); NULL without memory.
 */
struct cotask_context *cotask_get_context(struct cotask *task);

/**
 * cotask_var_set - set a variable in the context of the calling task
 * @var: the key
 * @value: the value
 *
 * Return: 0, or a negative errno.
 */
int cotask_var_set(const struct cotask_var *var, long value);

/**
 * cotask_var_get - value of a variable in the context of the calling task
 * @var: the key
 * @otherwise: what to give if it was never set
 *
 * Also in functions that cotask_to_thread() runs.
 *
 * Return: The value.
 */
long cotask_var_get(const struct cotask_var *var, long otherwise);

/* ------------------------------------------------------------------------ */
/* Loops                                                                    */

#define COTASK_LOOP_EAGER	0x1	/* spawn eagerly by default */
#define COTASK_LOOP_NO_SIGINT	0x2	/* leave SIGINT alone while it runs */

/**
 * struct cotask_loop_options - what a loop can be
 * @flags: COTASK_LOOP_*
 * @max_batch: events that are taken at a time, at most; 0: 1,024
 * @stack_size: of tasks, in bytes; 0: 64 KiB
 * @device: path of the device; NULL: /dev/cotask
 * @__reserved: 0
 */
struct cotask_loop_options {
	uint32_t	flags;
	uint32_t	max_batch;
	size_t		stack_size;
	const char	*device;
	uint64_t	__reserved[4];
};

/**
 * typedef cotask_error_fn - is told of errors that nobody else will see
 * @loop: the loop
 * @task: the task that failed, without a reference; NULL: something else
 * @error: its code
 *
 * Called by the loop's thread, without a current task.
 */
typedef void (*cotask_error_fn)(struct cotask_loop *loop, struct cotask *task, int error);

/**
 * cotask_run - run a function as the main task of a new loop
 * @fn: the function
 * @arg: its argument
 *
 * When it has ended, all other tasks of the loop are cancelled and awaited (CO-8).
 * SIGINT, if the process leaves it alone, cancels the main task; a second one ends the
 * process.  If the loop cannot be made, a line on the standard error says why.
 *
 * Return: The outcome of @fn; -EINTR if it has ended as cancelled by SIGINT (CO-10);
 *	-EBUSY if the calling thread runs a loop already (CO-7); the errors of
 *	cotask_loop_create().
 */
long cotask_run(cotask_fn fn, void *arg);

/**
 * cotask_loop_create - make a loop
 * @options: or NULL
 *
 * Any thread; the one that calls cotask_loop_run() runs it.
 *
 * Return: A reference to it, to be dropped by cotask_loop_put().  NULL: ENOENT, ENODEV:
 *	the module is not loaded; EACCES: the device is not for this user; EPROTO: the
 *	kernel speaks another version; EMFILE, ENFILE; EINVAL; see cotask_strerror().
 */
__cotask_must_check struct cotask_loop *
cotask_loop_create(const struct cotask_loop_options *options);

/**
 * cotask_loop_run - run a function as the main task of a loop
 * @loop: the loop
 * @fn: the function
 * @arg: its argument
 *
 * Several can follow one another (CO-11), in the same thread.
 *
 * Return: As cotask_run(); -ESHUTDOWN if the loop was closed.
 */
long cotask_loop_run(struct cotask_loop *loop, cotask_fn fn, void *arg);

/**
 * cotask_loop_close - close a loop
 * @loop: the loop, which does not run
 *
 * Any thread.  What was submitted and is not done is cancelled (RT-7), without having run;
 * callbacks that were posted are not called.  Again: nothing.
 *
 * Return: 0; -EBUSY if it runs.
 */
int cotask_loop_close(struct cotask_loop *loop);

/**
 * cotask_loop_strerror - why a loop could not be made, and what to do
 * @error: -errno after cotask_loop_create()
 *
 * Any thread.  cotask_run() prints this.
 *
 * Return: One line.
 */
const char *cotask_loop_strerror(long error);

/**
 * cotask_loop_get - take another reference to a loop
 * @loop: the loop
 *
 * Any thread.
 *
 * Return: @loop.
 */
struct cotask_loop *cotask_loop_get(struct cotask_loop *loop);

/**
 * cotask_loop_put - drop a reference to a loop
 * @loop: the loop, or NULL
 *
 * Any thread.  With the last one it is closed.
 */
void cotask_loop_put(struct cotask_loop *loop);

/**
 * cotask_loop_current - the loop that the calling thread runs
 *
 * Return: The loop, without a reference; NULL if there is none.
 */
struct cotask_loop *cotask_loop_current(void);

/**
 * cotask_loop_fd - the file of a loop
 * @loop: the loop
 *
 * Any thread.  It is readable when there is something to do for the loop.
 *
 * Return: The descriptor, which stays the loop's; -ESHUTDOWN if it was closed.
 */
int cotask_loop_fd(const struct cotask_loop *loop);

/**
 * cotask_loop_turn - run a loop for a moment, inside of another event loop
 * @loop: the loop
 * @ns: how long to wait when there is nothing to do; 0: not at all; COTASK_FOREVER
 *
 * Tasks that are ready run, up to about a thousand steps, and stay alive until the next call.
 * The other event loop watches cotask_loop_fd() for reading, and calls this when that is
 * readable, and once after it has started tasks, by cotask_submit() or from a task.
 *
 * The thread runs no loop.
 *
 * Return: 1: there are tasks; 0: there are none; -EBUSY: inside of a task, or another thread
 *	runs @loop; -ESHUTDOWN if it was closed.
 */
int cotask_loop_turn(struct cotask_loop *loop, int64_t ns);

/**
 * cotask_loop_set_error_handler - who is told of errors that nobody else will see
 * @loop: the loop
 * @fn: the handler; NULL: a line on the standard error
 */
void cotask_loop_set_error_handler(struct cotask_loop *loop, cotask_error_fn fn);

/**
 * cotask_strerror - what an error means, and what to do
 * @error: a negative errno, from any function here
 *
 * Any thread.
 *
 * Return: A text that stays.
 */
const char *cotask_strerror(long error);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_LOOP_H */
