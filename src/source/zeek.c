/*
 * Zeek's logs as a source: what a file is, which files belong together, and each line's way to the
 * reader of its kind. Kinds that are not in the list below (weird, known_hosts, stats...) say
 * nothing that is used and are counted as ignored.
 *
 * The logs of a folder and period are a set: the same name but for the kind
 * ("conn.00:00:00-01:00:00.log.gz", "dns.00:00:00-01:00:00.log.gz"). A period that Zeek began late
 * ("16:02:19-17:00:00") is known by its end.
 */
#include "source/zeek.h"

#include "base/mem.h"
#include "source/fields.h"
#include "source/input.h"

#include <stdio.h>

static const struct zeek_kind *const kinds[] = {
    &zeek_conn, &zeek_dns,   &zeek_http,   &zeek_ssl,      &zeek_quic,
    &zeek_x509, &zeek_files, &zeek_dhcp,   &zeek_kerberos, &zeek_ntlm,
    &zeek_smtp, &zeek_ftp,   &zeek_notice, &zeek_intel,    NULL};
enum { KINDS = sizeof kinds / sizeof kinds[0] - 1, RANK_UNUSED = 8 };

static unsigned kind_bit(const struct zeek_kind *kind)
{
    for (unsigned i = 0; i < KINDS; i++)
        if (kinds[i] == kind)
            return 1u << i;
    return 0;
}

/* ---- lines */

static struct text without_tab(struct text line)
{
    while (line.len > 1 && line.at[0] == '\t' && line.at[1] == '#')
        line = text_at(line.at + 1, line.len - 1);
    return line;
}

static enum log_line json_line(struct zeek *zeek, struct log_entry *entry)
{
    const struct zeek_kind *before = zeek->kind;
    if (!zeek_json_cut(zeek, entry->line, &entry->wrong))
        return LOG_DAMAGED;
    if (zeek->kind == NULL)
        return LOG_IGNORED;
    if (zeek->kind != before || zeek->kinds == 0)
        zeek->kinds |= kind_bit(zeek->kind);
    zeek->shared->kinds |= zeek->kinds;
    return zeek->kind->read(zeek, entry);
}

static enum log_line zeek_line(void *state, struct log_entry *entry)
{
    struct zeek *zeek = state;
    zeek->shared = entry->shared;
    zeek->of = kinds;
    struct text line = without_tab(entry->line);
    if (line.at[0] == '{')
        return json_line(zeek, entry);
    zeek->form = ZEEK_TSV;
    if (line.at[0] == '#') {
        zeek_header_read(zeek, line);
        if (zeek->header.named)
            zeek->shared->kinds |= kind_bit(zeek->kind);
        return LOG_REMARK;
    }
    if (!zeek->header.named && !zeek_header_guess(zeek, line)) {
        entry->wrong = "no header names its columns";
        return LOG_DAMAGED;
    }
    if (zeek->kind == NULL)
        return LOG_IGNORED;
    if (!zeek_tsv_cut(zeek, line)) {
        entry->wrong = "fewer fields than the header names";
        return LOG_DAMAGED;
    }
    zeek->shared->kinds |= kind_bit(zeek->kind);
    return zeek->kind->read(zeek, entry);
}

static unsigned zeek_rank(const void *state)
{
    const struct zeek *zeek = state;
    return zeek->kind ? zeek->kind->rank : RANK_UNUSED;
}

static unsigned zeek_lacking(const void *state)
{
    const struct zeek_shared *shared = state;
    unsigned lacks = 0;
#define HAS(kind) (shared->kinds & kind_bit(&zeek_##kind))
    if (!HAS(dns) && !HAS(ssl) && !HAS(http))
        lacks |= LACK_BIT(names);
    if (!HAS(http))
        lacks |= LACK_BIT(web);
    if (!HAS(ssl))
        lacks |= LACK_BIT(tls);
    if (!HAS(x509) && !HAS(files) && !shared->certificate_seen)
        lacks |= LACK_BIT(certificates);
    if (!HAS(dhcp) && !HAS(kerberos) && !HAS(ntlm))
        lacks |= LACK_BIT(identity);
#undef HAS
    return lacks;
}

static void shared_free(void *shared)
{
    zeek_shared_free(shared);
}

/* ---- files */

