// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - FILE_READ, FILE_WRITE, RECV, SEND: input and output in the loop
 *
 * An object of the kind FILE stands for a descriptor, whose places in wait queues it keeps until
 * it is forgotten.  An operation waits until the file is ready, and the step that resumes the
 * task makes the call.  A cancel is delivered before this, or at the next suspension: once data
 * has moved, the operation can no longer be cancelled, so that no byte is lost.
 *
 * The memory belongs to the process that has made the object, and only threads of that process
 * access it: if another process runs the loop, the operation fails.
 */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/sock.h>

#include "device.h"

/* Events that a reader or a writer waits for. */
#define EVENTS_IN	(EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLERR | EPOLLHUP)
#define EVENTS_OUT	(EPOLLOUT | EPOLLWRNORM | EPOLLERR | EPOLLHUP)

/* The flags of recv(2) and send(2) that change neither when a call returns nor what it returns. */
#define RECV_FLAGS	(MSG_PEEK | MSG_TRUNC | MSG_ERRQUEUE | MSG_DONTWAIT | MSG_NOSIGNAL)
#define SEND_FLAGS	(MSG_DONTROUTE | MSG_EOR | MSG_CONFIRM | MSG_MORE | MSG_DONTWAIT |	\
			 MSG_NOSIGNAL)

/**
 * struct file_object - a descriptor
 * @object: what its handle names
 * @in: holds the file, and is where readers wait
 * @out: where writers wait; NULL: none has had to
 * @fd: number of the descriptor when it was made
 * @read: 0, or the error of reading
 * @write: likewise
 * @socket: it is one
 */
struct file_object {
	struct cotask_object	object;
	struct cotask_source	*in;
	struct cotask_source	*out;
	int			fd;
	s16			read;
	s16			write;
	bool			socket;
};

static struct file_object *file_of(struct cotask_object *o)
{
	return container_of(o, struct file_object, object);
}

/* --- the object ---------------------------------------------------------- */

/*
 * Determine what the file supports.  A file that is always ready, or has a shared position, is
 * refused.
 */
static int examine(struct file_object *fo, struct file *file)
{
	const umode_t mode = file_inode(file)->i_mode;

	if (!file_can_poll(file) || (file->f_mode & FMODE_ATOMIC_POS) || S_ISREG(mode) ||
	    S_ISDIR(mode))
		return -EOPNOTSUPP;
	fo->read = file->f_op->read_iter ? 0 : -EOPNOTSUPP;
	if (!(file->f_mode & FMODE_READ))
		fo->read = -EBADF;
	fo->write = file->f_op->write_iter ? 0 : -EOPNOTSUPP;
	if (!(file->f_mode & FMODE_WRITE))
		fo->write = -EBADF;
	fo->socket = IS_ENABLED(CONFIG_NET) && sock_from_file(file);
	return 0;
}

static int file_make(struct cotask_request *r, struct cotask_object *o)
{
	struct file_object *fo = file_of(o);
	struct file *file;
	int rc;

	if (r->op->value < 0 || r->op->value > INT_MAX)
		return -EBADF;
	/* Each keeps a file open, as a descriptor does. */
	if (r->f->n_files >= rlimit(RLIMIT_NOFILE))
		return -EMFILE;
	file = fget(r->op->value);
	if (!file)
		return -EBADF;
	rc = examine(fo, file);
	if (!rc) {
		fo->fd = r->op->value;
		fo->in = cotask_source_get(r->f, file, EVENTS_IN);
		rc = PTR_ERR_OR_ZERO(fo->in);
	}
	if (!rc)
		fo->in->looked = false;
	fput(file);
	r->f->n_files += !rc;
	return rc;
}

static void file_fini(struct cotask_object *o)
{
	struct file_object *fo = file_of(o);

	o->file->n_files--;
	cotask_source_unuse(fo->in);
	if (fo->out)
		cotask_source_unuse(fo->out);
}

const struct cotask_object_ops cotask_file_object = {
	.size = sizeof(struct file_object),
	.make = file_make,
	.uses = USES_VALUE,
	.fini = file_fini,
};

/* --- calls --------------------------------------------------------------- */

static bool is_of_sockets(unsigned int opcode)
{
	return opcode == COTASK_OP_RECV || opcode == COTASK_OP_SEND;
}

