/*
 * Makes a large Zeek log out of a small one: repeat_log OUT BYTES SITES tsv|json LOG writes each
 * line once for each of SITES networks, and the whole again later in time, until OUT ("-": standard
 * output) has BYTES. In each copy the second byte of IPv4 addresses that begin with 10, and the
 * third of all others, is moved, so that every conversation is another one. Prints how many lines
 * were written. The same input makes the same output.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 64, LINE = 1 << 16, NAME = 64 };

struct field {
    char name[NAME], type[NAME];
};

struct repeat {
    FILE *out;
    uint64_t written, bytes, lines;
    struct field field[FIELDS];
    unsigned fields;
    char path[NAME];
    bool json;
};

static void put(struct repeat *r, const char *at, size_t len)
{
    (void)fwrite(at, 1, len, r->out);
    r->written += len;
}

/* Cuts at tabs, in place. */
static unsigned cut(char *line, char *field[FIELDS])
{
    unsigned n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at && n < FIELDS; n++) {
        field[n] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    return n;
}

static size_t moved_address(const char *text, unsigned copy, char out[NAME])
{
    unsigned a, b, c, d;
    char rest;
    if (sscanf(text, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) == 4 && a < 224) {
        b = a == 10 ? (b + copy) & 255 : b;
        c = a == 10 ? c : (c + copy) & 255;
        return (size_t)snprintf(out, NAME, "%u.%u.%u.%u", a, b, c, d);
    }
    return (size_t)snprintf(out, NAME, "%s", text);
}

static size_t moved_time(const char *text, int64_t later_s, char out[NAME])
{
    int64_t seconds = strtoll(text, NULL, 10);
    const char *point = strchr(text, '.');
    return (size_t)snprintf(out, NAME, "%lld%s", (long long)(seconds + later_s),
                            point ? point : "");
}

static void put_json_text(struct repeat *r, const char *text, size_t len)
{
    put(r, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            put(r, "\\", 1);
        put(r, &text[i], 1);
    }
    put(r, "\"", 1);
}

static bool is_number(const char *type)
{
    static const char *const types[] = {"time", "interval", "count", "int", "double", "port"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

/* As Zeek's JSON writer: what is unset is left out. */
static void put_json(struct repeat *r, const struct field *field, const char *text, bool *begun)
{
    if (strcmp(text, "-") == 0)
        return;
    put(r, *begun ? "," : "{", 1);
    *begun = true;
    put_json_text(r, field->name, strlen(field->name));
    put(r, ":", 1);
    char *bracket = strchr(field->type, '[');
    if (bracket == NULL && is_number(field->type)) {
        put(r, text, strlen(text));
    } else if (strcmp(field->type, "bool") == 0) {
        put(r, text[0] == 'T' ? "true" : "false", text[0] == 'T' ? 4 : 5);
    } else if (bracket == NULL) {
        put_json_text(r, text, strcmp(text, "(empty)") == 0 ? 0 : strlen(text));
    } else {
        bool number =
            strncmp(bracket + 1, "interval", 8) == 0 || strncmp(bracket + 1, "count", 5) == 0;
        put(r, "[", 1);
        for (bool more = strcmp(text, "(empty)") != 0; more;) {
            size_t len = strcspn(text, ",");
            if (number)
                put(r, text, len);
            else
                put_json_text(r, text, len);
            more = text[len] == ',';
            text += len + more;
            if (more)
                put(r, ",", 1);
        }
        put(r, "]", 1);
    }
}

static void put_line(struct repeat *r, char *const *text, unsigned n, unsigned copy,
                     int64_t later_s)
{
    bool begun = false;
    for (unsigned i = 0; i < n && i < r->fields; i++) {
        char moved[NAME];
        const char *value = text[i];
        if (strcmp(r->field[i].type, "addr") == 0 && moved_address(value, copy, moved))
            value = moved;
        else if (strcmp(r->field[i].type, "time") == 0 && moved_time(value, later_s, moved))
            value = moved;
        if (r->json) {
            put_json(r, &r->field[i], value, &begun);
            continue;
        }
        if (i)
            put(r, "\t", 1);
        put(r, value, strlen(value));
    }
    put(r, r->json ? "}\n" : "\n", r->json ? 2 : 1);
    r->lines++;
}

static void header(struct repeat *r, char *line, bool first)
{
    char copy[LINE], *text[FIELDS];
    (void)snprintf(copy, sizeof copy, "%s", line);
    unsigned n = cut(copy, text);
    bool names = strcmp(text[0], "#fields") == 0, types = strcmp(text[0], "#types") == 0;
    for (unsigned i = 1; (names || types) && i < n; i++)
        (void)snprintf(names ? r->field[i - 1].name : r->field[i - 1].type, NAME, "%s", text[i]);
    if (names)
        r->fields = n - 1;
    if (!first || r->json || strncmp(line, "#close", 6) == 0)
        return;
    put(r, line, strlen(line));
    r->lines++;
}

/* One pass over the log, `later_s` later; returns how many seconds it spans. */
static int64_t pass(struct repeat *r, FILE *in, unsigned sites, unsigned copy, int64_t later_s,
                    bool first)
{
    static char line[LINE], kept[LINE];
    int64_t from = INT64_MAX, to = 0;
    while (fgets(line, sizeof line, in) && (r->written < r->bytes || first)) {
        char *text[FIELDS];
        if (line[0] == '#') {
            header(r, line, first);
            continue;
        }
        memcpy(kept, line, sizeof kept);
        unsigned n = cut(kept, text);
        for (unsigned i = 0; i < r->fields && i < n; i++)
            if (strcmp(r->field[i].name, "ts") == 0) {
                int64_t at = strtoll(text[i], NULL, 10);
                from = at < from ? at : from;
                to = at > to ? at : to;
            }
        for (unsigned site = 0; site < sites; site++)
            put_line(r, text, n, copy + site, later_s);
    }
    return to > from ? to - from + 1 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fprintf(stderr, "usage: repeat_log OUT BYTES SITES tsv|json LOG\n");
        return 2;
    }
    static struct repeat r;
    bool piped = strcmp(argv[1], "-") == 0;
    unsigned sites = (unsigned)strtoul(argv[3], NULL, 10), copy = 0;
    r.out = piped ? stdout : fopen(argv[1], "wb");
    r.bytes = strtoull(argv[2], NULL, 10);
    r.json = strcmp(argv[4], "json") == 0;
    FILE *in = fopen(argv[5], "rb");
    if (r.out == NULL || in == NULL || sites == 0)
        return 3;
    int64_t later_s = 0;
    do {
        rewind(in);
        uint64_t before = r.written;
        later_s += pass(&r, in, sites, copy, later_s, copy == 0);
        copy += sites;
        if (r.written == before)
            break;
    } while (r.written < r.bytes);
    (void)fprintf(piped ? stderr : stdout, "%llu\n", (unsigned long long)r.lines);
    (void)fclose(in);
    return fclose(r.out) == 0 ? 0 : 3;
}
