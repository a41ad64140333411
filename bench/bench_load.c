/* bench_load.c - many clients at once: asks the queries of a file over and over, compares each answer with the first
 * one of its query and generation, and tells throughput and latency.
 *
 *     bench_load --connect ADDRESS --queries FILE [--connections N] [--seconds S] [--rate R] [--pipeline K]
 *                [--vanishing N] [--every S] [--pid PID] [--raw]
 *
 * Without --rate the loop is closed: each connection keeps K requests under way, and latency counts from sending. With
 * it the loop is open: R requests a second are due at even times, whatever the daemon does, and latency counts from
 * when one was due, so that a stall is seen by all that it delayed (no coordinated omission). --vanishing: so many
 * clients more that ask and go away without taking their replies. --raw: any line is a reply (other servers). --pid
 * tells that process's memory. Ends with 1 when an answer was wrong or lost. Measures only; it tunes nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load_check.h"
#include "engine/search.h"
#include "lib/array.h"
#include "lib/buf.h"
#include "queryd/address.h"
#include "queryd/histogram.h"

#define NS INT64_C(1000000000)

enum { WRONG_SHOWN = 20 };

struct request_line {
    char *line; /* with its newline */
    size_t len;
};

/* A request that was sent, or is due. */
struct asked {
    int64_t from; /* when latency counts from */
    size_t query;
};

struct ring {
    struct asked *items;
    size_t first, n, cap; /* cap: a power of two, or 0 */
};

struct load;

struct client {
    struct load *load;
    int fd;
    struct event *readable, *writable;
    struct ring under_way;
    struct load_reply reply;
    struct buf in, out;
    size_t out_done;
    bool vanishes;
    uint64_t random;
};

struct load {
    const char *address_text, *file;
    struct address address;
    unsigned connections, seconds, rate, pipeline, vanishing, every;
    long pid;
    bool raw;

