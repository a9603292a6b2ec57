#include "cmd/report_owners.h"

#include "base/file.h"
#include "base/mem.h"
#include "census/notices.h"
#include "cmd/ask.h"
#include "enrich/owners.h"
#include "output/text_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { FILES = 2, NAME_KEPT = 80 };
static const char *const file_end[FILES] = {"", "-websites"};

/* A finding and whose it is. */
struct told {
    struct text name, email; /* of the owner */
    unsigned file;
    size_t row;
};

struct telling {
    const struct options *options;
    struct day from, to;
    struct arena arena;
    struct owners owners;
    struct rows rows[FILES];
    struct told *told; /* in the order of owners */
    size_t len;
    struct rows index; /* owner, e-mail, hosts, websites, findings, file */
};
enum { INDEX_COLUMNS = 6 };

static bool ask(const struct asker *asker, void *state, struct err *err)
{
    struct telling *t = state;
    arena_reset(&t->arena);
    return notices_control(&t->rows[0], asker, t->from, t->to, &t->arena, err) &&
           notices_sites(&t->rows[1], asker, t->from, t->to, &t->arena, err);
}

/* Who answers for a host: by the user's file, else its network's number, else who watched it. */
static struct told told_of(struct telling *t, unsigned file, size_t row)
{
    const struct rows *rows = &t->rows[file];
    struct told told = {.file = file, .row = row};
    struct text asn = rows_cell(rows, row, NOTICE_ASN),
                sensor = rows_cell(rows, row, NOTICE_SENSOR);
    struct address host;
    const struct owner *owner =
        address_parse(rows_cell(rows, row, NOTICE_HOST), &host)
            ? owners_find(&t->owners, host, rows_count(rows, row, NOTICE_ASN))
            : NULL;
    if (owner) {
        told.name = owner->name;
        told.email = owner->email;
    } else if (!text_is(asn, "-1")) {
        told.name = arena_format(&t->arena, "AS%s", asn.at);
    } else {
        told.name =
            sensor.at ? arena_format(&t->arena, "sensor %s", sensor.at) : text_of("not known");
    }
    return told;
}

static int by_owner(const void *a, const void *b)
{
    const struct told *left = a, *right = b;
    int order = text_compare(left->name, right->name);
    if (order || left->file != right->file)
        return order ? order : (int)left->file - (int)right->file;
    return (left->row > right->row) - (left->row < right->row);
}

/* Letters and digits of the owner's name; what else is in it becomes '-', and a digest keeps apart
 * what would be the same. */
static void file_name(struct text owner, char out[NAME_KEPT])
{
    size_t len = 0;
    bool lost = false;
    for (uint32_t i = 0; i < owner.len && len + 24 < NAME_KEPT; i++) {
        char c = owner.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        lost |= !plain;
        if (plain || (len && out[len - 1] != '-'))
            out[len++] = plain ? c : '-';
    }
    while (len && out[len - 1] == '-')
        len--;
    out[len] = '\0';
    if (lost || len == 0)
        (void)snprintf(out + len, NAME_KEPT - len, "%s%08x", len ? "-" : "owner-",
                       (unsigned)XXH3_64bits(owner.at ? owner.at : "", owner.len));
}

/* A cell that a spreadsheet would run is made text. */
static void put_cell(struct buf *buf, struct text cell)
{
    struct buf text = {0};
    if (cell.len && strchr("=+-@", cell.at[0])) {
        buf_char(&text, '\'');
        buf_text(&text, cell);
        cell = text_at(text.at, text.len);
    }
    buf_csv(buf, cell);
    buf_free(&text);
}

static void put_line(struct buf *buf, const struct rows *rows, size_t row, unsigned from)
{
    for (unsigned column = from; column < rows->columns; column++) {
        buf_string(buf, column > from ? "," : "");
        put_cell(buf, row == SIZE_MAX ? rows->name[column] : rows_cell(rows, row, column));
    }
    buf_string(buf, "\r\n");
}

static bool write_csv(const struct telling *t, const char *name, const char *end,
                      const struct buf *csv, struct err *err)
{
    struct buf path = {0};
    buf_format(&path, "%s/%s%s.csv", t->options->output, name, end);
    bool done = file_write(path.at, csv->at, csv->len, 0600, err);
    buf_free(&path);
    return done;
}

