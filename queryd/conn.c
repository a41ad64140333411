/* conn.c - see conn.h.
 *
 * bytes -> framer (lines that wait) -> one at a time: in the loop, or as a job in another thread -> output
 *
 * pump moves all of it as far as it goes, and is called whenever something changed. Lines are looked at twice:
 * when they are read, for `cancel`, and in their turn, to run them. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "queryd/framer.h"
#include "queryd/proto.h"
#include "queryd/record.h"
#include "queryd/server.h"

/* Who a TCP client is, for counting: of an IPv6 address the half that a network gives to one customer. */
struct peer {
    sa_family_t family; /* 0: none, on this machine's own sockets */
    uint8_t bytes[8];
};

struct conn {
    uint64_t number; /* for the log */
    struct peer peer;
    struct conn *next, **link; /* in the server's list */
    struct server *server;
    struct bufferevent *bev;
    struct event *linger; /* NULL until it lingers */
    struct framer framer;
    struct settings settings;
    struct job *job;        /* the request that runs or waits for a thread; then no other is begun */
    uint64_t cancel_before; /* lines with smaller numbers are cancelled */
    bool ended;             /* the client sends no more */
    bool closing;           /* no further line is begun; ends once the output is taken */
    bool stalled;           /* the client does not take its output: no further line is begun */
    bool full;              /* as many lines wait as may: nothing is read */
    bool broken;            /* memory ran out: a reply could be incomplete */
    enum bound refused;     /* one too many, by this bound: never read */
    int64_t active;         /* search_now() when something last moved */
    size_t output_seen;     /* bytes not taken by then */
};

struct conn *conn_following(const struct conn *c)
{
    return c->next;
}

/* ---- output ---- */

static size_t output_len(const struct conn *c)
{
    return evbuffer_get_length(bufferevent_get_output(c->bev)) + c->server->out.len;
}

static void flush(struct conn *c)
{
    struct buf *out = &c->server->out;
    if (!buf_ok(out) || (out->len > 0 && bufferevent_write(c->bev, out->data, out->len) != 0))
        c->broken = true;
    buf_clear(out);
}

static void free_rows(const void *data, size_t len, void *arg)
{
    (void)data;
    (void)len;
    free(arg);
}

/* Gives the rows' memory to the output, instead of copying it. */
static void hand_over(struct conn *c, struct buf *rows)
{
    flush(c);
    struct evbuffer *output = bufferevent_get_output(c->bev);
    if (evbuffer_add_reference(output, rows->data, rows->len, free_rows, rows->data) != 0)
        c->broken = true;
    else
        *rows = (struct buf)BUF_INIT;
}

static void emit(struct conn *c, const char *tag, size_t tag_len, struct reply *reply)
{
    enum { COPY_UP_TO = 8192 };
    struct buf *out = &c->server->out;
    size_t len;
    const char *line = reply_line(reply, &len);
    if (tag_len > 0) {
        buf_addc(out, '@');
        buf_add(out, tag, tag_len);
        buf_addc(out, ' ');
    }
    buf_add(out, line, len);
    buf_addc(out, '\n');
    if (reply->rows.len > COPY_UP_TO)
        hand_over(c, &reply->rows);
    else
        buf_add(out, reply->rows.data, reply->rows.len);
    if (reply->close)
        c->closing = true;
}

/* ---- running lines ---- */

static void emit_job(struct conn *c, struct job *job)
{
    reply_settle(&job->reply);
    record_job(c->server, c->number, job);
    emit(c, job->tag, job->tag_len, &job->reply);
}

static bool hand_to_thread(struct conn *c, struct job *job)
{
    if (job->command->place == COMMAND_IN_WORKER)
        return pool_submit(c->server->pool, job);
    generation_submit(c->server->generation, job);
    return true;
}

/* Takes the job back if nobody has begun it. */
static bool withdraw(struct conn *c, struct job *job)
{
    if (job->command->place == COMMAND_IN_WORKER)
        return pool_withdraw(c->server->pool, job);
    return generation_withdraw(c->server->generation, job);
}

/* False: it did not come to that, and reply says why. */
static bool run_in_thread(struct conn *c, const struct proto *p, uint64_t number, struct reply *reply)
{
    struct job *job = job_new(p->command, p->arg, p->arg_len);
    if (job == NULL) {
        reply_error(reply, REPLY_INTERNAL, "out of memory");
        return false;
    }
    job->settings = c->settings;
    job->timeout = (int64_t)c->server->flags->query_timeout * 1000000;
    job->queued = search_now();
    job->owner = c;
    job->number = number;
    job->tag_len = p->tag_len;
    memcpy(job->tag, p->tag != NULL ? p->tag : "", p->tag_len);
    if (!hand_to_thread(c, job)) {
        job_free(job);
        reply->bound = BOUND_QUEUE;
        reply_error(reply, REPLY_BUSY, "too many requests wait; try again");
        return false;
    }
    c->job = job;
    return true;
}

