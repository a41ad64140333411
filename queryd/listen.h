/* listen.h - the sockets that the daemon accepts connections on: made from addresses, or handed over by a service
 * manager (LISTEN_FDS). It accepts nothing. Governed by doc/protocol.md, "Connecting".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LISTEN_H
#define VERBATIM_LISTEN_H

#include <sys/types.h>

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/address.h"

struct listener {
    int fd;                     /* non-blocking, listening */
    char address[ADDRESS_MAX];  /* as address_parse reads it, with the real port */
    bool tcp;
    bool made_file;             /* the socket's file is ours to remove ... */
    dev_t dev;                  /* ... as long as it is this one */
    ino_t ino;
};

enum { LISTEN_MAX = 128 };

struct listen_set {
    struct listener items[LISTEN_MAX];
    size_t n;
};

/* Opens what was handed over and all addresses; with neither, the default address. ST_USAGE for an address that is
 * none, ST_LOCKED when something lives there, ST_CREATE when it cannot be listened on. Call before there are threads
 * (it sets the umask for a moment). On an error nothing stays open. */
enum status listen_open(struct listen_set *set, const char *const *addresses, size_t n, struct err *err);

/* Closes them and removes the files of those it made. Safe on a zeroed set. */
void listen_close(struct listen_set *set);

#endif
