/* program.c - see program.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "indexer/reader.h"
#include "lib/glob.h"

enum { STEP = 1 << 16, SAID_MAX = 400, LOOK_EVERY = 100 /* milliseconds */, NOT_RUN = 127 };

struct child {
    const struct filter_program *program;
    struct input *in;
    uint64_t max;
    const volatile sig_atomic_t *stop;
    pid_t pid;
    int out, err; /* ends of pipes to read; below zero when at their ends */
    struct buf said;
    struct timespec deadline;
};

const struct filter_program *program_for(const struct options *o, const char *path, size_t path_len)
{
    const char *slash = memrchr(path, '/', path_len), *name = slash == NULL ? path : slash + 1;
    for (size_t i = 0; i < o->n_programs; i++) {
        const struct word_list *globs = &o->programs[i].globs;
        for (size_t k = 0; k < globs->n; k++) {
            const char *glob = globs->items[k], *from = strchr(glob, '/') == NULL ? name : path;
            if (glob_match_exact(glob, strlen(glob), from, (size_t)(path + path_len - from)))
                return &o->programs[i];
        }
    }
    return NULL;
}

static uint32_t mix(uint32_t hash, const char *word)
{
    for (; *word != '\0'; word++)
        hash = (hash ^ (uint32_t)(unsigned char)*word) * UINT32_C(16777619);
    return (hash ^ 0xff) * UINT32_C(16777619);
}

uint32_t program_stamp(const struct options *o, const char *path, size_t path_len)
{
    const struct filter_program *program = program_for(o, path, path_len);
    if (program == NULL)
        return READER_VERSION;
    uint32_t hash = mix(UINT32_C(2166136261), program->type);
    for (size_t i = 0; i < program->argv.n; i++)
        hash = mix(hash, program->argv.items[i]);
    return hash < READER_VERSION + 1 ? hash + READER_VERSION + 1 : hash;
}

/* ---- starting ------------------------------------------------------------------------------------------------ */

/* What execvp wants, in one piece of memory: each word, `%f` replaced. NULL when memory ran out. */
static char **make_argv(const struct filter_program *program, const char *path, bool *named)
{
    size_t n = program->argv.n, bytes = 0;
    *named = false;
    for (size_t i = 0; i < n; i++) {
        bytes += strlen(program->argv.items[i]) + 1;
        for (const char *p = program->argv.items[i]; (p = strstr(p, "%f")) != NULL; p += 2)
            bytes += strlen(path);
    }
    char **argv = malloc((n + 1) * sizeof *argv + bytes);
    if (argv == NULL)
        return NULL;
    char *to = (char *)(argv + n + 1);
    for (size_t i = 0; i < n; i++) {
        argv[i] = to;
        for (const char *p = program->argv.items[i]; *p != '\0';) {
            bool file = p[0] == '%' && p[1] == 'f';
            size_t len = file ? strlen(path) : 1;
            memcpy(to, file ? path : p, len);
            to += len;
            p += file ? 2 : 1;
            *named = *named || file;
        }
        *to++ = '\0';
    }
    argv[n] = NULL;
    return argv;
}

static void bound(int resource, uint64_t value)
{
    struct rlimit limit = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value};
    (void)setrlimit((__rlimit_resource_t)resource, &limit);
}

