/* metrics.c - see metrics.h. Names and types as Prometheus asks for: base units, _total for what only grows.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/metrics.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queryd/server.h"

enum { HEADERS_MAX = 8192, PATIENCE_SECONDS = 5 };

struct metrics {
    struct server *server;
    struct evhttp *http;
};

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static void begin(struct evbuffer *out, const char *name, const char *type, const char *help)
{
    (void)evbuffer_add_printf(out, "# HELP verbatim_%s %s\n# TYPE verbatim_%s %s\n", name, help, name, type);
}

static void add_one(struct evbuffer *out, const char *name, const char *type, const char *help, double value)
{
    begin(out, name, type, help);
    (void)evbuffer_add_printf(out, "verbatim_%s %.15g\n", name, value);
}

static void add_gauges(struct evbuffer *out, const struct stats *s)
{
    add_one(out, "uptime_seconds", "gauge", "Since the daemon began.", (double)(search_now() - s->started) / 1e9);
    add_one(out, "generation", "gauge", "Of the index that serves.", (double)s->generation);
    add_one(out, "generations_total", "counter", "Taken up since the start.", (double)s->generations);
    add_one(out, "clients", "gauge", "Connections now.", (double)s->clients);
    add_one(out, "clients_total", "counter", "Connections since the start.", (double)s->clients_total);
    add_one(out, "clients_refused_total", "counter", "Connections over a bound.", (double)s->clients_refused);
    add_one(out, "workers", "gauge", "Threads that search.", (double)s->workers);
    add_one(out, "requests_running", "gauge", "Requests that threads run.", (double)s->running);
    add_one(out, "requests_queued", "gauge", "Requests that wait for a thread.", (double)s->queued);
    add_one(out, "unread_bytes", "gauge", "Of replies that clients have not taken.", (double)s->unread);
    add_one(out, "resident_memory_bytes", "gauge", "Memory in use, mapped index files included.",
            (double)stats_rss(s));
    add_one(out, "candidates_total", "counter", "Documents that the inverted index offered.", (double)s->candidates);
    add_one(out, "checked_total", "counter", "Documents whose words were read.", (double)s->checked);
}

static void add_requests(struct evbuffer *out, const struct stats *s)
{
    begin(out, "requests_total", "counter", "Answered, by command and outcome.");
    for (size_t i = 0; i <= COMMANDS_N; i++)
        for (size_t j = 0; j < REPLY_N_CODES; j++)
            if (s->outcomes[i][j] > 0)
                (void)evbuffer_add_printf(
                    out, "verbatim_requests_total{command=\"%s\",outcome=\"%s\"} %" PRIu64 "\n",
                    i < COMMANDS_N ? command_at(i)->name : "unknown", reply_word(reply_code_at(j)), s->outcomes[i][j]);
    begin(out, "bounds_total", "counter", "How often a bound was run into.");
    for (size_t i = BOUND_NONE + 1; i < BOUND_N; i++)
        (void)evbuffer_add_printf(out, "verbatim_bounds_total{bound=\"%s\"} %" PRIu64 "\n", bound_name((enum bound)i),
                                  s->bounds[i]);
}

static void add_histogram(struct evbuffer *out, const char *command, const struct histogram *h)
{
    static const double seconds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                     0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
    for (size_t i = 0; i < BASE_COUNT(seconds); i++)
        (void)evbuffer_add_printf(
            out, "verbatim_request_duration_seconds_bucket{command=\"%s\",le=\"%g\"} %" PRIu64 "\n", command,
            seconds[i], histogram_at_most(h, (uint64_t)(seconds[i] * 1e6 + 0.5)));
    (void)evbuffer_add_printf(out,
                              "verbatim_request_duration_seconds_bucket{command=\"%s\",le=\"+Inf\"} %" PRIu64 "\n"
                              "verbatim_request_duration_seconds_sum{command=\"%s\"} %.6f\n"
                              "verbatim_request_duration_seconds_count{command=\"%s\"} %" PRIu64 "\n",
                              command, h->n, command, (double)h->sum / 1e6, command, h->n);
}

static void add_durations(struct evbuffer *out, const struct stats *s)
{
    begin(out, "request_duration_seconds", "histogram", "From a request's turn to its reply, where threads run it.");
    for (size_t i = 0; i < COMMANDS_N; i++)
        if (s->latency[i].n > 0)
            add_histogram(out, command_at(i)->name, &s->latency[i]);
}

/* ---- serving it -------------------------------------------------------------------------------------------------- */

static void on_metrics(struct evhttp_request *req, void *arg)
{
    struct metrics *m = arg;
    const struct stats *s = server_stats(m->server);
    struct evbuffer *out = evhttp_request_get_output_buffer(req);
    add_gauges(out, s);
    add_requests(out, s);
    add_durations(out, s);
    (void)evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", "text/plain; version=0.0.4");
    evhttp_send_reply(req, HTTP_OK, "OK", NULL);
}

static void on_other(struct evhttp_request *req, void *arg)
{
    (void)arg;
    evhttp_send_reply(req, HTTP_NOTFOUND, "Not Found", NULL);
}

static enum status bind_to(struct metrics *m, const char *text, struct err *err)
{
    char whole[ADDRESS_MAX];
    struct address address;
    bool only_port = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
    (void)snprintf(whole, sizeof whole, "%s%s", only_port ? "127.0.0.1:" : "", text);
    if (address_parse(whole, &address, err) != ST_OK)
        return err->status;
    if (address.is_unix)
        return err_set(err, ST_USAGE, "--metrics: PORT, HOST:PORT or [V6]:PORT is needed, not '%s'", text);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(
        m->http, address.is_any ? "0.0.0.0" : address.host, (ev_uint16_t)strtoul(address.port, NULL, 10));
    if (bound == NULL)
        return err_set(err, ST_CREATE, "--metrics %s: cannot listen there", text);
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&sa, &len) == 0)
        address_format((struct sockaddr *)&sa, len, whole);
    log_info(m->server->log, "metrics at http://%s/metrics", whole);
    return ST_OK;
}

enum status metrics_new(struct server *s, const char *address, struct metrics **out, struct err *err)
{
    struct metrics *m = calloc(1, sizeof *m);
    if (m == NULL)
        return err_nomem(err);
    *m = (struct metrics){.server = s, .http = evhttp_new(s->base)};
    enum status status = m->http == NULL ? err_nomem(err) : ST_OK;
    if (status == ST_OK) {
        evhttp_set_max_headers_size(m->http, HEADERS_MAX);
        evhttp_set_max_body_size(m->http, 0);
        evhttp_set_timeout(m->http, PATIENCE_SECONDS);
        evhttp_set_allowed_methods(m->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
        (void)evhttp_set_cb(m->http, "/metrics", on_metrics, m);
        evhttp_set_gencb(m->http, on_other, m);
        status = bind_to(m, address, err);
    }
    if (status == ST_OK)
        *out = m;
    else
        metrics_free(m);
    return status;
}

void metrics_free(struct metrics *m)
{
    if (m == NULL)
        return;
    if (m->http != NULL)
        evhttp_free(m->http);
    free(m);
}
