/*
 * Makes a large EVE log out of a small one: repeat_eve OUT BYTES LOG writes each line once for each
 * of 64 networks, all on one day, and the whole again on the next, until OUT ("-": standard
 * output) has BYTES. In each copy the second byte of IPv4 addresses that begin with 10, and the
 * third of all others, is moved, and so is the flow's number, so that every conversation is another
 * one. Prints how many lines were written. The same input makes the same output.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1 << 20, DAYS = 20, SITES = 64 };

struct copy {
    FILE *out;
    uint64_t written, bytes, lines;
    unsigned site, day;
    uint64_t number; /* of the copy, from 0 */
};

static void put(struct copy *c, const char *at, size_t len)
{
    (void)fwrite(at, 1, len, c->out);
    c->written += len;
}

/* A quoted IPv4 address, moved; returns how many bytes were taken, 0: it is none. */
static size_t address_put(struct copy *c, const char *at)
{
    unsigned a, b, d, e;
    int len = 0;
    char text[24];
    if (sscanf(at, "\"%3u.%3u.%3u.%3u\"%n", &a, &b, &d, &e, &len) != 4 || len == 0)
        return 0;
    if (a == 10)
        b = (b + c->site) % 256;
    else
        d = (d + c->site) % 256;
    (void)snprintf(text, sizeof text, "\"%u.%u.%u.%u\"", a, b, d, e);
    put(c, text, strlen(text));
    return (size_t)len;
}

/* A quoted time, on the copy's day. */
static size_t time_put(struct copy *c, const char *at)
{
    static const char form[] = "\"dddd-dd-ddT";
    char text[16];
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)at[i]) : at[i] != form[i])
            return 0;
    (void)snprintf(text, sizeof text, "\"2024-03-%02uT", 1 + c->day);
    put(c, text, strlen(text));
    return sizeof form - 1;
}

static void line_put(struct copy *c, const char *line)
{
    static const char flow[] = "\"flow_id\":";
    const char *from = line, *at = line;
    while (*at) {
        size_t used = 0;
        if (*at == '"' && isdigit((unsigned char)at[1])) {
            put(c, from, (size_t)(at - from));
            from = at;
            used = time_put(c, at);
            used = used ? used : address_put(c, at);
        } else if (*at == '"' && strncmp(at, flow, sizeof flow - 1) == 0) {
            char *end, text[24];
            uint64_t id = strtoull(at + sizeof flow - 1, &end, 10) + c->number * 1000003;
            (void)snprintf(text, sizeof text, "%llu", (unsigned long long)(id >> 11));
            at += sizeof flow - 1;
            put(c, from, (size_t)(at - from));
            put(c, text, strlen(text));
            from = at;
            used = (size_t)(end - at);
        }
        if (used)
            from = at += used;
        else
            at++;
    }
    put(c, from, (size_t)(at - from));
    c->lines++;
}

static bool pass(struct copy *c, FILE *log, char *line)
{
    rewind(log);
    while (fgets(line, LINE, log))
        for (c->site = 0; c->site < SITES; c->site++) {
            if (c->written >= c->bytes)
                return false;
            c->number = c->site + (uint64_t)SITES * c->day;
            line_put(c, line);
        }
    c->day = (c->day + 1) % DAYS;
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: repeat_eve OUT BYTES LOG\n");
        return 2;
    }
    FILE *log = fopen(argv[3], "r");
    struct copy c = {.out = strcmp(argv[1], "-") == 0 ? stdout : fopen(argv[1], "w"),
                     .bytes = strtoull(argv[2], NULL, 10)};
    char *line = malloc(LINE);
    if (log == NULL || c.out == NULL || line == NULL || fgets(line, LINE, log) == NULL)
        return 1;
    while (pass(&c, log, line))
        ;
    (void)fprintf(stderr, "%llu lines\n", (unsigned long long)c.lines);
    free(line);
    (void)fclose(log);
    return fclose(c.out) != 0;
}
