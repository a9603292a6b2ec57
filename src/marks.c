#include "marks.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "mark_text.h"
#include "rule_compiler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

enum { FILES_MAX = 4096, FILE_BYTES_MAX = 32 << 20, TIMEOUT_S = 1, MISSES = 2048 };

/* Rules that are searched for together. muster's own are parted by what they look at, since every
 * rule of a set costs at every search; a user's may look at anything. */
enum set { SET_TALK, SET_WEB, SET_TLS, SET_USER, SETS, SET_NONE };

struct rule_file {
    const char *name;
    struct text content; /* NUL behind it */
    enum set set;
};

struct marks {
    struct arena arena;
    bool compiled;
    YR_RULES *set[SETS];  /* NULL = none in it */
    uint32_t first[SETS]; /* the number of a set's first rule */
    struct mark_rule *rule;
    uint32_t rules_len;
    uint64_t digest;
    struct rule_file file[FILES_MAX];
    unsigned files;
};

/* A set's rules over one part. */
struct scan {
    YR_SCANNER *scanner; /* NULL = none */
    const YR_RULE *rules;
    const struct mark_rule *rule; /* of the same numbers */
    unsigned port, proto;         /* that it was told last */
};

struct mark_search {
    struct scan own[MARK_PARTS], user[MARK_PARTS];
    const struct scan *scan; /* in hand */
    enum mark_part part;     /* likewise */
    struct mark_hits hits;
    bool too_many;
    /* Digests of texts that had no mark: what is the same each time is searched once. */
    uint64_t miss[MISSES];
    char room[MARK_TEXT_MAX];
};

#define OWN(name)                                                                                  \
    extern const char marks_##name[];                                                              \
    __asm__(".section .rodata\nmarks_" #name ":\n.incbin \"marks/" #name                           \
            ".yar\"\n.byte 0\n.previous\n");
OWN(mail)
OWN(talk)
OWN(tls)
OWN(web)
#undef OWN

/* ---- compiling */

static YR_COMPILER *compiler_new(struct rule_trial *trial)
{
    static const char *const flags[] = {"talk", "http", "tls", "sent"};
    YR_COMPILER *compiler = rule_compiler_new(trial);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        (void)yr_compiler_define_boolean_variable(compiler, flags[i], 0);
    (void)yr_compiler_define_integer_variable(compiler, "port", 0);
    (void)yr_compiler_define_integer_variable(compiler, "proto", 0);
    return compiler;
}

/* Whether the file compiles by itself. */
static bool compiles(const struct rule_file *file, struct rule_trial *trial)
{
    *trial = (struct rule_trial){.name = file->name};
    YR_COMPILER *compiler = compiler_new(trial);
    int errors = yr_compiler_add_string(compiler, file->content.at, "trial");
    yr_compiler_destroy(compiler);
    if (errors && !trial->failed)
        (void)snprintf(trial->text, sizeof trial->text, "%s: not YARA rules", file->name);
    return errors == 0;
}

static void file_add(struct marks *marks, const char *name, struct text content, enum set set)
{
    marks->file[marks->files++] =
        (struct rule_file){arena_text(&marks->arena, text_of(name)).at, content, set};
    marks->digest = XXH3_64bits_withSeed(content.at, content.len, marks->digest);
}

struct marks *marks_new(void)
{
    struct marks *marks = mem_new(1, sizeof *marks);
    int done = yr_initialize(); /* counts its callers */
    muster_assert(done == ERROR_SUCCESS);
    file_add(marks, "marks/mail.yar", text_of(marks_mail), SET_TALK);
    file_add(marks, "marks/talk.yar", text_of(marks_talk), SET_TALK);
    file_add(marks, "marks/tls.yar", text_of(marks_tls), SET_TLS);
    file_add(marks, "marks/web.yar", text_of(marks_web), SET_WEB);
    return marks;
}

void marks_free(struct marks *marks)
{
    if (marks == NULL)
        return;
    for (unsigned set = 0; set < SETS; set++)
        if (marks->set[set])
            (void)yr_rules_destroy(marks->set[set]);
    (void)yr_finalize();
    mem_free(marks->rule);
    arena_free(&marks->arena);
    mem_free(marks);
}

static void add_file(void *context, const char *path, struct rule_complaint complaint)
{
    struct marks *marks = context;
    struct file_map map = {0};
    struct rule_trial trial;
    struct err err;
    if (!file_map(&map, path, &err)) {
        complaint.tell(complaint.context, err.text);
        return;
    }
    if (marks->files == FILES_MAX || map.len > FILE_BYTES_MAX || map.len == 0 ||
        memchr(map.at, '\0', map.len)) {
        (void)err_set(&err, "%s: not used: %s", path,
                      marks->files == FILES_MAX  ? "too many files of rules"
                      : map.len > FILE_BYTES_MAX ? "larger than 32 MB"
                      : map.len                  ? "YARA rules are text, this is not"
                                                 : "the file is empty");
        complaint.tell(complaint.context, err.text);
        file_unmap(&map);
        return;
    }
    struct text content = arena_text(&marks->arena, text_at(map.at, map.len));
    file_unmap(&map);
    struct rule_file file = {path, content, SET_USER};
    if (compiles(&file, &trial))
        file_add(marks, path, content, SET_USER);
    else
        complaint.tell(complaint.context, trial.text);
}

