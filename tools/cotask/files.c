// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the files of descriptors that tasks of processes wait for
 *
 * /proc names the file when the tool runs: "pipe", "eventfd", a path, or a socket with its peer.
 * The process may have closed the descriptor since its task began to wait, and have opened
 * another file. Files that the user may not inspect are not named.
 *
 * The sockets of a network namespace are read once in a snapshot, and for a limited time: there
 * may be very many. What is not read by then is called a socket.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cotask.h"

#define PATIENCE_MS	5000	/* for all sockets of a snapshot */

/**
 * struct peer - a socket of the Internet
 * @inode: number of the socket
 * @text: protocol and peer
 */
struct peer {
	unsigned long inode;
	char text[72];
};

/**
 * struct sockets - those of the network namespace of a process
 * @pid: the process; 0: of this program, and of all processes in its namespace
 * @peer: the sockets, by inode
 * @n: how many
 */
struct sockets {
	int pid;
	struct peer *peer;
	size_t n;
};

/* By process. */
static struct sockets *known;
static size_t n_known;

static uint64_t patience_ns = PATIENCE_MS * NSEC_PER_MSEC;

/* "0100007F:1F90", in words of the host's byte order. */
static bool address(const char *hex, char *to, size_t size)
{
	const size_t digits = strcspn(hex, ":");
	const int family = digits == 8 ? AF_INET : AF_INET6;
	unsigned int word[4], port, i;
	char ip[INET6_ADDRSTRLEN];

	if ((digits != 8 && digits != 32) || sscanf(hex + digits, ":%x", &port) != 1)
		return false;
	for (i = 0; i < digits / 8; i++) {
		if (sscanf(hex + 8 * i, "%8x", &word[i]) != 1)
			return false;
	}
	inet_ntop(family, word, ip, sizeof(ip));
	snprintf(to, size, family == AF_INET ? "%s:%u" : "[%s]:%u", ip, port);
	return true;
}

static void read_peer(struct sockets *s, const char *protocol, const char *line)
{
	char local[48], remote[48], here[64], there[64];
	unsigned long inode;
	struct peer *p;

	/* A connection that was closed has no inode. */
	if (sscanf(line, " %*u: %47s %47s %*s %*s %*s %*s %*u %*u %lu", local, remote,
		   &inode) != 3 || !inode)
		return;
	if (!address(local, here, sizeof(here)) || !address(remote, there, sizeof(there)))
		return;
	s->peer = xgrow(s->peer, s->n, sizeof(*s->peer));
	p = &s->peer[s->n++];
	p->inode = inode;
	/* A socket that is not connected, such as a listening one, has port 0 there. */
	if (strcmp(strrchr(there, ':'), ":0"))
		snprintf(p->text, sizeof(p->text), "%s %s", protocol, there);
	else
		snprintf(p->text, sizeof(p->text), "%s at %s", protocol, here);
}

static void read_protocol(struct sockets *s, const char *protocol, uint64_t until)
{
	char path[48], line[512];
	FILE *f;

	if (s->pid)
		snprintf(path, sizeof(path), "/proc/%d/net/%s", s->pid, protocol);
	else
		snprintf(path, sizeof(path), "/proc/self/net/%s", protocol);
	f = now_ns() < until ? fopen(path, "r") : NULL;
	while (f && now_ns() < until && fgets(line, sizeof(line), f))
		read_peer(s, protocol, line);
	if (f)
		fclose(f);
}

static int by_inode(const void *a, const void *b)
{
	return LESS(((const struct peer *)a)->inode, ((const struct peer *)b)->inode);
}

/* The sockets of a process, or as many as can be read in time. */
static struct sockets read_sockets(int pid)
{
	static const char *const protocols[] = { "tcp", "tcp6", "udp", "udp6" };
	struct sockets s = { .pid = pid };
	uint64_t began = now_ns();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		read_protocol(&s, protocols[i], began + patience_ns);
	if (s.n)
		qsort(s.peer, s.n, sizeof(*s.peer), by_inode);
	spend(&patience_ns, began);
	return s;
}

/*
 * Whether a process is in the network namespace of this program. If it goes to another one now,
 * that matters for its own sockets only.
 */
static bool shares_namespace(int pid)
{
	struct stat ours, its;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return !stat("/proc/self/ns/net", &ours) && !stat(path, &its) &&
	       ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;
}

/* Where the sockets of a process are, or belong. */
static size_t place_of(int pid)
{
	size_t low = 0, high = n_known;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (known[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct sockets *sockets_of(int pid)
{
	size_t i;

	if (shares_namespace(pid))
		pid = 0;
	i = place_of(pid);
	if (i < n_known && known[i].pid == pid)
		return &known[i];
	known = xgrow(known, n_known, sizeof(*known));
	memmove(&known[i + 1], &known[i], (n_known++ - i) * sizeof(*known));
	known[i] = read_sockets(pid);
	return &known[i];
}

static const char *peer_of(int pid, unsigned long inode)
{
	const struct sockets *s = sockets_of(pid);
	const struct peer key = { .inode = inode }, *p = NULL;

	if (s->n)
		p = bsearch(&key, s->peer, s->n, sizeof(key), by_inode);
	return p ? p->text : "socket";
}

/* "socket:[123]", "anon_inode:[eventfd]", "pipe:[45]", a path */
static const char *kind_of(int pid, char *link)
{
	static const char anon[] = "anon_inode:";
	unsigned long inode;

	if (sscanf(link, "socket:[%lu]", &inode) == 1)
		return peer_of(pid, inode);
	if (!strncmp(link, anon, sizeof(anon) - 1)) {
		link += sizeof(anon) - 1;
		link[strcspn(link, "]")] = '\0';
		return link + (*link == '[');
	}
	if (*link != '/')
		link[strcspn(link, ":")] = '\0';
	return link;
}

static void find(struct snapshot *s, struct task *t)
{
	char path[48], link[WORDS];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", t->loop->pid, t->fd);
	n = readlink(path, link, sizeof(link) - 1);
	if (n <= 0)
		return;
	link[n] = '\0';
	snapshot_tell_file(s, t, kind_of(t->loop->pid, link));
}

/**
 * files_find - name the files of descriptors of tasks
 * @s: what there is
 * @t: tasks of it
 * @n: their number
 */
void files_find(struct snapshot *s, struct task **t, size_t n)
{
	size_t i;

	for (i = 0; i < n && !options.file; i++) {
		if (t[i]->fd >= 0 && t[i]->loop->pid && !t[i]->file)
			find(s, t[i]);
	}
}

/* Processes may open other files before the next snapshot. */
void files_forget(void)
{
	while (n_known)
		free(known[--n_known].peer);
	patience_ns = PATIENCE_MS * NSEC_PER_MSEC;
}
