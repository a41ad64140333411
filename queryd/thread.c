/* thread.c - see thread.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/thread.h"

#include <signal.h>

static void add_ms(struct timespec *t, long ms)
{
    t->tv_sec += ms / 1000;
    t->tv_nsec += ms % 1000 * 1000000;
    if (t->tv_nsec >= 1000000000) {
        t->tv_sec++;
        t->tv_nsec -= 1000000000;
    }
}

enum status thread_start(pthread_t *thread, void *(*run)(void *), void *arg, struct err *err)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigdelset(&all, SIGBUS);
    (void)sigdelset(&all, SIGSEGV);
    (void)sigdelset(&all, SIGFPE);
    (void)sigdelset(&all, SIGILL);
    (void)sigdelset(&all, SIGABRT);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0 ? ST_OK : err_sys(err, ST_INTERNAL, failed, "cannot start a thread");
}

struct timespec thread_patience(void)
{
    struct timespec until;
    thread_time_after(1000, &until);
    return until;
}

static bool is_past(const struct timespec *until)
{
    struct timespec now;
    thread_time_after(0, &now);
    return now.tv_sec > until->tv_sec || (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* pthread_timedjoin_np waits by the clock of the day, which may be set back meanwhile. */
bool thread_join(pthread_t thread, const struct timespec *until)
{
    static const struct timespec moment = {0, 1000000};
    bool joined = pthread_tryjoin_np(thread, NULL) == 0;
    while (!joined && !is_past(until)) {
        (void)nanosleep(&moment, NULL);
        joined = pthread_tryjoin_np(thread, NULL) == 0;
    }
    return joined;
}

void thread_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attr);
    (void)pthread_condattr_destroy(&attr);
}

void thread_time_after(long ms, struct timespec *out)
{
    (void)clock_gettime(CLOCK_MONOTONIC, out);
    add_ms(out, ms);
}
