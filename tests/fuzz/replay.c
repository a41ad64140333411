/* replay.c - main of a fuzzer built without libFuzzer: gives it every file named, or in folders named, once, and each
 * of them again cut short and with bytes changed. Of a file named *.lines each line is an input.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1 << 20, CHANGES = 200 };

/* In memory of exactly its size, so that a sanitizer sees a read past the end. */
static void give(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL)
        exit(99);
    if (size != 0)
        memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

/* The same changes each time: a linear congruential generator seeded by the length. */
static void give_changed(uint8_t *data, size_t size)
{
    uint32_t seed = (uint32_t)size;
    for (int i = 0; i < CHANGES && size != 0; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t at = seed % size;
        uint8_t was = data[at];
        seed = seed * 1664525 + 1013904223;
        data[at] = (uint8_t)(seed >> 24);
        give(data, size);
        data[at] = was;
        give(data, at);
    }
}

static int replay_file(const char *path)
{
    static uint8_t data[LARGEST];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 99;
    }
    size_t size = fread(data, 1, sizeof data, file);
    (void)fclose(file);
    bool lines = strlen(path) > 6 && strcmp(path + strlen(path) - 6, ".lines") == 0;
    for (size_t at = 0; at < size;) {
        uint8_t *end = lines ? memchr(data + at, '\n', size - at) : NULL;
        size_t len = end != NULL ? (size_t)(end - data) - at : size - at;
        give(data + at, len);
        give_changed(data + at, len);
        at += len + 1;
    }
    return 0;
}

static int replay(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return replay_file(path);
    int status = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && status == 0; entry = readdir(dir)) {
        char name[4096];
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            status = replay(name);
    }
    (void)closedir(dir);
    return status;
}

int main(int argc, char **argv)
{
    int status = argc < 2 ? 99 : 0;
    for (int i = 1; i < argc && status == 0; i++)
        status = replay(argv[i]);
    return status;
}