static void run_here(struct conn *c, const struct proto *p, struct reply *reply)
{
    const struct request req = {
        .arg = p->arg,
        .arg_len = p->arg_len,
        .settings = &c->settings,
        .stats = p->command == &command_stats ? server_stats(c->server) : NULL,
    };
    p->command->run(&req, reply);
}

static bool is_cancelled(const struct conn *c, uint64_t number, const struct command *command)
{
    return number < c->cancel_before && (command == NULL || !command->keeps_place);
}

static void run_line(struct conn *c, const struct framer_line *line)
{
    struct reply *reply = &c->server->reply;
    struct proto p;
    reply_clear(reply);
    bool runnable = proto_parse(line, c->framer.max_line, &p, reply);
    if (is_cancelled(c, line->number, p.command) && !reply->close)
        reply_error(reply, REPLY_CANCELLED, "by a later `cancel`");
    else if (runnable && p.command->place == COMMAND_IN_LOOP)
        run_here(c, &p, reply);
    else if (runnable && run_in_thread(c, &p, line->number, reply))
        return;
    reply_settle(reply);
    record_reply(c->server, c->number, p.command, reply);
    emit(c, p.tag, p.tag_len, reply);
}

/* Whether the client takes its replies. */
static void look_at_output(struct conn *c)
{
    bool before = c->stalled;
    c->stalled = output_len(c) > c->server->flags->max_unread;
    if (c->stalled && !before)
        stats_bound(&c->server->stats, BOUND_UNREAD);
}

/* Begins the lines that wait, until one takes a thread. */
static void run_lines(struct conn *c)
{
    struct framer_line line;
    while (c->job == NULL && !c->closing && !c->stalled && framer_next(&c->framer, &line)) {
        run_line(c, &line);
        look_at_output(c);
    }
}

/* ---- cancelling ---- */

/* The loop lets go of the job: it is freed, now or when it comes back. */
static void abandon(struct conn *c)
{
    struct job *job = c->job;
    c->job = NULL;
    job->owner = NULL;
    if (withdraw(c, job))
        job_free(job);
    else
        atomic_store(&job->cancel, true);
}

/* A search stops within milliseconds and is answered then; what waits, or cannot be stopped, is answered at once. */
static void cancel_job(struct conn *c)
{
    struct job *job = c->job;
    bool waits = withdraw(c, job);
    if (!waits && job->command->place == COMMAND_IN_WORKER) {
        atomic_store(&job->cancel, true);
        return;
    }
    struct reply *reply = &c->server->reply;
    reply_clear(reply);
    reply_error(reply, REPLY_CANCELLED, "by a later `cancel`");
    reply_settle(reply);
    record_reply(c->server, c->number, job->command, reply);
    emit(c, job->tag, job->tag_len, reply);
    c->job = NULL;
    job->owner = NULL;
    if (waits)
        job_free(job);
}

static void look_for_cancel(struct conn *c, const struct framer_line *line)
{
    bool anything_earlier = c->job != NULL || framer_waiting(&c->framer) > 1;
    if (!anything_earlier || !proto_is_cancel(line))
        return;
    c->cancel_before = line->number;
    if (c->job != NULL)
        cancel_job(c);
}

/* ---- reading ---- */

/* Reads up to the end of the next line; false: there is none for now. */
static bool read_line(struct conn *c)
{
    struct evbuffer *input = bufferevent_get_input(c->bev);
    struct framer_line line;
    for (size_t len; (len = evbuffer_get_contiguous_space(input)) > 0;) {
        const char *bytes = (const char *)evbuffer_pullup(input, (ev_ssize_t)len);
        size_t used = framer_feed(&c->framer, bytes, len, &line);
        if (line.text != NULL)
            look_for_cancel(c, &line);
        (void)evbuffer_drain(input, used);
        if (line.text != NULL || used == 0)
            return line.text != NULL;
    }
    if (!c->ended)
        return false;
    framer_end(&c->framer, &line);
    if (line.text != NULL)
        look_for_cancel(c, &line);
    return line.text != NULL;
}

