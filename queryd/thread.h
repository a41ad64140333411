/* thread.h - starting threads that take no signals, and ending them with patience that ends too.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_THREAD_H
#define VERBATIM_THREAD_H

#include <pthread.h>
#include <time.h>

#include "lib/base.h"
#include "lib/err.h"

/* Starts run(arg) with all signals blocked but those of faults: signals are the loop's. */
enum status thread_start(pthread_t *thread, void *(*run)(void *), void *arg, struct err *err);

/* A second from now, and waiting until then for a thread to end: false when it still runs. */
struct timespec thread_patience(void);
bool thread_join(pthread_t thread, const struct timespec *until);

/* A condition that waits by the monotonic clock, and a time in that clock, so many milliseconds from now. */
void thread_cond_init(pthread_cond_t *cond);
void thread_time_after(long ms, struct timespec *out);

#endif
