/* sdnotify.h - telling a service manager how the daemon is (sd_notify(3)), when it asked to be told.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SDNOTIFY_H
#define VERBATIM_SDNOTIFY_H

/* Sends "READY=1", "STOPPING=1" ... to the socket that NOTIFY_SOCKET names; does nothing when it names none. */
void sdnotify_send(const char *state);

#endif
