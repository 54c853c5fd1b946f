// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - limits of one user, over all open files
 *
 * The limit of a file does not bound a user that opens the device again and again.  A
 * counter per uid exists as long as the user has a file open, or objects.
 */
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "device.h"

static unsigned int max_user_objects = 16 * COTASK_MAX_OBJECTS_DEFAULT;
module_param(max_user_objects, uint, 0644);
MODULE_PARM_DESC(max_user_objects, "maximum number of objects in all open files of one user");

static unsigned int max_user_files = 1024;
module_param(max_user_files, uint, 0644);
MODULE_PARM_DESC(max_user_files, "maximum number of open files of one user");

/* Number of objects that a closed file counts as, if a descriptor or a handle keeps it. */
#define KEPT_FILE_OBJECTS	16

/**
 * struct cotask_user - a user that has opened the device
 * @uid: its uid
 * @refs: files whose memory still exists
 * @files: those of them that are open
 * @objects: in all of them [A]
 */
struct cotask_user {
	kuid_t		uid;
	unsigned int	refs;
	unsigned int	files;
	atomic_t	objects;
};

static DEFINE_XARRAY(users);
static DEFINE_MUTEX(users_lock);	/* guards users, and what files each has */

/* With users_lock. */
static struct cotask_user *find_or_make(kuid_t uid)
{
	struct cotask_user *user = xa_load(&users, __kuid_val(uid));
	int rc;

	if (user)
		return user;
	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return ERR_PTR(-ENOMEM);
	user->uid = uid;
	rc = xa_err(xa_store(&users, __kuid_val(uid), user, GFP_KERNEL));
	if (!rc)
		return user;
	kfree(user);
	return ERR_PTR(rc);
}

/**
 * cotask_user_get - count a file that a user opens
 * @uid: of the user
 *
 * The file counts as long as it is open.
 *
 * Context: Process context, may sleep.
 * Return: The counter, for the file; ERR_PTR() of -EMFILE, -ENOMEM.
 */
struct cotask_user *cotask_user_get(kuid_t uid)
{
	struct cotask_user *user;

	mutex_lock(&users_lock);
	user = find_or_make(uid);
	if (!IS_ERR(user)) {
		if (user->files && user->files >= READ_ONCE(max_user_files)) {
			user = ERR_PTR(-EMFILE);
		} else {
			user->files++;
			user->refs++;
		}
	}
	mutex_unlock(&users_lock);
	return user;
}

/**
 * cotask_user_file_closed - a file was closed
 * @user: the user that has opened it
 * @kept: it is still referenced; the rest of it counts as objects, even beyond the limit
 *
 * Context: Process context, may sleep.
 */
void cotask_user_file_closed(struct cotask_user *user, bool kept)
{
	if (kept)
		atomic_add(KEPT_FILE_OBJECTS, &user->objects);
	mutex_lock(&users_lock);
	user->files--;
	mutex_unlock(&users_lock);
}

/* The memory of the file, and of all its objects, is free; @kept as it was then. */
void cotask_user_put(struct cotask_user *user, bool kept)
{
	if (kept)
		atomic_sub(KEPT_FILE_OBJECTS, &user->objects);
	mutex_lock(&users_lock);
	if (!--user->refs) {
		xa_erase(&users, __kuid_val(user->uid));
		kfree(user);
	}
	mutex_unlock(&users_lock);
}

/* @n more objects; false: there are too many. */
bool cotask_user_charge(struct cotask_user *user, unsigned int n)
{
	if (atomic_add_return(n, &user->objects) <= READ_ONCE(max_user_objects))
		return true;
	atomic_sub(n, &user->objects);
	return false;
}

/* One more object, even beyond the limit. */
void cotask_user_charge_late(struct cotask_user *user)
{
	atomic_inc(&user->objects);
}

void cotask_user_uncharge(struct cotask_user *user, unsigned int n)
{
	atomic_sub(n, &user->objects);
}
