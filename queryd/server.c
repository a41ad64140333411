/* server.c - see server.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/server.h"

#include <signal.h>

#include "queryd/conn.h"
#include "queryd/sdnotify.h"

enum {
    GRACE_SECONDS = 5,    /* for clients to take their last replies */
    UNREAD_MS = 100       /* for clients to take some of what is too much in all */
};

const struct stats *server_stats(struct server *s)
{
    s->stats.workers = s->flags->workers;
    s->stats.generation = generation_number(s->generation);
    s->stats.generations = generation_count(s->generation);
    pool_count(s->pool, &s->stats.running, &s->stats.queued);
    return &s->stats;
}

void server_conn_ended(struct server *s)
{
    if (s->draining && s->conns == NULL)
        (void)event_base_loopbreak(s->base);
}

void server_unread_too_much(struct server *s)
{
    if (!evtimer_pending(s->on_unread, NULL))
        (void)event_add(s->on_unread, &(struct timeval){0, UNREAD_MS * 1000});
}

static void on_unread(evutil_socket_t fd, short what, void *arg)
{
    struct server *s = arg;
    (void)fd;
    (void)what;
    while (s->stats.unread > s->flags->max_unread_total)
        conn_end_largest(s);
}

/* Something about `current` changed in the index folder. */
static void on_change(void *arg)
{
    struct server *s = arg;
    generation_hint(s->generation);
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
    struct server *s = arg;
    (void)fd;
    (void)what;
    for (struct job *job = done_take(&s->done), *next; job != NULL; job = next) {
        next = job->next;
        if (job->owner != NULL)
            conn_done(job->owner, job);
        else
            job_free(job);
    }
}

static void on_hup(evutil_socket_t fd, short what, void *arg)
{
    struct server *s = arg;
    (void)fd;
    (void)what;
    generation_look(s->generation);
}

static void on_grace(evutil_socket_t fd, short what, void *arg)
{
    struct server *s = arg;
    (void)fd;
    (void)what;
    (void)event_base_loopbreak(s->base);
}

static void drain(struct server *s)
{
    s->draining = true;
    sdnotify_send("STOPPING=1");
    log_info(s->log, "stopping");
    accept_stop(&s->accept);
    listen_close(s->listeners);
    (void)event_add(s->on_grace, &(struct timeval){GRACE_SECONDS, 0});
    for (struct conn *c = s->conns, *next; c != NULL; c = next) {
        next = conn_following(c);
        conn_drain(c);
    }
    server_conn_ended(s);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
    struct server *s = arg;
    (void)fd;
    (void)what;
    if (s->draining)
        (void)event_base_loopbreak(s->base);
    else
        drain(s);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct server *s = arg;
    int64_t now = search_now(), timeout = (int64_t)s->flags->idle_timeout * 1000000000;
    (void)fd;
    (void)what;
    for (struct conn *c = s->conns, *next; c != NULL; c = next) {
        next = conn_following(c);
        conn_check_idle(c, now, timeout);
    }
}

static bool add_events(struct server *s)
{
    static const struct timeval second = {1, 0};
    s->on_done = event_new(s->base, s->done.fd, EV_READ | EV_PERSIST, on_done, s);
    s->on_term = evsignal_new(s->base, SIGTERM, on_term, s);
    s->on_int = evsignal_new(s->base, SIGINT, on_term, s);
    s->on_hup = evsignal_new(s->base, SIGHUP, on_hup, s);
    s->on_grace = evtimer_new(s->base, on_grace, s);
    s->on_unread = evtimer_new(s->base, on_unread, s);
    s->on_tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
    struct event *always[] = {s->on_done, s->on_term, s->on_int, s->on_hup};
    bool ok = s->on_grace != NULL && s->on_tick != NULL && s->on_unread != NULL;
    for (size_t i = 0; i < BASE_COUNT(always); i++)
        ok = ok && always[i] != NULL && event_add(always[i], NULL) == 0;
    return ok && (s->flags->idle_timeout == 0 || event_add(s->on_tick, &second) == 0);
}

static void free_events(struct server *s)
{
    struct event *all[] = {s->on_done, s->on_term, s->on_int, s->on_hup, s->on_tick, s->on_grace, s->on_unread};
    for (size_t i = 0; i < BASE_COUNT(all); i++)
        if (all[i] != NULL)
            event_free(all[i]);
}

static enum status set_up_loop(struct server *s, struct err *err)
{
    s->base = event_base_new();
    if (s->base == NULL || !add_events(s))
        return err_set(err, ST_NOMEM, "cannot make an event loop");
    enum status status = hangup_init(&s->hangup, s->base, conn_hangup, err);
    if (status == ST_OK)
        status = accept_init(&s->accept, s, err);
    if (status == ST_OK && s->flags->metrics != NULL)
        status = metrics_new(s, s->flags->metrics, &s->metrics, err);
    return status;
}

enum status server_init(struct server *s, const struct flags *flags, const struct log *log,
                        struct listen_set *listeners, struct err *err)
{
    *s = (struct server){.flags = flags, .log = log, .listeners = listeners};
    stats_init(&s->stats, search_now());
    enum status status = done_init(&s->done, err);
    if (status != ST_OK)
        return status;
    status = set_up_loop(s, err);
    if (status != ST_OK)
        (void)server_release(s);
    return status;
}

enum status server_start(struct server *s, struct err *err)
{
    const struct flags *flags = s->flags;
    enum status status =
        generation_new(flags->index_dir, flags->workers, s->log, &s->done, &s->generation, err);
    if (status == ST_OK)
        status = pool_new(flags->workers, flags->queue, s->generation, &s->done, &s->pool, err);
    if (status == ST_OK && !watch_init(&s->watch, s->base, flags->index_dir, on_change, s))
        log_warn(s->log, "%s: cannot be watched for changes; it is looked at twice a second", flags->index_dir);
    if (status != ST_OK)
        (void)server_release(s);
    return status;
}

enum status server_run(struct server *s, struct err *err)
{
    if (event_base_dispatch(s->base) < 0)
        return err_set(err, ST_INTERNAL, "the event loop failed");
    return ST_OK;
}

bool server_release(struct server *s)
{
    while (s->conns != NULL)
        conn_free(s->conns);
    accept_stop(&s->accept);
    metrics_free(s->metrics);
    watch_release(&s->watch);
    hangup_release(&s->hangup);
    bool searched = pool_stop(s->pool), watched = generation_stop(s->generation);
    if (!searched || !watched)
        return false;
    pool_free(s->pool);
    generation_free(s->generation);
    free_events(s);
    if (s->base != NULL)
        event_base_free(s->base);
    done_release(&s->done);
    stats_release(&s->stats);
    reply_release(&s->reply);
    buf_release(&s->out);
    return true;
}
