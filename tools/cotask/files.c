// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the files of descriptors that tasks of processes wait for
 *
 * /proc names the file when the tool runs: "pipe", "eventfd", a path, or a socket with its peer.
 * The process may have closed the descriptor since its task began to wait, and have opened
 * another file. Files that the user may not inspect are not named.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cotask.h"

/**
 * struct peer - a socket of the Internet
 * @inode: number of the socket
 * @text: protocol and peer
 */
struct peer {
	unsigned long inode;
	char text[72];
};

/* The sockets of the network namespace of one process. */
static struct peer *peers;
static size_t n_peers;
static int peers_of;

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

static void read_peer(const char *protocol, const char *line)
{
	char local[48], remote[48], here[64], there[64];
	struct peer *p;

	peers = xgrow(peers, n_peers, sizeof(*peers));
	p = &peers[n_peers];
	if (sscanf(line, " %*u: %47s %47s %*s %*s %*s %*s %*u %*u %lu", local, remote,
		   &p->inode) != 3)
		return;
	if (!address(local, here, sizeof(here)) || !address(remote, there, sizeof(there)))
		return;
	/* A socket that is not connected, such as a listening one, has port 0 there. */
	if (strcmp(strrchr(there, ':'), ":0"))
		snprintf(p->text, sizeof(p->text), "%s %s", protocol, there);
	else
		snprintf(p->text, sizeof(p->text), "%s at %s", protocol, here);
	n_peers++;
}

static void read_peers(int pid)
{
	static const char *const protocols[] = { "tcp", "tcp6", "udp", "udp6" };
	char path[48], line[512];
	FILE *f;
	size_t i;

	n_peers = 0;
	peers_of = pid;
	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, protocols[i]);
		f = fopen(path, "r");
		while (f && fgets(line, sizeof(line), f))
			read_peer(protocols[i], line);
		if (f)
			fclose(f);
	}
}

static const char *peer_of(int pid, unsigned long inode)
{
	size_t i;

	if (peers_of != pid)
		read_peers(pid);
	for (i = 0; i < n_peers; i++) {
		if (peers[i].inode == inode)
			return peers[i].text;
	}
	return "socket";
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
 * @n: their number; fastest if sorted by process
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
	peers_of = 0;
}