static bool writes(const struct cotask_hosted *h)
{
	return h->opcode == COTASK_OP_FILE_WRITE || h->opcode == COTASK_OP_SEND;
}

/* A read(2) of no bytes returns 0 at once; a recv(2) does not. */
static bool reads_nothing(const struct cotask_hosted *h)
{
	return h->opcode == COTASK_OP_FILE_READ && !h->len;
}

/* Whether the caller is the process that has made the object, and is not being killed. */
static bool is_ours(const struct file_object *fo)
{
	const struct cotask_poller *by = fo->in->by;

	return by->files == current->files && READ_ONCE(by->mm) == current->mm &&
	       !fo->object.file->dead;
}

/* A call that does not block; some files can be non-blocking only for all callers. */
static int nowait(const struct file *file, rwf_t *flags)
{
	*flags = file->f_mode & FMODE_NOWAIT ? RWF_NOWAIT : 0;
	return *flags || (file->f_flags & O_NONBLOCK) ? 0 : -EOPNOTSUPP;
}

static long read_or_write(struct file *file, struct iov_iter *iter, bool write)
{
	loff_t pos = file->f_pos, *at = file->f_mode & FMODE_STREAM ? NULL : &pos;
	rwf_t flags;
	long rc;

	rc = nowait(file, &flags);
	if (rc)
		return rc;
	if (write)
		rc = vfs_iter_write(file, iter, at, flags);
	else
		rc = vfs_iter_read(file, iter, at, flags);
	if (at && rc >= 0)
		file->f_pos = pos;
	return rc;
}

/* FILE_READ and FILE_WRITE differ from RECV and SEND where read(2) and write(2) do. */
static long recv_or_send(struct file *file, struct iov_iter *iter, const struct cotask_hosted *h)
{
	struct socket *sock = sock_from_file(file);
	struct msghdr msg = { .msg_iter = *iter };
	const u32 flags = h->arg | MSG_DONTWAIT;

	/* The next datagram stays. */
	if (reads_nothing(h))
		return 0;
	if (!writes(h))
		return sock_recvmsg(sock, &msg, flags);
	msg.msg_flags = flags;
	if (h->opcode == COTASK_OP_FILE_WRITE && sock->type == SOCK_SEQPACKET)
		msg.msg_flags |= MSG_EOR;
	return sock_sendmsg(sock, &msg);
}

/* Error codes that are valid only at the end of a system call. */
static bool is_restart(long rc)
{
	return rc == -ERESTARTSYS || rc == -ERESTARTNOINTR || rc == -ERESTARTNOHAND ||
	       rc == -ERESTART_RESTARTBLOCK;
}

/* The file's code belongs to another module: the loop does not breathe in it. */
static long call(struct cotask_hosted *h, struct file *file)
{
	struct cotask_loop *loop = h->object.file->loop;
	const bool socket = IS_ENABLED(CONFIG_NET) && file_of(h->awaited)->socket;
	struct iov_iter iter;
	long rc;

	iov_iter_ubuf(&iter, writes(h) ? WRITE : READ, u64_to_user_ptr(h->addr), h->len);
	loop->foreign++;
	if (socket)
		rc = recv_or_send(file, &iter, h);
	else
		rc = read_or_write(file, &iter, writes(h));
	loop->foreign--;
	return is_restart(rc) ? -EINTR : rc;
}

/* --- operations ---------------------------------------------------------- */

/* Whether the file supports the operation. */
static int refusal(const struct file_object *fo, unsigned int opcode)
{
	if (is_of_sockets(opcode))
		return fo->socket ? 0 : -ENOTSOCK;
	return opcode == COTASK_OP_FILE_READ ? fo->read : fo->write;
}

static s64 op_io(struct cotask_request *r)
{
	const struct cotask_op *op = r->op;
	const u32 known = op->opcode == COTASK_OP_RECV ? RECV_FLAGS : SEND_FLAGS;
	int rc = refusal(file_of(r->object), op->opcode);

	if (op->arg & ~known)
		return -EINVAL;
	if (rc)
		return rc;
	if (!access_ok(u64_to_user_ptr(op->addr), op->len))
		return -EFAULT;
	if (!is_ours(file_of(r->object)))
		return -EXDEV;
	cotask_hosted_name_operands(r, cotask_object_get(r->object), NULL);
	r->actor->tried = false;
	r->actor->addr = op->addr;
	r->actor->len = min_t(u32, op->len, MAX_RW_COUNT);
	cotask_hosted_go_on(r);
	return 0;
}