/* Says what is to be waited for. False when memory ran out: then nothing would ever happen here again. */
static bool set_events(struct conn *c)
{
    bool full = !framer_has_room(&c->framer);
    bool reads = c->linger != NULL || (!c->ended && !c->closing && !full);
    if (full && !c->full)
        stats_bound(&c->server->stats, BOUND_PENDING);
    c->full = full;
    bool writes = output_len(c) > 0;
    bool ok = !writes || bufferevent_enable(c->bev, EV_WRITE) == 0;
    return ok && (reads ? bufferevent_enable(c->bev, EV_READ) : bufferevent_disable(c->bev, EV_READ)) == 0;
}

/* ---- ending ---- */

static void on_linger(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    conn_free(arg);
}

/* The last reply is out. Closing now could throw it away on its way, if there is something that was sent and not read
 * (TCP answers that with a reset); so say that this was all, and wait a moment for the client to end. */
static void end(struct conn *c)
{
    if (!c->ended) {
        (void)shutdown(bufferevent_getfd(c->bev), SHUT_WR);
        c->linger = evtimer_new(c->server->base, on_linger, c);
    }
    struct timeval moment = {CONN_LINGER_MS / 1000, CONN_LINGER_MS % 1000 * 1000};
    if (c->linger == NULL || event_add(c->linger, &moment) != 0 || !set_events(c))
        conn_free(c);
}

/* When all has been moved that can be. The connection may be gone afterwards. */
static void settle(struct conn *c)
{
    flush(c);
    bool quiet = c->job == NULL && output_len(c) == 0 && !c->broken;
    bool all_run = c->ended && framer_waiting(&c->framer) == 0;
    if (quiet && (c->closing || all_run)) {
        end(c);
        return;
    }
    if (framer_waiting(&c->framer) == 0)
        framer_trim(&c->framer);
    if (!set_events(c) || c->broken || framer_failed(&c->framer)) {
        log_warn(c->server->log, "out of memory: a connection is closed");
        conn_free(c);
    }
}

static void pump(struct conn *c)
{
    if (c->linger != NULL)
        return;
    do
        run_lines(c);
    while (!c->closing && !c->broken && read_line(c));
    settle(c);
}

void conn_free(struct conn *c)
{
    struct server *s = c->server;
    if (c->job != NULL)
        abandon(c);
    s->stats.unread -= evbuffer_get_length(bufferevent_get_output(c->bev));
    if (c->refused != BOUND_NONE)
        s->n_refused--;
    else
        s->stats.clients--;
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    if (c->linger != NULL)
        event_free(c->linger);
    hangup_forget(&s->hangup, bufferevent_getfd(c->bev));
    bufferevent_free(c->bev);
    framer_release(&c->framer);
    free(c);
    server_conn_ended(s);
}

void conn_drain(struct conn *c)
{
    if (c->job != NULL && withdraw(c, c->job)) {
        job_free(c->job);
        c->job = NULL;
    }
    c->closing = true;
    pump(c);
}

/* While it lingers both sides have ended, which is no hang-up: what was sent is read to its end first, since closing
 * before that would be a reset. */
void conn_hangup(void *conn)
{
    struct conn *c = conn;
    if (c->linger == NULL)
        conn_free(c);
}

void conn_done(struct conn *c, struct job *job)
{
    c->job = NULL;
    if (is_cancelled(c, job->number, job->command))
        reply_error(&job->reply, REPLY_CANCELLED, "by a later `cancel`");
    emit_job(c, job);
    job_free(job);
    c->active = search_now();
    look_at_output(c);
    pump(c);
}

void conn_check_idle(struct conn *c, int64_t now, int64_t timeout)
{
    size_t output = output_len(c);
    if (c->job != NULL || output != c->output_seen)
        c->active = now;
    c->output_seen = output;
    if (now - c->active < timeout)
        return;
    stats_bound(&c->server->stats, BOUND_IDLE_TIME);
    conn_free(c);
}

/* ---- events ---- */

static void on_read(struct bufferevent *bev, void *arg)
{
    struct conn *c = arg;
    c->active = search_now();
    if (c->linger != NULL) {
        struct evbuffer *input = bufferevent_get_input(bev);
        (void)evbuffer_drain(input, evbuffer_get_length(input));
        return;
    }
    pump(c);
}

static void on_written(struct bufferevent *bev, void *arg)
{
    struct conn *c = arg;
    (void)bev;
    c->stalled = false;
    pump(c);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct conn *c = arg;
    (void)bev;
    if ((what & BEV_EVENT_ERROR) != 0 || c->linger != NULL) {
        conn_free(c);
        return;
    }
    if ((what & BEV_EVENT_EOF) != 0)
        c->ended = true;
    pump(c);
}

/* ---- beginning ---- */

static void add_to_list(struct conn *c)
{
    struct server *s = c->server;
    c->next = s->conns;
    c->link = &s->conns;
    if (c->next != NULL)
        c->next->link = &c->next;
    s->conns = c;
    if (c->refused != BOUND_NONE) {
        s->n_refused++;
    } else {
        s->stats.clients++;
        s->stats.clients_total++;
    }
}