/* A file's first lines, as far as they tell what it is. */
struct look {
    struct text path;   /* of the log: "conn"; null: it does not say */
    struct text fields; /* the header's names, with the separator between */
    char separator;
    bool zeek, json, bare; /* a header, objects, or columns without a header */
    struct text record;    /* the first one */
};

/* Columns that begin like most of Zeek's: time, uid, ends. */
static bool looks_bare(struct text line)
{
    struct text field[8];
    struct address address;
    struct port port;
    int64_t us;
    if (line.len && line.at[0] == '\t')
        line = text_at(line.at + 1, line.len - 1);
    return fields_cut(line, '\t', field, 8) == 8 && field_seconds(field[0], &us) &&
           field[1].len >= 8 && field[1].len <= 24 && address_parse(field[2], &address) &&
           field_port(field[3], &port) && address_parse(field[4], &address) &&
           field_port(field[5], &port);
}

/* An object of Zeek's: it names its log, begins with its time, or has ends as Zeek calls them. */
static bool looks_json(struct text line)
{
    static const char *const names[] = {"\"id.orig_h\":", "\"id_orig_h\":", "\"_path\":"};
    if (text_starts(line, "{\"ts\":") || text_starts(line, "{\"@stream\":"))
        return true;
    bool wrapped = false;
    for (unsigned i = 0; i < KINDS && !wrapped; i++) {
        char head[24];
        (void)snprintf(head, sizeof head, "{\"%s\": {\"ts\":", kinds[i]->name);
        wrapped = text_starts(line, head);
        (void)snprintf(head, sizeof head, "{\"%s\":{\"ts\":", kinds[i]->name);
        wrapped |= text_starts(line, head);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !wrapped; i++)
        wrapped = memmem(line.at, line.len, names[i], strlen(names[i])) != NULL &&
                  memmem(line.at, line.len, "\"ts\":", 5) != NULL;
    return wrapped;
}

static bool has_ts(struct text fields, char separator)
{
    while (fields.len)
        if (text_is(text_word(&fields, separator), "ts"))
            return true;
    return false;
}

static struct look look_at(const uint8_t *start, size_t len)
{
    struct look look = {.separator = '\t'};
    struct text rest = text_at(start, len), line;
    while (look.record.at == NULL && text_line(&rest, &line)) {
        line = without_tab(line);
        if (line.len == 0)
            continue;
        if (line.at[0] != '#') {
            look.record = line;
            break;
        }
        struct text value = line;
        struct text what = text_word(&value, look.separator);
        if (text_starts(line, "#separator ")) {
            uint8_t byte;
            look.zeek = true;
            if (line.len == 15 && line.at[11] == '\\' &&
                zeek_hex(text_at(line.at + 13, 2), &byte, 1))
                look.separator = (char)byte;
            else if (line.len == 12)
                look.separator = line.at[11];
        } else if (text_is(what, "#path")) {
            look.zeek = true;
            look.path = value;
        } else if (text_is(what, "#fields")) {
            look.fields = value;
            look.zeek |= has_ts(value, look.separator);
        }
    }
    if (look.zeek || look.record.at == NULL)
        return look;
    look.json = look.record.at[0] == '{' && looks_json(look.record);
    look.bare = !look.json && looks_bare(look.record);
    if (look.json)
        look.path = zeek_json_path(look.record);
    return look;
}

static bool zeek_knows(const uint8_t *start, size_t len)
{
    struct look look = look_at(start, len);
    return look.zeek || look.json || look.bare;
}

/* The time that a line begins with, or that stands where the header says. */
static bool first_time(const struct look *look, struct instant *ret)
{
    struct text fields = look->fields, rest = look->record, value = rest;
    if (look->json) {
        const char *ts = memmem(rest.at, rest.len, "\"ts\":", 5);
        if (ts == NULL)
            return false;
        value = text_at(ts + 5, rest.len - (size_t)(ts + 5 - rest.at));
        value = text_word(&value, ',');
        if (value.len > 2 && value.at[0] == '"')
            value = text_at(value.at + 1, value.len - 2);
    } else {
        if (rest.len && rest.at[0] == look->separator)
            rest = text_at(rest.at + 1, rest.len - 1);
        bool found = look->fields.at == NULL;
        for (value = text_word(&rest, look->separator); !found && fields.len;) {
            found = text_is(text_word(&fields, look->separator), "ts");
            if (!found)
                value = text_word(&rest, look->separator);
        }
        if (!found)
            return false;
    }
    return field_seconds(value, &ret->us) || instant_parse(value, ret);
}

