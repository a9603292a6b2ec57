#include "files.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>

enum { DIGESTS = 3, NAME_KEPT = 128, TYPE_KEPT = 64, URL_KEPT = 512, HEX = 65, PIECE = 1 << 16 };
#define NEVER UINT32_MAX /* no flow */

struct file {
    uint32_t flow; /* NEVER = free */
    EVP_MD_CTX *digest[DIGESTS];
    uint64_t size;
    struct buf kept;
    bool packed;
    z_stream z;
    int fd; /* of the copy; -1 = none */
    uint64_t number;
    char name[NAME_KEPT], type[TYPE_KEPT], url[URL_KEPT];
};

struct files {
    const struct files_plan *plan;
    struct scan_hand *hand; /* NULL = no rules */
    struct file file[FILES_OPEN];
    unsigned open;
    uint64_t copies;  /* numbers the copies in the making */
    struct file told; /* texts of the last record */
    char hex[DIGESTS][HEX];
    struct scan_verdict verdict;
};

static const EVP_MD *method(unsigned i)
{
    return i == 0 ? EVP_md5() : i == 1 ? EVP_sha1() : EVP_sha256();
}

struct files *files_new(const struct files_plan *plan)
{
    struct files *files = mem_new(1, sizeof *files);
    files->plan = plan;
    files->hand = plan->scan ? scan_hand_new(plan->scan) : NULL;
    for (unsigned i = 0; i < FILES_OPEN; i++)
        files->file[i].flow = NEVER;
    return files;
}

static struct file *find(const struct files *files, uint32_t flow)
{
    for (unsigned i = 0; files->open && i < FILES_OPEN; i++)
        if (files->file[i].flow == flow)
            return (struct file *)(uintptr_t)&files->file[i];
    return NULL;
}

bool files_is_open(const struct files *files, uint32_t flow)
{
    return find(files, flow) != NULL;
}

/* While it is written a copy has a name of its own; whole, its digest's. */
static void part_path(const struct files *files, const struct file *f, char out[4200])
{
    (void)snprintf(out, 4200, "%.4000s/part-%ld-%p-%llu", files->plan->folder, (long)getpid(),
                   (const void *)files, (unsigned long long)f->number);
}

static void leave(struct files *files, struct file *f)
{
    char path[4200];
    for (unsigned i = 0; i < DIGESTS; i++)
        EVP_MD_CTX_free(f->digest[i]);
    if (f->packed)
        (void)inflateEnd(&f->z);
    if (f->fd >= 0) {
        (void)close(f->fd);
        part_path(files, f, path);
        (void)unlink(path);
    }
    buf_free(&f->kept);
    *f = (struct file){.flow = NEVER, .fd = -1};
    files->open--;
}

void files_free(struct files *files)
{
    if (files == NULL)
        return;
    for (unsigned i = 0; i < FILES_OPEN; i++)
        if (files->file[i].flow != NEVER)
            leave(files, &files->file[i]);
    scan_hand_free(files->hand);
    mem_free(files);
}

static void keep_text(char *to, size_t room, struct text text)
{
    (void)snprintf(to, room, "%.*s", text.len ? (int)text.len : 0, text.len ? text.at : "");
}

static void names(struct file *f, const struct files_about *about)
{
    keep_text(f->name, sizeof f->name, about->name);
    keep_text(f->type, sizeof f->type, about->type);
    keep_text(f->url, sizeof f->url, about->url);
}

static void unpack_begin(struct file *f, struct text encoding)
{
    f->packed = (text_is_nocase(encoding, "gzip") || text_is_nocase(encoding, "x-gzip") ||
                 text_is_nocase(encoding, "deflate")) &&
                inflateInit2(&f->z, MAX_WBITS + 32) == Z_OK;
}