    struct event_base *base;
    struct request_line *queries;
    size_t n_queries, cap_queries;
    struct client *clients;
    struct load_answers *answers;
    int64_t began, ends, told;
    uint64_t due, sent, answered, wrong, lost, errors, busy, timeouts, vanished;
    uint64_t answered_told;
    struct histogram all, window;
    bool over;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- rings ------------------------------------------------------------------------------------------------------- */

static void ring_put(struct ring *r, struct asked asked)
{
    if (r->n == r->cap) {
        size_t cap = r->cap == 0 ? 16 : r->cap * 2;
        struct asked *items = malloc(cap * sizeof *items);
        if (items == NULL)
            die("memory");
        for (size_t i = 0; i < r->n; i++)
            items[i] = r->items[(r->first + i) & (r->cap - 1)];
        free(r->items);
        *r = (struct ring){items, 0, r->n, cap};
    }
    r->items[(r->first + r->n++) & (r->cap - 1)] = asked;
}

static struct asked ring_take(struct ring *r)
{
    struct asked asked = r->items[r->first];
    r->first = (r->first + 1) & (r->cap - 1);
    r->n--;
    return asked;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static uint64_t next_random(struct client *c)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 7;
    return c->random ^= c->random << 17;
}

static void ask(struct client *c, int64_t from)
{
    size_t query = (size_t)(next_random(c) % c->load->n_queries);
    ring_put(&c->under_way, (struct asked){from, query});
    buf_add(&c->out, c->load->queries[query].line, c->load->queries[query].len);
    c->load->sent++;
}

static void reconnect(struct client *c);

/* The server ended the connection, or it broke: what was under way is lost. */
static void broken(struct client *c)
{
    if (!c->vanishes)
        c->load->lost += c->under_way.n > 0 ? c->under_way.n : 1;
    reconnect(c);
}

static void flush(struct client *c)
{
    while (c->out_done < c->out.len) {
        ssize_t n = send(c->fd, c->out.data + c->out_done, c->out.len - c->out_done, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            (void)event_add(c->writable, NULL);
            return;
        }
        if (n < 0) {
            broken(c);
            return;
        }
        c->out_done += (size_t)n;
    }
    buf_clear(&c->out);
    c->out_done = 0;
}

static void fill(struct client *c)
{
    struct load *l = c->load;
    bool closed = l->rate == 0 || c->vanishes;
    if (l->over || !closed || c->under_way.n > l->pipeline / 2)
        return;
    int64_t now = search_now();
    while (c->under_way.n < l->pipeline)
        ask(c, now);
    flush(c);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void count_answer(struct client *c)
{
    struct load *l = c->load;
    struct asked asked = ring_take(&c->under_way);
    if (c->vanishes)
        return;
    uint64_t us = (uint64_t)(search_now() - asked.from) / 1000;
    histogram_add(&l->all, us);
    histogram_add(&l->window, us);
    l->answered++;
    if (l->raw)
        return;
    l->busy += c->reply.code == 503;
    l->timeouts += c->reply.code == 504 || !c->reply.whole;
    l->errors += c->reply.code == 500 || c->reply.code == 999;
    if (load_answers_agree(l->answers, asked.query, &c->reply))
        return;
    if (l->wrong++ < WRONG_SHOWN)
        (void)fprintf(stderr, "another answer of generation %" PRIu64 ": %s", c->reply.generation,
                      l->queries[asked.query].line);
}

static void take_lines(struct client *c)
{
    size_t at = 0;
    for (const char *newline; (newline = memchr(c->in.data + at, '\n', c->in.len - at)) != NULL;) {
        size_t len = (size_t)(newline - c->in.data) - at;
        if (load_reply_line(&c->reply, c->in.data + at, len, c->load->raw)) {
            if (c->under_way.n == 0) {
                c->load->wrong++;
                (void)fprintf(stderr, "an answer that nobody asked for\n");
            } else {
                count_answer(c);
            }
        }
        at += len + 1;
        if (at == c->in.len)
            break;
    }
    memmove(c->in.data, c->in.data + at, c->in.len - at);
    c->in.len -= at;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    enum { READ = 65536 };
    struct client *c = arg;
    (void)what;
    char *room = buf_reserve(&c->in, READ);
    if (room == NULL)
        die("memory");
    ssize_t n = recv(fd, room, READ, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        broken(c);
        return;
    }
    c->in.len += (size_t)n;
    take_lines(c);
    if (c->vanishes && next_random(c) % 4 == 0) {
        c->load->vanished++;
        reconnect(c);
        return;
    }
    fill(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    flush(arg);
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

static int connect_tcp(const struct address *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    if (getaddrinfo(address->host, address->port, &hints, &list) != 0)
        return -1;
    int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd >= 0 && connect(fd, list->ai_addr, list->ai_addrlen) != 0) {
        (void)close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    if (fd >= 0)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static int connect_unix(const struct address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address->un, sizeof address->un) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

static void begin(struct client *c)
{
    struct load *l = c->load;
    c->fd = l->address.is_unix ? connect_unix(&l->address) : connect_tcp(&l->address);
    if (c->fd < 0)
        die("cannot connect");
    (void)fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
    c->reply = (struct load_reply){0};
    c->readable = event_new(l->base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
    c->writable = event_new(l->base, c->fd, EV_WRITE, on_writable, c);
    if (c->readable == NULL || c->writable == NULL || event_add(c->readable, NULL) != 0)
        die("events");
    fill(c);
}

static void end(struct client *c)
{
    event_free(c->readable);
    event_free(c->writable);
    (void)close(c->fd);
    c->under_way.n = c->out_done = 0;
    buf_clear(&c->in);
    buf_clear(&c->out);
}

static void reconnect(struct client *c)
{
    end(c);
    begin(c);
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void print_times(const struct histogram *h)
{
    static const double shares[] = {0.5, 0.9, 0.99, 0.999, 1};
    static const char *const names[] = {"p50", "p90", "p99", "p99.9", "max"};
    for (size_t i = 0; i < BASE_COUNT(shares); i++)
        (void)printf(" %s=%.2fms", names[i], (double)histogram_quantile(h, shares[i]) / 1e3);
}

static void print_memory(const struct load *l)
{
    char path[64];
    unsigned long size, resident, shared;
    if (l->pid <= 0)
        return;
    (void)snprintf(path, sizeof path, "/proc/%ld/statm", l->pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return;
    if (fscanf(f, "%lu %lu %lu", &size, &resident, &shared) == 3) /* without the mapped index */
        (void)printf(" anonymous=%.1fMiB", (double)(resident - shared) * (double)sysconf(_SC_PAGESIZE) / 1048576);
    (void)fclose(f);
}

static void tell_window(struct load *l, int64_t now)
{
    (void)printf("%5.0fs %.0f/s", (double)(now - l->began) / 1e9,
                 (double)(l->answered - l->answered_told) * 1e9 / (double)(now - l->told));
    print_times(&l->window);
    print_memory(l);
    (void)printf(" wrong=%" PRIu64 " lost=%" PRIu64 "\n", l->wrong, l->lost);
    (void)fflush(stdout);
    l->told = now;
    l->answered_told = l->answered;
    l->window = (struct histogram){0};
}

static uint64_t under_way(const struct load *l)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < l->connections; i++)
        n += l->clients[i].under_way.n;
    return n;
}

/* What was asked is still answered after the end, for a while. */
static void look_at_end(struct load *l, int64_t now)
{
    enum { PATIENCE_SECONDS = 30 };
    l->over = now >= l->ends;
    uint64_t left = l->over ? under_way(l) : 1;
    if (left > 0 && now < l->ends + PATIENCE_SECONDS * NS)
        return;
    l->lost += left;
    (void)event_base_loopbreak(l->base);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct load *l = arg;
    (void)fd;
    (void)what;
    int64_t now = search_now();
    while (!l->over && l->rate > 0) {
        int64_t when = l->began + (int64_t)((double)l->due / l->rate * 1e9);
        if (when > now)
            break;
        struct client *c = &l->clients[l->due++ % l->connections];
        ask(c, when);
        flush(c);
    }
    if (l->every > 0 && now - l->told >= (int64_t)l->every * NS)
        tell_window(l, now);
    look_at_end(l, now);
}

/* ---- beginning --------------------------------------------------------------------------------------------------- */

static void read_queries(struct load *l)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    FILE *f = fopen(l->file, "re");
    if (f == NULL)
        die(l->file);
    while ((len = getline(&line, &cap, f)) > 0) {
        if (!ARRAY_RESERVE(l->queries, l->cap_queries, l->n_queries + 1))
            die("memory");
        l->queries[l->n_queries++] = (struct request_line){strndup(line, (size_t)len), (size_t)len};
    }
    free(line);
    (void)fclose(f);
    if (l->n_queries == 0) {
        (void)fprintf(stderr, "bench_load: %s: no queries\n", l->file);
        exit(1);
    }
}

static void usage(void)
{
    (void)fputs("usage: bench_load --connect ADDRESS --queries FILE [--connections N] [--seconds S] [--rate R]\n"
                "       [--pipeline K] [--vanishing N] [--every S] [--pid PID] [--raw]\n", stderr);
    exit(64);
}

static void parse(struct load *l, int argc, char **argv)
{
    static const struct option options[] = {{"connect", 1, NULL, 'a'},   {"queries", 1, NULL, 'q'},
                                            {"connections", 1, NULL, 'c'}, {"seconds", 1, NULL, 's'},
                                            {"rate", 1, NULL, 'r'},      {"pipeline", 1, NULL, 'p'},
                                            {"vanishing", 1, NULL, 'v'}, {"every", 1, NULL, 'e'},
                                            {"pid", 1, NULL, 'i'},       {"raw", 0, NULL, 'w'},
                                            {NULL, 0, NULL, 0}};
    unsigned *numbers[] = {&l->connections, &l->seconds, &l->rate, &l->pipeline, &l->vanishing, &l->every};
    static const char letters[] = "csrpve";
    for (int code; (code = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        const char *letter = strchr(letters, code);
        if (code == 'a')
            l->address_text = optarg;
        else if (code == 'q')
            l->file = optarg;
        else if (code == 'w')
            l->raw = true;
        else if (code == 'i')
            l->pid = strtol(optarg, NULL, 10);
        else if (letter != NULL)
            *numbers[letter - letters] = (unsigned)strtoul(optarg, NULL, 10);
        else
            usage();
    }
    if (l->address_text == NULL || l->file == NULL || optind < argc || l->connections == 0 || l->pipeline == 0)
        usage();
}

static void start(struct load *l)
{
    unsigned n = l->connections + l->vanishing;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    l->clients = calloc(n, sizeof *l->clients);
    l->answers = load_answers_new(l->n_queries);
    l->base = event_base_new();
    if (l->clients == NULL || l->answers == NULL || l->base == NULL)
        die("memory");
    l->began = l->told = search_now();
    l->ends = l->began + (int64_t)l->seconds * NS;
    for (unsigned i = 0; i < n; i++) {
        l->clients[i] = (struct client){.load = l, .vanishes = i >= l->connections,
                                        .random = UINT64_C(0x9e3779b97f4a7c15) * (i + 1)};
        begin(&l->clients[i]);
    }
}

static void report(const struct load *l, int64_t now)
{
    (void)printf("%u connections, %s: %" PRIu64 " answers, %.0f/s", l->connections,
                 l->rate > 0 ? "open loop" : "closed loop", l->answered,
                 (double)l->answered * 1e9 / (double)(now - l->began));
    print_times(&l->all);
    print_memory(l);
    (void)printf(" busy=%" PRIu64 " timeouts=%" PRIu64 " errors=%" PRIu64 " vanished=%" PRIu64 " wrong=%" PRIu64
                 " lost=%" PRIu64 "\n", l->busy, l->timeouts, l->errors, l->vanished, l->wrong, l->lost);
}

int main(int argc, char **argv)
{
    static struct load l = {.connections = 1, .seconds = 10, .pipeline = 1};
    struct err err = {0};
    parse(&l, argc, argv);
    if (address_parse(l.address_text, &l.address, &err) != ST_OK) {
        (void)fprintf(stderr, "bench_load: %s\n", err.text);
        return 64;
    }
    read_queries(&l);
    start(&l);
    struct event *tick = event_new(l.base, -1, EV_PERSIST, on_tick, &l);
    if (tick == NULL || event_add(tick, &(struct timeval){0, 1000}) != 0 || event_base_dispatch(l.base) < 0)
        die("events");
    report(&l, search_now());
    for (unsigned i = 0; i < l.connections + l.vanishing; i++) {
        end(&l.clients[i]);
        free(l.clients[i].under_way.items);
        buf_release(&l.clients[i].in);
        buf_release(&l.clients[i].out);
    }
    for (size_t i = 0; i < l.n_queries; i++)
        free(l.queries[i].line);
    free(l.queries);
    free(l.clients);
    load_answers_free(l.answers);
    event_free(tick);
    event_base_free(l.base);
    return l.wrong + l.lost + l.errors > 0;
}
