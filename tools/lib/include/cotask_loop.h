/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - loops, and context variables
 *
 * Part of <cotask.h>, which describes the conventions.
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
 * @name: name for debugging
 *
 * The address of the struct is the key.
 */
struct cotask_var {
	const char *name;
};

/**
 * cotask_context_new - create an empty context
 *
 * Any thread.
 *
 * Return: A reference to the context; NULL if there is no memory.
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
 * @task: the task, which is not done
 *
 * Return: A reference to the context, for cotask_spawn_with(); NULL if there is no memory.
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
 * @otherwise: the value to return if the variable was never set
 *
 * Functions that cotask_to_thread() runs may call this, too.
 *
 * Return: The value.
 */
long cotask_var_get(const struct cotask_var *var, long otherwise);

/* ------------------------------------------------------------------------ */
/* Loops                                                                    */

#define COTASK_LOOP_EAGER	0x1	/* spawn eagerly by default */
#define COTASK_LOOP_NO_SIGINT	0x2	/* do not handle SIGINT while the loop runs */

/**
 * struct cotask_loop_options - options of a loop
 * @flags: COTASK_LOOP_*
 * @max_batch: maximum number of events to take at a time; 0: 1,024
 * @stack_size: default size of a task's stack in bytes; 0: 64 KiB
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
 * typedef cotask_error_fn - handler of errors that are never retrieved
 * @loop: the loop
 * @task: the task that failed, without a reference; NULL: another object has failed
 * @error: a negative errno
 *
 * The loop's thread calls the handler, without a current task.
 */
typedef void (*cotask_error_fn)(struct cotask_loop *loop, struct cotask *task, int error);

/**
 * cotask_run - run a function as the main task of a new loop
 * @fn: the function
 * @arg: its argument
 *
 * When the main task has ended, the loop cancels and awaits all of its other tasks (CO-8).
 * If SIGINT has its default action, the first SIGINT cancels the main task, and the second
 * one ends the process.  If the loop cannot be created, the function prints the reason to the
 * standard error.
 *
 * Return: The outcome of @fn; -EINTR if SIGINT has cancelled the main task (CO-10); -EBUSY
 *	if the calling thread already runs a loop (CO-7); the errors of cotask_loop_create().
 */
long cotask_run(cotask_fn fn, void *arg);

/**
 * cotask_loop_create - create a loop
 * @options: the options, or NULL
 *
 * Any thread.  The thread that calls cotask_loop_run() runs the loop.
 *
 * Return: A reference to the loop, which the caller drops with cotask_loop_put().  NULL:
 *	ENOENT, ENODEV: the module is not loaded; EACCES: the user may not open the device;
 *	EPROTO: the module has another version of the interface; EMFILE, ENFILE; EINVAL.
 *	cotask_loop_strerror() describes the error.
 */
__cotask_must_check struct cotask_loop *
cotask_loop_create(const struct cotask_loop_options *options);

/**
 * cotask_loop_run - run a function as the main task of a loop
 * @loop: the loop
 * @fn: the function
 * @arg: its argument
 *
 * A thread may call this several times, one after the other (CO-11).
 *
 * Return: As cotask_run(); -ESHUTDOWN if the loop was closed.
 */
long cotask_loop_run(struct cotask_loop *loop, cotask_fn fn, void *arg);

/**
 * cotask_loop_close - close a loop
 * @loop: the loop, which is not running
 *
 * Any thread.  Submitted tasks that are not done are cancelled and do not run (RT-7).
 * Posted callbacks are not called.  Closing a closed loop has no effect.
 *
 * Return: 0; -EBUSY if the loop is running.
 */
int cotask_loop_close(struct cotask_loop *loop);

/**
 * cotask_loop_strerror - describe why a loop could not be created, and the remedy
 * @error: -errno after cotask_loop_create()
 *
 * Any thread.  cotask_run() prints this text.
 *
 * Return: A line of text, which must not be freed.
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
 * Any thread.  Dropping the last reference closes the loop.
 */
void cotask_loop_put(struct cotask_loop *loop);

/**
 * cotask_loop_current - the loop that the calling thread runs
 *
 * Return: The loop, without a reference; NULL if the thread runs no loop.
 */
struct cotask_loop *cotask_loop_current(void);

/**
 * cotask_loop_fd - the file descriptor of a loop
 * @loop: the loop
 *
 * Any thread.  The descriptor is readable when the loop has work to do.
 *
 * Return: The descriptor, which the loop owns; -ESHUTDOWN if the loop was closed.
 */
int cotask_loop_fd(const struct cotask_loop *loop);

/**
 * cotask_loop_turn - run a loop for one turn, inside of another event loop
 * @loop: the loop
 * @ns: maximum time to wait if no task is ready; 0: do not wait; or COTASK_FOREVER
 *
 * Runs the tasks that are ready, for about a thousand steps at most.  Tasks remain alive
 * between calls.  The other event loop polls cotask_loop_fd() for reading.  It calls this
 * function when the descriptor is readable, and once after it has started tasks with
 * cotask_submit() or from a task.
 *
 * The calling thread must not run a loop.
 *
 * Return: 1 if the loop has tasks; 0 if it has none; -EBUSY inside of a task, or if another
 *	thread runs @loop; -ESHUTDOWN if @loop was closed.
 */
int cotask_loop_turn(struct cotask_loop *loop, int64_t ns);

/**
 * cotask_loop_set_error_handler - set the handler of errors that are never retrieved
 * @loop: the loop
 * @fn: the handler; NULL: print a line to the standard error
 */
void cotask_loop_set_error_handler(struct cotask_loop *loop, cotask_error_fn fn);

/**
 * cotask_strerror - describe an error
 * @error: a negative errno from any function of the library
 *
 * Any thread.
 *
 * Return: A text, which must not be freed.
 */
const char *cotask_strerror(long error);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_LOOP_H */
