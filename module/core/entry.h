/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - what a loop runs: entries
 *
 * A part of core.h.
 */
#ifndef COTASK_ENTRY_H
#define COTASK_ENTRY_H

enum cotask_entry_kind {
	COTASK_ENTRY_TASK,	/* resume the task */
	COTASK_ENTRY_RECORD,	/* record the end of the task (TG-29) */
	COTASK_ENTRY_CALLBACK,	/* run the callback */
	COTASK_ENTRY_TIMEOUT,	/* a timeout scope came due */
	COTASK_ENTRY_SHIELD,	/* what is shielded is done */
	COTASK_ENTRY_MEMBER,	/* a member of a set is done */
	COTASK_ENTRY_ALARM,	/* the time of a set is up */
	COTASK_ENTRY_GROUP,	/* a group came due */
	COTASK_ENTRY_CANCEL_SCOPE, /* a cancel scope came due */
	COTASK_ENTRY_WATCH,	/* the watchdog is to look around */
	COTASK_ENTRY_KINDS
};

/**
 * struct cotask_entry_ops - what a loop does with the entries of one kind
 * @run: the turn of the entry has come
 * @woken: what it waits for has ended, and it is about to be queued; or NULL
 * @waiter: the one awaitable that waits by means of the entry; or NULL
 */
struct cotask_entry_ops {
	void			(*run)(struct cotask_loop *loop, struct cotask_entry *e);
	void			(*woken)(struct cotask_entry *e);
	struct cotask_awaitable	*(*waiter)(struct cotask_entry *e);
};

/* By kind, in main.c: some belong to what is built on the core. */
extern const struct cotask_entry_ops cotask_entry_table[COTASK_ENTRY_KINDS];

/* Flag of an entry that is not a task's: what it waits for has ended. */
#define COTASK_E_WOKEN		BIT(31)
/* Of a callback: its function is one of cotask's own. */
#define COTASK_E_OWN		BIT(30)

/*
 * The links of what runs belong to one owner, and change several times in a step.  Where the kernel
 * checks each change of a list (CONFIG_DEBUG_LIST), this costs more than the change and its
 * surroundings; debug builds have these checks.
 */
static inline void cotask_link_add(struct list_head *link, struct list_head *prev)
{
	struct list_head *next = prev->next;

	if (IS_ENABLED(CONFIG_COTASK_DEBUG)) {
		list_add(link, prev);
		return;
	}
	link->next = next;
	link->prev = prev;
	next->prev = link;
	WRITE_ONCE(prev->next, link);
}

static inline void cotask_link_del(struct list_head *link)
{
	if (IS_ENABLED(CONFIG_COTASK_DEBUG)) {
		list_del_init(link);
		return;
	}
	__list_del(link->prev, link->next);
	INIT_LIST_HEAD(link);
}

static inline void cotask_entry_init(struct cotask_entry *e, u8 kind)
{
	INIT_LIST_HEAD(&e->link);
	e->kind = kind;
	e->level = COTASK_NO_DEADLINE;
	e->flags = 0;
}

#endif /* COTASK_ENTRY_H */