static int by_text(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* Different hosts (of file 0) or websites among an owner's findings. */
static size_t different(const struct telling *t, size_t from, size_t to, unsigned file)
{
    struct text *key = mem_new(to - from, sizeof *key);
    const struct rows *rows = &t->rows[file];
    size_t len = 0, n = 0;
    unsigned column = 0;
    while (!text_is(rows->name[column], file ? "url" : "src_ip"))
        column++;
    for (size_t i = from; i < to; i++)
        if (t->told[i].file == file)
            key[len++] = rows_cell(rows, t->told[i].row, column);
    if (len)
        qsort(key, len, sizeof *key, by_text);
    for (size_t i = 0; i < len; i++)
        n += i == 0 || !text_same(key[i], key[i - 1]);
    mem_free(key);
    return n;
}

/* One owner's findings [from, to): its files, and its line of the index. */
static bool tell_owner(struct telling *t, size_t from, size_t to, struct err *err)
{
    struct buf csv[FILES] = {{0}};
    char name[NAME_KEPT];
    bool done = true;
    file_name(t->told[from].name, name);
    for (size_t i = from; i < to; i++) {
        const struct told *told = &t->told[i];
        if (csv[told->file].len == 0)
            put_line(&csv[told->file], &t->rows[told->file], SIZE_MAX, NOTICE_PRINTED);
        put_line(&csv[told->file], &t->rows[told->file], told->row, NOTICE_PRINTED);
    }
    for (unsigned f = 0; f < FILES; f++) {
        if (csv[f].len && done)
            done = write_csv(t, name, file_end[f], &csv[f], err);
        buf_free(&csv[f]);
    }
    struct text *cell = &t->index.cell[t->index.len++ * INDEX_COLUMNS];
    cell[0] = t->told[from].name;
    cell[1] = t->told[from].email;
    cell[2] = arena_format(&t->arena, "%zu", different(t, from, to, 0));
    cell[3] = arena_format(&t->arena, "%zu", different(t, from, to, 1));
    cell[4] = arena_format(&t->arena, "%zu", to - from);
    cell[5] = arena_format(&t->arena, "%s", name);
    return done;
}

static bool tell_all(struct telling *t, struct err *err)
{
    static const char *const names[INDEX_COLUMNS] = {"owner",    "email",    "hosts",
                                                     "websites", "findings", "file"};
    struct buf index = {0};
    size_t all = t->rows[0].len + t->rows[1].len;
    bool done = file_make_folder(t->options->output, 0700, err);
    t->told = mem_new(all + 1, sizeof *t->told);
    for (unsigned f = 0; f < FILES; f++)
        for (size_t row = 0; row < t->rows[f].len; row++)
            t->told[t->len++] = told_of(t, f, row);
    if (t->len)
        qsort(t->told, t->len, sizeof *t->told, by_owner);
    t->index.columns = INDEX_COLUMNS;
    t->index.cell = arena_new(&t->arena, (t->len * INDEX_COLUMNS + 1) * sizeof(struct text));
    for (unsigned i = 0; i < INDEX_COLUMNS; i++)
        t->index.name[i] = text_of(names[i]);
    for (size_t from = 0, to; from < t->len && done; from = to) {
        for (to = from; to < t->len && text_same(t->told[to].name, t->told[from].name);)
            to++;
        done = tell_owner(t, from, to, err);
    }
    for (size_t row = SIZE_MAX; row == SIZE_MAX || row < t->index.len; row++)
        put_line(&index, &t->index, row, 0);
    done = done && write_csv(t, "index", "", &index, err);
    buf_free(&index);
    return done;
}

static int read_contacts(const struct options *options, struct owners *owners)
{
    struct file_map map;
    struct err err;
    if (options->contacts == NULL)
        return EXIT_DONE;
    if (!file_map(&map, options->contacts, &err))
        return cmd_fail("report", EXIT_USAGE, err.text);
    owners_read(owners, text_at(map.at, map.len));
    file_unmap(&map);
    if (owners->refused)
        cmd_say("report", "%s: %llu lines name no owner (CIDR or ASN,owner[,e-mail]): %s",
                options->contacts, (unsigned long long)owners->refused, owners->first_refused);
    return EXIT_DONE;
}

static void say(const struct telling *t)
{
    struct buf buf = {0};
    enum { SHOWN = 20 };
    if (t->options->quiet)
        return;
    text_table(&buf, &t->index, SHOWN);
    buf_format(&buf,
               "%zu owner%s told of %zu finding%s. TLP:AMBER: %s/index.csv lists the files.\n",
               t->index.len, t->index.len == 1 ? "" : "s", t->len, t->len == 1 ? "" : "s",
               t->options->output);
    (void)fwrite(buf.at, 1, buf.len, stdout);
    buf_free(&buf);
}

int report_owners(const struct options *options, struct day from, struct day to)
{
    struct telling t = {.options = options, .from = from, .to = to};
    struct err err = {""};
    if (options->output == NULL || strcmp(options->output, "-") == 0)
        return cmd_fail("report", EXIT_USAGE, "--by owner writes a folder of files: give -o DIR");
    int status = read_contacts(options, &t.owners);
    if (status == EXIT_DONE)
        status = cmd_ask(options, "report", ask, &t);
    if (status == EXIT_DONE && !tell_all(&t, &err))
        status = cmd_fail("report", EXIT_WORLD, err.text);
    else if (status == EXIT_DONE)
        say(&t);
    mem_free(t.told);
    owners_free(&t.owners);
    arena_free(&t.arena);
    return status;
}
