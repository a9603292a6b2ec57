/*
 * Files of nfcapd, which nfdump reads for us: their layout is its own, changes with its versions
 * and is compressed in four ways. It is run (no shell) with a format of ours, whose columns mean
 * the same in all its versions; what it prints is read like a log.
 *
 * nfcapd multiplies what was sampled, and the rate is not among the columns: counts of packets that
 * all are multiples of one number tell it.
 */
#include "source/nfcapd.h"

#include "source/conversations.h"
#include "source/exports.h"
#include "source/fields.h"
#include "source/lines.h"
#include "source/log.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NFCAPD_MAGIC UINT32_C(0x6e666321)
#define FORMAT "fmt:%tsr,%td,%trr,%pr,%sa,%da,%sp,%dp,%flg,%ipkt,%ibyt,%opkt,%obyt,%dir,%ra,%eng"
enum column {
    FIRST,
    LASTED,
    RECEIVED,
    PROTO,
    SOURCE,
    TARGET,
    SOURCE_PORT,
    TARGET_PORT,
    FLAGS,
    PACKETS,
    BYTES,
    PACKETS_OUT,
    BYTES_OUT,
    DIRECTION,
    ROUTER,
    ENGINE,
    COLUMNS
};
enum { SAMPLED_LEAST = 10 /* a rate, and records to tell it by */ };

extern char **environ;

struct nfcapd {
    struct source source; /* first */
    uint32_t magic;
    struct lines lines;
    struct conversations conversations;
    pid_t nfdump; /* 0: it was waited for */
    int pipe;
    uint64_t divisor; /* of all counts of packets so far */
    bool started, ended;
};

static struct nfcapd *nfcapd_of(struct source *source)
{
    struct nfcapd *n = (struct nfcapd *)source;
    muster_assert(n->magic == NFCAPD_MAGIC);
    return n;
}

static bool nfcapd_knows(const uint8_t *start, size_t len)
{
    return len >= 8 && start[0] == 0x0c && start[1] == 0xa5 && (start[2] == 1 || start[2] == 2) &&
           start[3] == 0;
}

struct source *nfcapd_printed(const struct source_kind *kind, struct input *in, const char *path,
                              struct err *err)
{
    (void)err;
    struct nfcapd *n = source_new(sizeof *n, kind, path);
    n->magic = NFCAPD_MAGIC;
    n->lines.input = *in;
    n->pipe = -1;
    n->source.lacks = EXPORT_LACKS;
    n->source.identity = source_identity_new();
    return &n->source;
}

