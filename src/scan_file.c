#include "scan_file.h"

#include "base/arena.h"
#include "base/digits.h"
#include "base/file.h"
#include "base/md5.h"
#include "base/mem.h"
#include "feeds/container.h"
#include "judge/judge.h"
#include "scan/walk.h"
#include "scan_rules.h"

#include <math.h>
#include <stdio.h>
#include <xxhash.h>

enum { GOOD_FIRST = 1 << 12, SCRIPT_MOST = 4 << 20, UNPACKED_MOST = 256 << 20, NESTED_MOST = 2 };

struct scan_file {
    struct scan_rules *rules;
    struct good {
        uint8_t digest[16];
        bool used;
    } * good;
    size_t good_room, good_len;
    uint64_t good_sum; /* of the digests, in any order */
    char clamd[108], clamd_version[128];
};

struct scan_hand {
    const struct scan_file *scan;
    struct arena arena; /* of one look */
};

struct scan_file *scan_file_new(void)
{
    struct scan_file *scan = mem_new(1, sizeof *scan);
    scan->rules = scan_rules_new();
    return scan;
}

void scan_file_free(struct scan_file *scan)
{
    if (scan == NULL)
        return;
    scan_rules_free(scan->rules);
    mem_free(scan->good);
    mem_free(scan);
}

void scan_file_rules(struct scan_file *scan, const char *path, struct rule_complaint complaint)
{
    scan_rules_add(scan->rules, path, complaint);
}

void scan_file_ready(struct scan_file *scan)
{
    scan_rules_ready(scan->rules);
}

bool scan_file_clamd(struct scan_file *scan, const char *socket, struct err *err)
{
    if (!scan_clamd_version(socket, scan->clamd_version, sizeof scan->clamd_version, err))
        return false;
    (void)snprintf(scan->clamd, sizeof scan->clamd, "%s", socket);
    return true;
}

uint64_t scan_file_digest(const struct scan_file *scan)
{
    uint64_t part[] = {scan_looks_digest(), scan_rules_digest(scan->rules), scan->good_sum,
                       XXH3_64bits(scan->clamd_version, strlen(scan->clamd_version))};
    return XXH3_64bits(part, sizeof part);
}

/* ---- what is known to be good */

static struct good *good_at(const struct scan_file *scan, const uint8_t digest[16])
{
    uint64_t hash;
    memcpy(&hash, digest, sizeof hash);
    for (size_t i = hash % scan->good_room;; i = (i + 1) % scan->good_room)
        if (!scan->good[i].used || memcmp(scan->good[i].digest, digest, 16) == 0)
            return &scan->good[i];
}

static void good_add(struct scan_file *scan, const uint8_t digest[16])
{
    if (scan->good_len * 2 >= scan->good_room) {
        struct good *old = scan->good;
        size_t len = scan->good_room;
        scan->good_room = len ? len * 2 : GOOD_FIRST;
        scan->good = mem_new(scan->good_room, sizeof *scan->good);
        for (size_t i = 0; i < len; i++)
            if (old[i].used)
                *good_at(scan, old[i].digest) = old[i];
        mem_free(old);
    }
    struct good *g = good_at(scan, digest);
    uint64_t part;
    memcpy(&part, digest, sizeof part);
    scan->good_sum += g->used ? 0 : part;
    scan->good_len += !g->used;
    memcpy(g->digest, digest, 16);
    g->used = true;
}

static bool is_good(const struct scan_file *scan, struct text bytes)
{
    uint8_t digest[16];
    if (scan->good_len == 0)
        return false;
    md5(bytes.at, bytes.len, digest);
    return good_at(scan, digest)->used;
}

struct good_folder {
    struct scan_file *scan;
    struct walk_reader reader;
    struct walk_counts counts;
};

static void good_file(void *context, const char *path, size_t below)
{
    struct good_folder *folder = context;
    struct walk_file file;
    uint8_t digest[16];
    (void)below;
    enum walk_outcome outcome = walk_read(&folder->reader, path, NULL, NULL, &file);
    walk_count(&folder->counts, path, outcome, &file);
    if (outcome != WALK_READ)
        return;
    md5(file.bytes.at, file.bytes.len, digest);
    good_add(folder->scan, digest);
}

/* dpkg's list: "<32 digits>  <path>" (deb-md5sums(5)). */
static uint64_t good_list(struct scan_file *scan, struct text rest)
{
    struct text line;
    uint64_t files = 0;
    while (text_line(&rest, &line)) {
        uint8_t digest[16];
        bool whole = line.len > 34;
        for (size_t i = 0; whole && i < 16; i++) {
            int high = hex_digit(line.at[2 * i]), low = hex_digit(line.at[2 * i + 1]);
            whole = high >= 0 && low >= 0;
            digest[i] = (uint8_t)(high * 16 + low);
        }
        if (!whole)
            continue;
        good_add(scan, digest);
        files++;
    }
    return files;
}