static void refuse(struct conn *c)
{
    bool address = c->refused == BOUND_ADDRESS;
    const struct flags *flags = c->server->flags;
    struct buf *out = &c->server->out;
    buf_addf(out, "ERR %d %s %" PRIu32 " clients are connected%s, the most allowed; try again\n", REPLY_BUSY,
             reply_word(REPLY_BUSY), address ? flags->max_clients_per_address : flags->max_clients,
             address ? " from this address" : "");
    c->closing = true;
}

static struct peer peer_of(const struct sockaddr *sa)
{
    struct peer peer = {0};
    if (sa->sa_family == AF_INET) {
        peer.family = AF_INET;
        memcpy(peer.bytes, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    } else if (sa->sa_family == AF_INET6) {
        peer.family = AF_INET6;
        memcpy(peer.bytes, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, sizeof peer.bytes);
    }
    return peer;
}

static bool same_peer(const struct peer *a, const struct peer *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The bound that one more client would break. */
static enum bound bound_of_client(const struct server *s, const struct peer *peer)
{
    uint32_t most = s->flags->max_clients_per_address, n = 0;
    if (s->stats.clients >= s->flags->max_clients)
        return BOUND_CLIENTS;
    if (most == 0 || peer->family == 0)
        return BOUND_NONE;
    for (const struct conn *c = s->conns; c != NULL && n < most; c = c->next)
        n += c->refused == BOUND_NONE && same_peer(&c->peer, peer);
    return n < most ? BOUND_NONE : BOUND_ADDRESS;
}

/* Keeps the sum of what clients have not taken; the server is told when it is too much. */
static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
    struct server *s = arg;
    (void)output;
    s->stats.unread += info->n_added;
    s->stats.unread -= info->n_deleted;
    if (s->stats.unread > s->stats.unread_max)
        s->stats.unread_max = s->stats.unread;
    if (s->stats.unread > s->flags->max_unread_total)
        server_unread_too_much(s);
}

void conn_end_largest(struct server *s)
{
    struct conn *largest = NULL;
    size_t most = 0;
    for (struct conn *c = s->conns; c != NULL; c = c->next) {
        size_t len = evbuffer_get_length(bufferevent_get_output(c->bev));
        if (len > most) {
            most = len;
            largest = c;
        }
    }
    if (largest == NULL)
        return;
    struct buf fields = BUF_INIT;
    log_number(&fields, "conn", "%" PRIu64, largest->number);
    log_number(&fields, "bytes", "%zu", most);
    log_with(s->log, LOG_LEVEL_WARN, &fields, "clients do not take their replies: the largest is closed");
    buf_release(&fields);
    stats_bound(&s->stats, BOUND_UNREAD_TOTAL);
    conn_free(largest);
}

static void set_up(struct conn *c)
{
    struct server *s = c->server;
    const struct flags *flags = s->flags;
    size_t pending = flags->max_pending > flags->max_line ? flags->max_pending : flags->max_line;
    framer_init(&c->framer, flags->max_line, pending, proto_body);
    settings_init(&c->settings, flags->max_rows);
    bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
    bufferevent_setwatermark(c->bev, EV_WRITE, flags->max_unread / CONN_OUTPUT_LOW, 0);
    (void)bufferevent_enable(c->bev, EV_WRITE);
    (void)hangup_watch(&s->hangup, bufferevent_getfd(c->bev), c);
}

void conn_new(struct server *s, int fd, const struct sockaddr *sa)
{
    struct peer peer = peer_of(sa);
    enum bound refused = bound_of_client(s, &peer);
    if (refused != BOUND_NONE) {
        s->stats.clients_refused++;
        stats_bound(&s->stats, refused);
    }
    bool told = refused == BOUND_NONE || s->n_refused < CONN_MAX_REFUSED;
    struct conn *c = told ? calloc(1, sizeof *c) : NULL;
    struct bufferevent *bev = c != NULL ? bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE) : NULL;
    if (bev == NULL || evbuffer_add_cb(bufferevent_get_output(bev), on_output, s) == NULL) {
        if (bev != NULL)
            bufferevent_free(bev);
        else
            (void)close(fd);
        free(c);
        return;
    }
    *c = (struct conn){.server = s,
                       .number = ++s->n_accepted,
                       .peer = peer,
                       .bev = bev,
                       .refused = refused,
                       .active = search_now()};
    set_up(c);
    add_to_list(c);
    if (refused != BOUND_NONE)
        refuse(c);
    pump(c);
}