void marks_add(struct marks *marks, const char *path, struct rule_complaint complaint)
{
    muster_assert(!marks->compiled);
    rule_files_each(path, add_file, marks, complaint);
}

static const char *meta_text(const YR_RULE *rule, const char *name)
{
    YR_META *meta;
    yr_rule_metas_foreach(rule, meta)
    {
        if (meta->type == META_TYPE_STRING && strcmp(meta->identifier, name) == 0)
            return meta->string;
    }
    return NULL;
}

static enum mark_confidence confidence_of(const char *text)
{
    if (text && strcmp(text, "high") == 0)
        return MARK_HIGH;
    return text && strcmp(text, "low") == 0 ? MARK_LOW : MARK_MEDIUM;
}

static YR_RULES *set_compile(const struct marks *marks, enum set set)
{
    struct rule_trial trial = {.name = "marks"};
    char space[16];
    YR_RULES *rules = NULL;
    unsigned files = 0;
    for (unsigned i = 0; i < marks->files; i++)
        files += marks->file[i].set == set;
    if (files == 0)
        return NULL;
    YR_COMPILER *compiler = compiler_new(&trial);
    for (unsigned i = 0; i < marks->files; i++) {
        if (marks->file[i].set != set)
            continue;
        (void)snprintf(space, sizeof space, "f%u", i); /* names of rules are a file's own */
        int errors = yr_compiler_add_string(compiler, marks->file[i].content.at, space);
        muster_assert(errors == 0); /* it was tried */
    }
    int made = yr_compiler_get_rules(compiler, &rules);
    muster_assert(made == ERROR_SUCCESS);
    yr_compiler_destroy(compiler);
    return rules;
}

static struct mark_rule rule_of(const YR_RULE *rule, uint32_t number)
{
    const char *family = meta_text(rule, "family");
    return (struct mark_rule){.name = rule->identifier,
                              .family = family ? family : rule->identifier,
                              .reference = meta_text(rule, "reference"),
                              .number = number,
                              .confidence = confidence_of(meta_text(rule, "confidence"))};
}

void marks_compile(struct marks *marks)
{
    muster_assert(!marks->compiled);
    marks->compiled = true;
    for (unsigned set = 0; set < SETS; set++) {
        marks->set[set] = set_compile(marks, (enum set)set);
        uint32_t len = marks->set[set] ? marks->set[set]->num_rules : 0;
        marks->first[set] = marks->rules_len;
        marks->rule = mem_resize(marks->rule, marks->rules_len + len + 1, sizeof *marks->rule);
        for (uint32_t i = 0; i < len; i++, marks->rules_len++)
            marks->rule[marks->rules_len] =
                rule_of(&marks->set[set]->rules_table[i], marks->rules_len);
    }
}

uint64_t marks_digest(const struct marks *marks)
{
    return marks ? marks->digest : 0;
}

uint32_t marks_rules(const struct marks *marks)
{
    return marks->rules_len;
}

const struct mark_rule *marks_rule(const struct marks *marks, uint32_t number)
{
    muster_assert(number < marks->rules_len);
    return &marks->rule[number];
}

/* ---- searching */

/* Where the first of the rule's strings lies. */
static uint32_t first_offset(YR_SCAN_CONTEXT *context, const YR_RULE *rule)
{
    YR_STRING *string;
    YR_MATCH match;
    int64_t first = INT64_MAX;
    yr_rule_strings_foreach(rule, string)
    {
        const void *at = context->matches[string->idx].head;
        for (; at != NULL; at = match.next) {
            memcpy(&match, at, sizeof match); /* libyara lays them anywhere, not aligned */
            if (match.base + match.offset < first)
                first = match.base + match.offset;
        }
    }
    return first == INT64_MAX ? 0 : (uint32_t)first;
}

/* Of more than are kept, the surest, and of equally sure ones the first. */
static void keep(struct mark_search *search, struct mark_hit hit)
{
    struct mark_hits *hits = &search->hits;
    uint32_t at = 0;
    while (at < hits->len && hits->hit[at].rule->confidence >= hit.rule->confidence)
        at++;
    if (hits->len == MARKS_KEPT)
        search->too_many = true;
    if (at == MARKS_KEPT)
        return;
    uint32_t behind = (hits->len < MARKS_KEPT ? hits->len : MARKS_KEPT - 1) - at;
    memmove(&hits->hit[at + 1], &hits->hit[at], behind * sizeof hit);
    hits->hit[at] = hit;
    hits->len += hits->len < MARKS_KEPT;
}

static int on_match(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
    struct mark_search *search = user;
    if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
        search->too_many = true;
    if (message != CALLBACK_MSG_RULE_MATCHING)
        return CALLBACK_CONTINUE;
    const YR_RULE *rule = data;
    keep(search, (struct mark_hit){.rule = &search->scan->rule[rule - search->scan->rules],
                                   .part = search->part,
                                   .offset = first_offset(context, rule)});
    return CALLBACK_CONTINUE;
}

