/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - files on disk, accessed by other threads
 *
 * poll(2) cannot wait for a disk: a read of a file blocks the thread.  Each function makes the
 * system call of the same name in a thread of cotask_to_thread(), and other tasks run
 * meanwhile.  A function that fails returns a negative errno, not -1.
 *
 * Functions that take a path return at once when the caller is cancelled; the system call runs
 * to its end, and a descriptor that it has opened is closed.  Functions that take a descriptor
 * return only after the system call has ended, also with -ECANCELED: the caller may then close
 * the descriptor and free the buffer.
 */
#ifndef COTASK_FILE_H
#define COTASK_FILE_H

#include <cotask.h>
#include <sys/stat.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * cotask_open - open a file
 * @path: its path
 * @flags: O_*; O_CLOEXEC is added
 * @mode: permissions of a file that is created
 *
 * Return: The file descriptor; a negative errno.
 */
__cotask_must_check int cotask_open(const char *path, int flags, mode_t mode);

/**
 * cotask_pread - read from a file
 * @fd: the file descriptor
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 * @at: offset in the file
 *
 * Data that is in memory is read without another thread.
 *
 * Return: As pread(2).
 */
__cotask_must_check ssize_t cotask_pread(int fd, void *buf, size_t size, off_t at);

/**
 * cotask_pwrite - write to a file
 * @fd: the file descriptor
 * @buf: the data
 * @size: size of the data in bytes
 * @at: offset in the file
 *
 * Return: As pwrite(2), which can be less than @size.
 */
__cotask_must_check ssize_t cotask_pwrite(int fd, const void *buf, size_t size, off_t at);

/**
 * cotask_fsync - write a file to its disk
 * @fd: the file descriptor
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_fsync(int fd);

/**
 * cotask_fdatasync - write the data of a file to its disk
 * @fd: the file descriptor
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_fdatasync(int fd);

/**
 * cotask_stat - status of a file
 * @path: its path
 * @st: receives the status
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_stat(const char *path, struct stat *st);

/**
 * cotask_rename - rename a file
 * @from: its path
 * @to: its new path
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_rename(const char *from, const char *to);

/**
 * cotask_unlink - remove a file
 * @path: its path
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_unlink(const char *path);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_FILE_H */