/* Starts nfdump on the file; its output is behind *ret_pipe. */
static bool nfdump_start(const char *path, pid_t *ret_child, int *ret_pipe, struct err *err)
{
    char *argv[] = {
        (char *)(uintptr_t) "nfdump", (char *)(uintptr_t) "-r",  (char *)(uintptr_t)path,
        (char *)(uintptr_t) "-q",     (char *)(uintptr_t) "-N",  (char *)(uintptr_t) "-6",
        (char *)(uintptr_t) "-o",     (char *)(uintptr_t)FORMAT, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_errno(err, "%s: cannot start nfdump", path);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(ret_child, "nfdump", &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    if (failed == 0) {
        *ret_pipe = ends[0];
        return true;
    }
    (void)close(ends[0]);
    errno = failed;
    if (failed == ENOENT)
        return err_set(err,
                       "%s: a file of nfcapd, which nfdump reads for us; it is not installed: "
                       "apt install nfdump",
                       path);
    return err_errno(err, "%s: cannot start nfdump", path);
}

static struct source *nfcapd_open(const struct source_kind *kind, struct input *in,
                                  const char *path, struct err *err)
{
    bool by_name = in->map.at != NULL;
    struct input piped;
    pid_t child = 0;
    int pipe = -1;
    input_close(in);
    if (!by_name) {
        (void)err_set(err,
                      "%s: a file of nfcapd is read by name only, not packed and not through "
                      "a pipe",
                      path);
        return NULL;
    }
    if (!nfdump_start(path, &child, &pipe, err))
        return NULL;
    input_stream(&piped, pipe, NULL, 0);
    struct source *source = nfcapd_printed(kind, &piped, path, err);
    nfcapd_of(source)->nfdump = child;
    nfcapd_of(source)->pipe = pipe;
    return source;
}

/* "CE.AP.SF": a letter for each that was set. */
static uint8_t flags_of(struct text text)
{
    static const char letters[] = "FSRPA";
    uint8_t flags = 0;
    for (unsigned i = 0; i < sizeof letters - 1; i++)
        if (text.len && memchr(text.at, letters[i], text.len))
            flags |= (uint8_t)(1u << i);
    return flags;
}

/* A port, or ICMP's "type.code". */
static struct port port_of(struct text text)
{
    struct port port = {0}, code = {0};
    struct text rest = text, type = text_word(&rest, '.');
    if (!field_port(type, &port) || rest.len == 0)
        return port;
    if (!field_port(rest, &code))
        code.number = 0;
    return (struct port){(uint16_t)((port.number & 0xff) << 8 | (code.number & 0xff))};
}

static uint64_t divisor_of(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Counts, of the packets coming in or, where only those are told, going out. */
static bool counts_read(const struct text *field, struct piece *p)
{
    uint64_t packets_out, bytes_out;
    if (!field_u64(field[PACKETS], &p->packets) || !field_u64(field[BYTES], &p->bytes) ||
        !field_u64(field[PACKETS_OUT], &packets_out) || !field_u64(field[BYTES_OUT], &bytes_out))
        return false;
    if (p->packets == 0 && p->bytes == 0) {
        p->packets = packets_out;
        p->bytes = bytes_out;
    }
    if (p->packets == 0 && p->bytes)
        p->packets = 1;
    return true;
}

static enum log_line line_read(struct nfcapd *n, struct text line, const char **ret_wrong)
{
    struct text field[COLUMNS];
    struct piece p = {.number = n->lines.number};
    int64_t lasted_us, received_us;
    uint64_t protocol;
    if (fields_cut(line, ',', field, COLUMNS) != COLUMNS) {
        *ret_wrong = "nfdump printed something else";
        return LOG_DAMAGED;
    }
    for (unsigned i = 0; i < COLUMNS; i++)
        field[i] = field_trim(field[i]);
    if (!field_seconds(field[FIRST], &p.first.us) || !field_seconds(field[LASTED], &lasted_us) ||
        !field_seconds(field[RECEIVED], &received_us) || p.first.us <= 0 || lasted_us < 0) {
        *ret_wrong = "no time";
        return LOG_DAMAGED;
    }
    if (!address_parse(field[SOURCE], &p.source) || !address_parse(field[TARGET], &p.target) ||
        !field_u64(field[PROTO], &protocol) || protocol > 255 || !counts_read(field, &p)) {
        *ret_wrong = "an address or a number cannot be read";
        return LOG_DAMAGED;
    }
    if (p.packets == 0)
        return LOG_IGNORED; /* events of firewalls and translators */
    p.protocol = (uint8_t)protocol;
    p.source_port = port_of(field[SOURCE_PORT]);
    p.target_port = port_of(field[TARGET_PORT]);
    p.tcp_flags = flags_of(field[FLAGS]);
    p.flags_known = p.protocol == PROTOCOL_TCP && p.tcp_flags;
    p.last.us = p.first.us + lasted_us;
    p.heard.us = received_us > 0 ? received_us : p.last.us;
    uint64_t who = XXH3_64bits(field[ROUTER].at, field[ROUTER].len) ^
                   XXH3_64bits_withSeed(field[ENGINE].at, field[ENGINE].len, 1);
    uint32_t side = text_is(field[DIRECTION], "E") ? 2 : 1;
    p.observer = ((uint32_t)who | 1u << OBSERVER_SIDE_BITS) & ~3u;
    p.observer |= side;
    n->divisor = divisor_of(p.packets, n->divisor);
    conversations_add(&n->conversations, &p);
    return LOG_USED;
}

/* nfdump has ended: well or not. */
static void nfdump_end(struct nfcapd *n)
{
    int status = 0;
    if (n->nfdump == 0)
        return;
    while (waitpid(n->nfdump, &status, 0) < 0 && errno == EINTR)
        ;
    n->nfdump = 0;
    if (status != 0 && n->ended)
        source_damaged(&n->source, SKIP_cut_file, 0,
                       "nfdump cannot read all of it (try nfdump -v)");
}

static bool nfcapd_next(struct source *source, struct block *block)
{
    struct nfcapd *n = nfcapd_of(source);
    struct log_entry entry = {.block = block};
    if (n->ended)
        return false;
    if (!n->started)
        conversations_init(&n->conversations,
                           source->memory_bytes ? source->memory_bytes : CONVERSATIONS_BYTES,
                           source->seed);
    n->started = true;
    block->packets = block->records = 0;
    if (!n->lines.ended)
        lines_begin(&n->lines, block);
    arena_reset(&block->arena);
    while (!n->lines.ended && conversations_take(&n->conversations, block) &&
           lines_next(&n->lines, source, &entry.line)) {
        entry.number = n->lines.number;
        entry.cut = n->lines.cut;
        entry.wrong = NULL;
        log_count(source, entry.line.len ? line_read(n, entry.line, &entry.wrong) : LOG_REMARK,
                  &entry, n->lines.offset);
    }
    if (n->conversations.ended || n->lines.ended) {
        if (!n->conversations.ended)
            lines_finish(&n->lines, source);
        conversations_end(&n->conversations);
        n->ended = conversations_take(&n->conversations, block);
    } else {
        lines_finish(&n->lines, source);
    }
    if (n->ended) {
        nfdump_end(n);
        if (n->divisor >= SAMPLED_LEAST && source->used >= SAMPLED_LEAST) {
            source->lacks |= LACK_BIT(calls) | LACK_BIT(answers);
            source->sampling = n->divisor < UINT32_MAX ? (uint32_t)n->divisor : UINT32_MAX;
        }
        source->skips.count[SKIP_flow_evicted] += n->conversations.evicted;
    }
    return true;
}

static void nfcapd_close(struct source *source)
{
    struct nfcapd *n = nfcapd_of(source);
    input_close(&n->lines.input);
    if (n->pipe >= 0)
        (void)close(n->pipe); /* ends nfdump if it still prints */
    nfdump_end(n);
    if (n->started)
        conversations_free(&n->conversations);
    (void)XXH3_freeState(source->identity);
    mem_free(source->path);
    n->magic = 0;
    mem_free(n);
}

const struct source_kind source_nfcapd = {
    .name = "nfcapd",
    .about = "flows that nfcapd stored, by way of nfdump",
    .unit = "line",
    .knows = nfcapd_knows,
    .open = nfcapd_open,
    .next = nfcapd_next,
    .close = nfcapd_close,
};