static struct cotask_source *source_of(struct cotask_hosted *h)
{
	return writes(h) ? file_of(h->awaited)->out : file_of(h->awaited)->in;
}

/* The result of a try depends on these flags, which select its bit in cotask_source.drained. */
static u8 kind_of_try(const struct cotask_hosted *h)
{
	return 1 << ((h->arg & MSG_PEEK ? 1 : 0) + (h->arg & MSG_ERRQUEUE ? 2 : 0));
}

/*
 * An operation whose read of a socket has found nothing waits for an event; what has come before
 * it, and may still be reported as ready, is none.  Another call of the process can change what a
 * read finds without one (SO_PEEK_OFF), so a new operation tries once.  A write can also fail for
 * want of what no event announces, such as memory: then the socket is reported as writable.
 */
static bool has_event(const struct cotask_hosted *h, struct cotask_source *s)
{
	if (!h->tried || !(s->drained & kind_of_try(h)))
		return cotask_source_look(s) != 0;
	return READ_ONCE(s->fresh) ||
	       (writes(h) && (cotask_source_look(s) & (EPOLLOUT | EPOLLWRNORM)));
}

static void begin_try(const struct cotask_hosted *h, struct cotask_source *s)
{
	if (READ_ONCE(s->fresh)) {
		WRITE_ONCE(s->fresh, false);
		s->drained = 0;
	}
	s->drained &= ~kind_of_try(h);
	/* Before the try: an event after that is seen.  Pairs with post() in woken(). */
	smp_mb();
}

static struct cotask_await perform_io(struct cotask *task, struct cotask_hosted *h)
{
	struct cotask_source *s = source_of(h);

	/* A writer tries first: usually there is room. */
	if (!s || reads_nothing(h) || has_event(h, s))
		return cotask_yield(task);
	return cotask_source_wait(task, s);
}

/* The try has found nothing; @s: where it waits, or NULL. */
static long go_on_waiting(struct cotask_hosted *h, struct cotask_source *s, struct file *file)
{
	if (s) {
		if (file_of(h->awaited)->socket)
			s->drained |= kind_of_try(h);
		return COTASK_SUSPENDED;
	}
	s = cotask_source_get(h->object.file, file, EVENTS_OUT);
	if (IS_ERR(s))
		return PTR_ERR(s);
	file_of(h->awaited)->out = s;
	/* The process may have closed the device meanwhile, and have opened it again. */
	return is_ours(file_of(h->awaited)) ? COTASK_SUSPENDED : -EXDEV;
}

static long finish_io(struct cotask_hosted *h, long rc)
{
	struct cotask_source *s = source_of(h);
	struct file *file;

	if (rc < 0)
		return rc;
	if (!is_ours(file_of(h->awaited)))
		return -EXDEV;
	/* The source has ended: do not suspend. Pairs with cotask_source_end(). */
	if (s && smp_load_acquire(&s->ended))
		return -EBADF;
	file = cotask_source_file(file_of(h->awaited)->in);
	if (!file)
		return -EBADF;
	if (s)
		begin_try(h, s);
	h->tried = true;
	rc = call(h, file);
	/* The number of bytes does not tell how long it took. */
	cotask_loop_exhaust(h->object.file->loop);
	if (rc == -EAGAIN)
		rc = go_on_waiting(h, s, file);
	fput(file);
	return rc;
}

/* Begin the wait of such an operation. */
void cotask_io_view(const struct cotask_hosted *h, struct cotask_host_view *view)
{
	view->fd = file_of(h->awaited)->fd;
	view->events = writes(h) ? POLLOUT : POLLIN;
}

#define IO_ROW(more)							\
	{								\
		.issue = op_io,						\
		.perform = perform_io,					\
		.finish = finish_io,					\
		.kinds = BIT(COTASK_KIND_FILE),				\
		.is = NEEDS_TASK | USES_MEMORY | MOVES_DATA | (more),	\
	}

const struct cotask_op_row cotask_op_file_read = IO_ROW(0);
const struct cotask_op_row cotask_op_file_write = IO_ROW(0);
const struct cotask_op_row cotask_op_recv = IO_ROW(USES_ARG);
const struct cotask_op_row cotask_op_send = IO_ROW(USES_ARG);