bool files_begin(struct files *files, uint32_t flow, const struct files_about *about)
{
    char path[4200];
    struct file *f = find(files, flow);
    if (f)
        leave(files, f);
    if (files->open == FILES_OPEN)
        return false;
    for (f = files->file; f->flow != NEVER;)
        f++;
    *f = (struct file){.flow = flow, .fd = -1, .number = files->copies++};
    files->open++;
    for (unsigned i = 0; i < DIGESTS; i++) {
        f->digest[i] = EVP_MD_CTX_new();
        muster_assert(f->digest[i] != NULL);
        (void)EVP_DigestInit_ex(f->digest[i], method(i), NULL);
    }
    names(f, about);
    unpack_begin(f, about->encoding);
    if (files->plan->folder) {
        part_path(files, f, path);
        f->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    }
    return true;
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

/* Bytes as they are in the file; false when they are too many. */
static bool take(struct files *files, struct file *f, const uint8_t *bytes, size_t len)
{
    if (f->size + len > FILE_MOST)
        return false;
    for (unsigned i = 0; i < DIGESTS; i++)
        (void)EVP_DigestUpdate(f->digest[i], bytes, len);
    f->size += len;
    if (files->hand && f->size <= FILE_KEPT)
        buf_add(&f->kept, bytes, len);
    return f->fd < 0 || write_all(f->fd, bytes, len);
}

static bool take_packed(struct files *files, struct file *f, const uint8_t *bytes, size_t len)
{
    uint8_t out[PIECE];
    int state = Z_OK;
    f->z.next_in = bytes;
    f->z.avail_in = (uInt)len;
    while (state == Z_OK && (f->z.avail_in || f->z.avail_out == 0)) {
        f->z.next_out = out;
        f->z.avail_out = sizeof out;
        state = inflate(&f->z, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            return false;
        if (!take(files, f, out, sizeof out - f->z.avail_out))
            return false;
    }
    return true;
}

bool files_data(struct files *files, uint32_t flow, const uint8_t *bytes, size_t len)
{
    struct file *f = find(files, flow);
    if (f == NULL || len == 0)
        return f != NULL;
    bool taken = f->packed ? take_packed(files, f, bytes, len) : take(files, f, bytes, len);
    if (!taken)
        leave(files, f);
    return taken;
}

/* A line about a copy that is kept now. */
static void manifest(const struct files *files, const struct file_record *r, const char *url,
                     const struct ends *ends, struct instant time)
{
    char path[4200], when[INSTANT_TEXT], host[ADDRESS_TEXT], outside[ADDRESS_TEXT];
    struct buf line = {0};
    buf_format(&line, "{\"time\":\"%s\",\"host\":\"%s\",\"outside\":\"%s\",\"port\":%u,\"url\":",
               instant_format(time, when), address_format(ends->host, host),
               address_format(ends->outside, outside), ends->outside_port.number);
    if (url[0])
        buf_json(&line, text_of(url));
    else
        buf_string(&line, "null");
    buf_string(&line, ",\"name\":");
    buf_json(&line, r->name);
    buf_format(&line, ",\"size\":%lld,\"md5\":\"%s\",\"sha1\":\"%s\",\"sha256\":\"%s\",\"rule\":",
               (long long)r->size, r->md5.at, r->sha1.at, r->sha256.at);
    if (r->rule.at)
        buf_json(&line, r->rule);
    else
        buf_string(&line, "null");
    buf_format(&line, ",\"file\":\"%s.carved\"}\n", r->sha256.at);
    (void)snprintf(path, sizeof path, "%.4000s/manifest.jsonl", files->plan->folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) { /* one write: other shards write too */
        (void)!write(fd, line.at, line.len);
        (void)close(fd);
    }
    buf_free(&line);
}

static void copy_keep(const struct files *files, struct file *f, const struct file_record *r,
                      const struct ends *ends, struct instant time)
{
    char from[4200], to[4200];
    part_path(files, f, from);
    (void)snprintf(to, sizeof to, "%.4000s/%s.carved", files->plan->folder, r->sha256.at);
    bool kept = close(f->fd) == 0 && rename(from, to) == 0;
    f->fd = -1;
    if (kept)
        manifest(files, r, f->url, ends, time);
    else
        (void)unlink(from);
}

/* What rules and clamd know; the look at structure is for the files of web servers. */
static void look(struct files *files, const struct file *f, struct file_record *r)
{
    static const enum scan_trait known[] = {SCAN_clamd, SCAN_rule_high, SCAN_rule};
    struct scan_members members = {0};
    struct scan_verdict *v = &files->verdict;
    if (files->hand == NULL || f->kept.len != f->size || f->size == 0)
        return;
    scan_file_look(files->hand, r->name, text_at(f->kept.at, f->kept.len), v, &members);
    for (size_t i = 0; i < sizeof known / sizeof known[0] && r->rule.at == NULL; i++)
        if (v->found.trait[known[i]].times) {
            r->rule = text_of(v->found.trait[known[i]].what);
            r->rule_strength = scan_trait_table[known[i]].strength;
            r->rule_family = v->found.family[0] ? text_of(v->found.family) : text_of(NULL);
        }
}

bool files_end(struct files *files, uint32_t flow, bool whole, const struct ends *ends,
               struct instant time, struct file_record *ret)
{
    struct file *f = find(files, flow);
    if (f == NULL)
        return false;
    if (!whole || f->size == 0) {
        leave(files, f);
        return false;
    }
    for (unsigned i = 0; i < DIGESTS; i++) {
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned len = 0;
        (void)EVP_DigestFinal_ex(f->digest[i], digest, &len);
        for (unsigned k = 0; k < len && 2 * k + 2 < HEX; k++)
            (void)snprintf(files->hex[i] + (size_t)2 * k, 3, "%02x", digest[k]);
    }
    memcpy(files->told.name, f->name, sizeof f->name);
    memcpy(files->told.type, f->type, sizeof f->type);
    *ret = (struct file_record){.name = text_of(files->told.name),
                                .type = text_of(files->told.type),
                                .md5 = text_of(files->hex[0]),
                                .sha1 = text_of(files->hex[1]),
                                .sha256 = text_of(files->hex[2]),
                                .size = (int64_t)f->size};
    look(files, f, ret);
    if (f->fd >= 0)
        copy_keep(files, f, ret, ends, time);
    leave(files, f);
    return true;
}
