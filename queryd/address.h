/* address.h - addresses as people write them: unix:PATH, HOST:PORT, [V6]:PORT, and the one a daemon has by default. It
 * opens no sockets. Governed by doc/protocol.md, "Connecting". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ADDRESS_H
#define VERBATIM_ADDRESS_H

#include <sys/socket.h>
#include <sys/un.h>

#include "lib/base.h"
#include "lib/err.h"

enum { ADDRESS_MAX = 512 }; /* room for any address as text */

struct address {
    bool is_unix;
    bool is_any; /* "*": all addresses of this machine, of both families */
    struct sockaddr_un un; /* is_unix */
    char host[256];        /* otherwise; without brackets */
    char port[8];          /* digits, 0..65535 */
};

/* ST_USAGE when it is none of the three forms. */
enum status address_parse(const char *text, struct address *out, struct err *err);

/* The default: $XDG_RUNTIME_DIR/verbatim.sock, else verbatim-UID/verbatim.sock in the temporary folder. With make set
 * that folder is made, mode 0700; ST_CREATE when it is somebody else's or open to others. */
enum status address_default(struct address *out, bool make, struct err *err);

/* Writes the address of a socket in the form that address_parse reads. */
void address_format(const struct sockaddr *sa, socklen_t len, char out[ADDRESS_MAX]);

#endif