/* In the child, where only what is safe in a signal handler may be called. */
static void become(const struct child *c, char **argv, int input, int out, int err)
{
    static const char failed[] = "cannot be run";
    static const int signals[] = {SIGXFSZ, SIGPIPE, SIGINT, SIGTERM, SIGHUP};
    (void)setpgid(0, 0);
    for (size_t i = 0; i < BASE_COUNT(signals); i++)
        (void)signal(signals[i], SIG_DFL);
    bound(RLIMIT_DATA, c->program->memory);
    bound(RLIMIT_CPU, c->program->seconds);
    bound(RLIMIT_CORE, 0);
    if (dup2(input, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2)
        (void)execvp(argv[0], argv);
    (void)!write(err, failed, sizeof failed - 1);
    _exit(NOT_RUN);
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static enum read_result no_start(struct child *c, int errnum)
{
    if (errnum == ENOMEM)
        return READ_NOMEM;
    return input_refuse(c->in, READ_BROKEN, "filter %s: %s", c->program->name, strerror(errnum));
}

static enum read_result start(struct child *c, const char *open_path)
{
    int out[2] = {-1, -1}, err[2] = {-1, -1}, nothing = -1;
    bool named;
    enum read_result result = READ_OK;
    char **argv = make_argv(c->program, open_path, &named);
    if (argv == NULL)
        return READ_NOMEM;
    if (named)
        nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 || (named && nothing < 0))
        result = no_start(c, errno);
    if (result == READ_OK) {
        c->pid = fork();
        if (c->pid == 0)
            become(c, argv, named ? nothing : c->in->fd, out[1], err[1]);
        if (c->pid < 0)
            result = no_start(c, errno);
        else
            (void)setpgid(c->pid, c->pid);
    }
    close_end(&out[1]);
    close_end(&err[1]);
    close_end(&nothing);
    c->out = out[0];
    c->err = err[0];
    free(argv);
    return result;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static bool is_over(const struct child *c)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > c->deadline.tv_sec || (now.tv_sec == c->deadline.tv_sec && now.tv_nsec >= c->deadline.tv_nsec);
}

static bool is_stopped(const struct child *c)
{
    return c->stop != NULL && *c->stop != 0;
}

static enum read_result too_slow(const struct child *c)
{
    return input_refuse(c->in, READ_BROKEN, "filter %s: no end after %llu seconds", c->program->name,
                        (unsigned long long)c->program->seconds);
}

/* Takes what a pipe holds; of what is said, only the beginning is kept. */
static enum read_result take(struct child *c, int *fd)
{
    char scratch[SAID_MAX];
    struct buf *text = &c->in->bytes;
    bool said = fd == &c->err;
    char *room = said ? scratch : buf_reserve(text, STEP);
    if (room == NULL)
        return READ_NOMEM;
    ssize_t n = read(*fd, room, said ? sizeof scratch : STEP);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return READ_OK;
    if (n <= 0)
        close_end(fd);
    else if (!said)
        text->len += (size_t)n;
    else if (c->said.len < SAID_MAX)
        buf_add(&c->said, scratch, (size_t)n);
    return text->len > c->max ? READ_TOO_LARGE : READ_OK;
}

static enum read_result read_both(struct child *c)
{
    enum read_result result = READ_OK;
    while ((c->out >= 0 || c->err >= 0) && result == READ_OK) {
        struct pollfd fds[2] = {{.fd = c->out, .events = POLLIN}, {.fd = c->err, .events = POLLIN}};
        int n = poll(fds, 2, LOOK_EVERY);
        if (is_stopped(c))
            return READ_STOPPED;
        if (is_over(c))
            return too_slow(c);
        if (n > 0 && fds[0].revents != 0)
            result = take(c, &c->out);
        if (n > 0 && fds[1].revents != 0 && result == READ_OK)
            result = take(c, &c->err);
    }
    return result;
}

/* ---- ending -------------------------------------------------------------------------------------------------- */

/* Waits for the end without taking the process away, so that its group can still be named. */
static enum read_result wait_end(struct child *c)
{
    static const struct timespec pause = {.tv_nsec = 2000000};
    for (;;) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == c->pid)
            return READ_OK;
        if (is_stopped(c))
            return READ_STOPPED;
        if (is_over(c))
            return too_slow(c);
        (void)nanosleep(&pause, NULL);
    }
}

/* The first line that was said, for the message. */
static const char *first_words(struct child *c)
{
    buf_addc(&c->said, '\0');
    if (!buf_ok(&c->said))
        return "";
    char *text = c->said.data;
    text += strspn(text, " \t\r\n");
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static enum read_result judge(struct child *c, int status)
{
    const char *said = first_words(c), *name = c->program->name, *joint = *said == '\0' ? "" : ": ";
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return READ_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_RUN)
        return input_refuse(c->in, READ_BROKEN, "filter %s: %s %s", name, c->program->argv.items[0], said);
    if (WIFEXITED(status))
        return input_refuse(c->in, READ_BROKEN, "filter %s: exit %d%s%s", name, WEXITSTATUS(status), joint, said);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return too_slow(c);
    return input_refuse(c->in, READ_BROKEN, "filter %s: killed by signal %d%s%s", name, WTERMSIG(status), joint, said);
}

/* Ends the whole group, whatever it started. */
static enum read_result end(struct child *c, enum read_result result)
{
    int status = 0;
    if (result == READ_OK)
        result = wait_end(c);
    (void)kill(-c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return result == READ_OK ? judge(c, status) : result;
}

enum read_result program_run(const struct filter_program *program, struct input *in, const char *open_path,
                             uint64_t max, const volatile sig_atomic_t *stop)
{
    struct child c = {.program = program, .in = in, .max = max, .stop = stop, .out = -1, .err = -1};
    (void)clock_gettime(CLOCK_MONOTONIC, &c.deadline);
    c.deadline.tv_sec += (time_t)program->seconds;
    enum read_result result = start(&c, open_path);
    if (result == READ_OK)
        result = end(&c, read_both(&c));
    close_end(&c.out);
    close_end(&c.err);
    buf_release(&c.said);
    in->ended = true;
    in->size = in->bytes.len;
    return result;
}