/* Debian's list of an installed package's files; false when there is no such package. */
static bool package_list(const char *package, char *path, size_t room)
{
    if (strchr(package, '/') || strlen(package) > 200)
        return false;
    (void)snprintf(path, room, "/var/lib/dpkg/info/%s.md5sums", package);
    if (!file_exists(path))
        (void)snprintf(path, room, "/var/lib/dpkg/info/%s:amd64.md5sums", package);
    return file_exists(path);
}

static bool good_package(struct scan_file *scan, const char *list, uint64_t *files, struct err *err)
{
    struct file_map map;
    if (!file_map(&map, list, err))
        return false;
    *files = good_list(scan, text_at(map.at, map.len));
    file_unmap(&map);
    return true;
}

bool scan_file_baseline(struct scan_file *scan, const char *what, struct err *err)
{
    char path[600], why[300];
    struct good_folder folder = {.scan = scan};
    uint64_t files = 0;
    if (package_list(what, path, sizeof path)) {
        if (!good_package(scan, path, &files, err))
            return false;
    } else if (!file_exists(what)) {
        return err_set(err, "%s is neither a folder nor an installed Debian package", what);
    } else {
        bool walked = walk(&what, 1, &folder.counts, good_file, &folder, why);
        walk_reader_free(&folder.reader);
        files = folder.counts.files;
        if (!walked)
            return err_set(err, "%s", why);
    }
    return files > 0 || err_set(err, "%s: no file in it that could be known as good", what);
}

/* ---- looking */

static bool may_be_program(struct text bytes)
{
    return bytes.len && bytes.len <= SCRIPT_MOST;
}

static void weigh(struct scan_verdict *v)
{
    v->strength = scan_weigh(&v->found);
    double prior = judge_knobs[JUDGE_PRIOR].value;
    v->p = 1 / (1 + exp(-(log(prior / (1 - prior)) + v->strength)));
    v->grade = judge_grade(v->p);
}

static void look(struct scan_hand *hand, struct text name, struct text bytes,
                 struct scan_verdict *v)
{
    const struct scan_file *scan = hand->scan;
    *v = (struct scan_verdict){.strength = 0};
    if (is_good(scan, bytes)) {
        v->known_good = true;
        return;
    }
    bool program = may_be_program(bytes) && scan_look(&v->found, name, bytes, &hand->arena);
    arena_reset(&hand->arena);
    scan_rules_search(scan->rules, bytes, program, &v->found);
    if (scan->clamd[0])
        scan_clamd_look(scan->clamd, bytes, &v->found);
    weigh(v);
}

struct inside {
    struct scan_hand *hand;
    struct scan_members *members;
    struct scan_verdict best;
    unsigned nested;
    uint64_t left;    /* bytes that may still be unpacked, of all archives in it together */
    struct text name; /* of the archive in an archive, with its '/'; or empty */
};

static void look_inside(struct inside *in, struct text name, struct text bytes);

static void member(void *context, struct text name, struct text content)
{
    struct inside *in = context;
    struct scan_verdict v;
    in->members->looked++;
    in->left -= content.len < in->left ? content.len : in->left;
    look(in->hand, name, content, &v);
    if (v.grade && v.strength > in->best.strength) {
        in->best = v;
        (void)snprintf(in->best.member, sizeof in->best.member, "%.*s%.*s", (int)in->name.len,
                       in->name.len ? in->name.at : "", (int)name.len, name.at);
    }
    if (!v.known_good && unpack_is_packed(content))
        look_inside(in, name, content);
}

static void look_inside(struct inside *in, struct text name, struct text bytes)
{
    char outer[160];
    if (in->nested == NESTED_MOST || in->left == 0) {
        in->members->skipped++;
        return;
    }
    struct text before = in->name;
    if (in->nested)
        in->name =
            text_at(outer, (size_t)snprintf(outer, sizeof outer, "%.*s/",
                                            (int)(name.len < 150 ? name.len : 150), name.at));
    in->nested++;
    if (unpack_each(name, bytes, in->left, member, in) != NULL)
        in->members->skipped++;
    in->nested--;
    in->name = before;
}

struct scan_hand *scan_hand_new(const struct scan_file *scan)
{
    struct scan_hand *hand = mem_new(1, sizeof *hand);
    hand->scan = scan;
    return hand;
}

void scan_hand_free(struct scan_hand *hand)
{
    if (hand)
        arena_free(&hand->arena);
    mem_free(hand);
}

void scan_file_look(struct scan_hand *hand, struct text name, struct text bytes,
                    struct scan_verdict *ret, struct scan_members *members)
{
    look(hand, name, bytes, ret);
    if (ret->known_good || !unpack_is_packed(bytes))
        return;
    struct inside in = {.hand = hand, .members = members, .left = UNPACKED_MOST};
    look_inside(&in, name, bytes);
    if (in.best.grade && in.best.strength > ret->strength)
        *ret = in.best;
}