static bool zeek_first_record(const uint8_t *start, size_t len, struct instant *ret)
{
    struct look look = look_at(start, len);
    struct instant first;
    if (look.record.at == NULL || !first_time(&look, &first))
        return false;
    *ret = first;
    return true;
}

/* Where the word stands in the name, between bytes that are neither letters nor digits. */
static const char *word_find(struct text name, struct text word)
{
    const char *at = name.at, *end = name.at + name.len;
    while (word.len && (at = memmem(at, (size_t)(end - at), word.at, word.len)) != NULL) {
        const char *to = at + word.len;
        bool before =
            at == name.at || !((ascii_lower(at[-1]) >= 'a' && ascii_lower(at[-1]) <= 'z'));
        bool behind =
            to == end || !((ascii_lower(*to) >= 'a' && ascii_lower(*to) <= 'z') || *to == '_');
        if (before && behind)
            return at;
        at++;
    }
    return NULL;
}

/* "00:00:00-01:00:00" at `at`. */
static bool is_period(const char *at, size_t len)
{
    static const char shape[] = "00:00:00-00:00:00";
    if (len < sizeof shape - 1)
        return false;
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '0' ? at[i] < '0' || at[i] > '9' : at[i] != shape[i])
            return false;
    return true;
}

static bool zeek_member(const uint8_t *start, size_t len, struct text name,
                        struct source_member *ret)
{
    enum { PERIOD_START = 9 }; /* bytes of it */
    struct look look = look_at(start, len);
    if (look.bare && look.path.at == NULL)
        look.path = text_of("conn");
    struct text word = look.path;
    if (word.at == NULL && look.json) { /* "dns.log": the name up to its first point */
        struct text rest = name;
        word = text_word(&rest, '.');
    }
    const char *at = word.len ? word_find(name, word) : NULL;
    if (!(look.zeek || look.json || look.bare) || at == NULL)
        return false;
    size_t before = (size_t)(at - name.at), used = 0;
    struct text behind = text_at(at + word.len, name.len - before - word.len);
    if (text_ends(behind, ".gz"))
        behind.len -= 3;
    else if (text_ends(behind, ".zst"))
        behind.len -= 4;
    if (before + behind.len + 2 > sizeof ret->key)
        return false;
    memcpy(ret->key, name.at, before);
    used = before;
    ret->key[used++] = '*';
    for (uint32_t i = 0; i < behind.len; i++) {
        if (is_period(behind.at + i, behind.len - i))
            i += PERIOD_START;
        ret->key[used++] = behind.at[i];
    }
    ret->key[used] = '\0';
    ret->word = text_at(at, word.len);
    return true;
}

static struct source *zeek_open(const struct source_kind *kind, struct input *in, const char *path,
                                struct err *err)
{
    enum { START = 4096 };
    size_t len;
    const uint8_t *start = input_peek(in, START, &len);
    struct look look = look_at(start, len);
    struct zeek *guess = mem_new(1, sizeof *guess);
    guess->of = kinds;
    bool refused = look.bare && !zeek_header_guess(guess, look.record);
    mem_free(guess);
    if (refused) {
        (void)err_set(err,
                      "%s: columns as in a Zeek log, but no header names them: put the lines that "
                      "begin with # of a log of the same kind before it, and read again",
                      path);
        input_close(in);
        return NULL;
    }
    return log_open(kind, in, path, err);
}

static const struct log_format format = {
    .state_bytes = sizeof(struct zeek),
    .shared_bytes = sizeof(struct zeek_shared),
    .lacks = LACK_BIT(content),
    .line = zeek_line,
    .lacking = zeek_lacking,
    .shared_free = shared_free,
    .rank = zeek_rank,
};

const struct source_kind source_zeek = {
    .unit = "line",
    .name = "zeek",
    .about = "Zeek's logs, TSV or JSON, alone or the logs of a period together",
    .knows = zeek_knows,
    .first = zeek_first_record,
    .open = zeek_open,
    .add = log_add,
    .next = log_next,
    .close = log_close,
    .member = zeek_member,
    .log = &format,
};
