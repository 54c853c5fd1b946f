// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - limits of one user, over all open files
 *
 * The limit of a file does not bound a user that opens the device again and again.  A
 * counter per uid exists as long as the user has a file open, or objects.
 */
#include <linux/module.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

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
 * @node: in users, by @uid
 * @uid: its uid
 * @refs: files whose memory still exists
 * @files: those of them that are open
 * @objects: in all of them [A]
 */
struct cotask_user {
	struct rb_node	node;
	kuid_t		uid;
	unsigned int	refs;
	unsigned int	files;
	atomic_t	objects;
};

/*
 * Each open and close takes the lock.  So no memory is allocated while it is held: a user whose
 * memory cgroup is at its limit would delay all other users.
 */
static struct rb_root users = RB_ROOT;
static DEFINE_SPINLOCK(users_lock);	/* guards users, and what files each has; a leaf */

static uid_t uid_of(const struct rb_node *node)
{
	return __kuid_val(rb_entry(node, struct cotask_user, node)->uid);
}

static int compare(struct rb_node *node, const struct rb_node *other)
{
	return uid_of(node) < uid_of(other) ? -1 : uid_of(node) > uid_of(other);
}

/* With users_lock.  false: it has too many files. */
static bool add_file(struct cotask_user *user)
{
	if (user->files && user->files >= READ_ONCE(max_user_files))
		return false;
	user->files++;
	user->refs++;
	return true;
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
	struct cotask_user *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT), *user = new;
	struct rb_node *known;
	bool added;

	if (!new)
		return ERR_PTR(-ENOMEM);
	new->uid = uid;
	spin_lock(&users_lock);
	known = rb_find_add(&new->node, &users, compare);
	if (known)
		user = rb_entry(known, struct cotask_user, node);
	added = add_file(user);
	spin_unlock(&users_lock);
	if (known)
		kfree(new);
	return added ? user : ERR_PTR(-EMFILE);
}

/**
 * cotask_user_file_closed - a file was closed
 * @user: the user that has opened it
 * @kept: it is still referenced; the rest of it counts as objects, even beyond the limit
 *
 * Context: Process context.
 */
void cotask_user_file_closed(struct cotask_user *user, bool kept)
{
	if (kept)
		atomic_add(KEPT_FILE_OBJECTS, &user->objects);
	spin_lock(&users_lock);
	user->files--;
	spin_unlock(&users_lock);
}

/* The memory of the file, and of all its objects, is free; @kept as it was then. */
void cotask_user_put(struct cotask_user *user, bool kept)
{
	bool last;

	if (kept)
		atomic_sub(KEPT_FILE_OBJECTS, &user->objects);
	spin_lock(&users_lock);
	last = !--user->refs;
	if (last)
		rb_erase(&user->node, &users);
	spin_unlock(&users_lock);
	if (last)
		kfree(user);
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
