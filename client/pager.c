/* pager.c - see pager.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/pager.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *pager_command(void)
{
    const char *command = getenv("VERBATIM_PAGER");
    if (command == NULL)
        command = getenv("PAGER");
    return command != NULL ? command : "less";
}

static bool is_wanted(const char *command)
{
    return isatty(STDOUT_FILENO) == 1 && *command != '\0' && strcmp(command, "cat") != 0;
}

/* In the child. less is asked to show colours, and to leave what fits on the screen there. */
static void run_pager(const char *command, const int ends[2])
{
    if (dup2(ends[0], STDIN_FILENO) < 0)
        _exit(127);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)setenv("LESS", "FRX", 0);
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* In the parent. */
static enum status lead_output(const int ends[2], struct err *err)
{
    bool errors_too = isatty(STDERR_FILENO) == 1;
    if (dup2(ends[1], STDOUT_FILENO) < 0 || (errors_too && dup2(ends[1], STDERR_FILENO) < 0))
        return err_sys(err, ST_IO, errno, "cannot print through the pager");
    return ST_OK;
}

enum status pager_start(pid_t *pid, struct err *err)
{
    const char *command = pager_command();
    int ends[2];
    *pid = 0;
    if (!is_wanted(command))
        return ST_OK;
    if (pipe(ends) != 0)
        return err_sys(err, ST_IO, errno, "cannot make a pipe for the pager");
    pid_t child = fork();
    if (child == 0)
        run_pager(command, ends);
    enum status status = child > 0 ? ST_OK : err_sys(err, ST_IO, errno, "cannot start the pager");
    if (status == ST_OK) {
        *pid = child;
        status = lead_output(ends, err);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    return status;
}

void pager_wait(pid_t pid)
{
    int status;
    if (pid <= 0)
        return;
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
}