static void scan_open(struct scan *scan, const struct marks *marks, enum set set,
                      enum mark_part part, struct mark_search *search)
{
    if (set == SET_NONE || marks->set[set] == NULL)
        return;
    int made = yr_scanner_create(marks->set[set], &scan->scanner);
    muster_assert(made == ERROR_SUCCESS);
    scan->rules = marks->set[set]->rules_table;
    scan->rule = marks->rule + marks->first[set];
    YR_SCANNER *scanner = scan->scanner;
    yr_scanner_set_callback(scanner, on_match, search);
    yr_scanner_set_timeout(scanner, TIMEOUT_S);
    /* the bytes are memory of ours: no handler of SIGBUS is needed */
    yr_scanner_set_flags(scanner, SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH |
                                      SCAN_FLAGS_REPORT_RULES_MATCHING);
    bool web = part == MARK_REQUEST || part == MARK_RESPONSE;
    bool sent = part == MARK_SENT || part == MARK_REQUEST;
    (void)yr_scanner_define_boolean_variable(scanner, "talk", part <= MARK_GOT);
    (void)yr_scanner_define_boolean_variable(scanner, "http", web);
    (void)yr_scanner_define_boolean_variable(scanner, "tls", part == MARK_TLS);
    (void)yr_scanner_define_boolean_variable(scanner, "sent", sent);
}

struct mark_search *mark_search_new(const struct marks *marks)
{
    /* none of muster's own is about a response */
    static const enum set own[MARK_PARTS] = {SET_TALK, SET_TALK, SET_WEB, SET_NONE, SET_TLS};
    if (marks == NULL)
        return NULL;
    muster_assert(marks->compiled);
    struct mark_search *search = mem_new(1, sizeof *search);
    for (enum mark_part part = 0; part < MARK_PARTS; part++) {
        scan_open(&search->own[part], marks, own[part], part, search);
        scan_open(&search->user[part], marks, SET_USER, part, search);
    }
    return search;
}

void mark_search_free(struct mark_search *search)
{
    if (search == NULL)
        return;
    for (unsigned part = 0; part < MARK_PARTS; part++) {
        if (search->own[part].scanner)
            yr_scanner_destroy(search->own[part].scanner);
        if (search->user[part].scanner)
            yr_scanner_destroy(search->user[part].scanner);
    }
    mem_free(search);
}

static void scan_text(struct mark_search *search, struct scan *scan, struct text text,
                      unsigned port, unsigned proto, struct skips *skips)
{
    if (scan->scanner == NULL)
        return;
    if (scan->port != port)
        (void)yr_scanner_define_integer_variable(scan->scanner, "port", port);
    if (scan->proto != proto)
        (void)yr_scanner_define_integer_variable(scan->scanner, "proto", proto);
    scan->port = port;
    scan->proto = proto;
    search->scan = scan;
    search->too_many = false;
    int done = yr_scanner_scan_mem(scan->scanner, (const uint8_t *)text.at, text.len);
    if (done != ERROR_SUCCESS)
        skips->count[SKIP_mark_slow]++;
    else if (search->too_many)
        skips->count[SKIP_mark_many]++;
}

static void search_part(struct mark_search *search, enum mark_part part, struct text text,
                        unsigned port, unsigned proto, struct skips *skips)
{
    if (text.len == 0)
        return;
    uint64_t seed = (uint64_t)part << 32 | (uint64_t)port << 8 | proto;
    uint64_t digest = XXH3_64bits_withSeed(text.at, text.len, seed) | 1;
    uint64_t *miss = &search->miss[(digest >> 1) % MISSES];
    if (*miss == digest)
        return;
    uint32_t before = search->hits.len;
    search->part = part;
    scan_text(search, &search->own[part], text, port, proto, skips);
    scan_text(search, &search->user[part], text, port, proto, skips);
    if (search->hits.len == before)
        *miss = digest;
}

const struct mark_hits *mark_search_bytes(struct mark_search *search, enum mark_part part,
                                          const void *bytes, size_t len, unsigned port,
                                          struct skips *skips)
{
    search->hits.len = 0;
    search_part(search, part, text_at(bytes, len), port, 6, skips);
    return search->hits.len ? &search->hits : NULL;
}

const struct mark_hits *mark_search_record(struct mark_search *search, const struct record *record,
                                           struct skips *skips)
{
    static const uint32_t kind[MARK_PARTS] = {RECORD_TALK, RECORD_TALK, RECORD_HTTP, RECORD_HTTP,
                                              RECORD_TLS};
    search->hits.len = 0;
    for (enum mark_part part = 0; part < MARK_PARTS; part++)
        if (record->kind == kind[part] && (search->own[part].scanner || search->user[part].scanner))
            search_part(search, part, mark_text(record, part, search->room),
                        record->ends.outside_port.number, record->ends.protocol, skips);
    return search->hits.len ? &search->hits : NULL;
}
