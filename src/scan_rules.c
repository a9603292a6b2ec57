#include "scan_rules.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "rule_compiler.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xxhash.h>

enum { FILES_MAX = 8192, TIMEOUT_S = 10, CLAMD_MOST = 20 << 20, CLAMD_WAIT_S = 30 };

struct scan_rules {
    struct arena arena;
    const char *file[FILES_MAX]; /* paths that compile */
    unsigned files;
    YR_RULES *compiled; /* NULL = none */
    YR_RULES *own;      /* marks/files */
    uint64_t digest;
};

/* Each ends with a NUL. */
#define OWN(name)                                                                                  \
    extern const char files_##name[];                                                              \
    __asm__(".section .rodata\nfiles_" #name ":\n.incbin \"marks/files/" #name                     \
            ".yar\"\n.byte 0\n.previous\n");
OWN(web)

void scan_rules_free(struct scan_rules *rules)
{
    if (rules == NULL)
        return;
    if (rules->compiled)
        (void)yr_rules_destroy(rules->compiled);
    if (rules->own)
        (void)yr_rules_destroy(rules->own);
    (void)yr_finalize();
    arena_free(&rules->arena);
    mem_free(rules);
}

/* The variables that rules written for scanners of files expect. */
static YR_COMPILER *compiler_new(struct rule_trial *trial)
{
    static const char *const texts[] = {"filename", "filepath", "extension", "filetype", "owner"};
    YR_COMPILER *compiler = rule_compiler_new(trial);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        (void)yr_compiler_define_string_variable(compiler, texts[i], "");
    return compiler;
}

struct scan_rules *scan_rules_new(void)
{
    struct scan_rules *rules = mem_new(1, sizeof *rules);
    struct rule_trial trial = {.name = "marks/files/web.yar"};
    int done = yr_initialize();
    muster_assert(done == ERROR_SUCCESS);
    YR_COMPILER *compiler = compiler_new(&trial);
    int errors = yr_compiler_add_string(compiler, files_web, NULL);
    muster_assert(errors == 0);
    (void)yr_compiler_get_rules(compiler, &rules->own);
    yr_compiler_destroy(compiler);
    rules->digest = XXH3_64bits(files_web, strlen(files_web));
    return rules;
}

static bool compile_file(YR_COMPILER *compiler, const char *path, const char *space)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    int errors = yr_compiler_add_file(compiler, file, space, path);
    (void)fclose(file);
    return errors == 0;
}

static void digest_file(struct scan_rules *rules, const char *path)
{
    struct file_map map;
    struct err err;
    if (!file_map(&map, path, &err))
        return;
    rules->digest = XXH3_64bits_withSeed(map.at, map.len, rules->digest);
    file_unmap(&map);
}

uint64_t scan_rules_digest(const struct scan_rules *rules)
{
    return rules->digest;
}

static void add_file(void *context, const char *path, struct rule_complaint complaint)
{
    struct scan_rules *rules = context;
    struct rule_trial trial = {.name = path};
    YR_COMPILER *compiler = compiler_new(&trial);
    bool done = compile_file(compiler, path, NULL);
    yr_compiler_destroy(compiler);
    if (done && rules->files < FILES_MAX) {
        rules->file[rules->files++] = arena_text(&rules->arena, text_of(path)).at;
        digest_file(rules, path);
        return;
    }
    if (!trial.failed)
        (void)snprintf(trial.text, sizeof trial.text, "%s: %s", path,
                       done              ? "too many files of rules"
                       : errno == ENOENT ? "no such file"
                                         : "cannot be read as YARA rules");
    complaint.tell(complaint.context, trial.text);
}

void scan_rules_add(struct scan_rules *rules, const char *path, struct rule_complaint complaint)
{
    rule_files_each(path, add_file, rules, complaint);
}

void scan_rules_ready(struct scan_rules *rules)
{
    struct rule_trial trial = {.name = ""};
    if (rules->files == 0)
        return;
    YR_COMPILER *compiler = compiler_new(&trial);
    for (unsigned i = 0; i < rules->files; i++) {
        char space[16];
        (void)snprintf(space, sizeof space, "file%u", i);
        (void)compile_file(compiler, rules->file[i], space);
    }
    (void)yr_compiler_get_rules(compiler, &rules->compiled);
    yr_compiler_destroy(compiler);
}

/* `confidence = "high"` and a score of 75 or more (as widely used rule sets have it) are the
 * surest. */
static bool is_sure(const YR_RULE *rule)
{
    const YR_META *meta = NULL;
    yr_rule_metas_foreach(rule, meta)
    {
        if (meta->type == META_TYPE_STRING && strcmp(meta->identifier, "confidence") == 0 &&
            strcmp(meta->string, "high") == 0)
            return true;
        if (meta->type == META_TYPE_INTEGER && strcmp(meta->identifier, "score") == 0 &&
            meta->integer >= 75)
            return true;
    }
    return false;
}

static void note_family(struct scan_found *found, const YR_RULE *rule)
{
    const YR_META *meta = NULL;
    yr_rule_metas_foreach(rule, meta)
    {
        if (meta->type == META_TYPE_STRING && strcmp(meta->identifier, "family") == 0 &&
            found->family[0] == '\0')
            (void)snprintf(found->family, sizeof found->family, "%s", meta->string);
    }
}

static int on_match(YR_SCAN_CONTEXT *scan, int message, void *data, void *context)
{
    (void)scan;
    if (message == CALLBACK_MSG_RULE_MATCHING) {
        const YR_RULE *rule = data;
        scan_find(context, is_sure(rule) ? SCAN_rule_high : SCAN_rule, 0,
                  text_of(rule->identifier));
        note_family(context, rule);
    }
    return CALLBACK_CONTINUE;
}

static void search(YR_RULES *compiled, struct text bytes, struct scan_found *found)
{
    if (compiled && bytes.len)
        (void)yr_rules_scan_mem(compiled, (const uint8_t *)bytes.at, bytes.len,
                                SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_REPORT_RULES_MATCHING, on_match,
                                found, TIMEOUT_S);
}

void scan_rules_search(const struct scan_rules *rules, struct text bytes, bool program,
                       struct scan_found *found)
{
    if (program)
        search(rules->own, bytes, found);
    search(rules->compiled, bytes, found);
}

/* ---- clamd */

static int clamd_open(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_sec = CLAMD_WAIT_S};
    if (strlen(path) >= sizeof to.sun_path)
        return -1;
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static bool send_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

static size_t receive(int fd, char *answer, size_t room)
{
    size_t len = 0;
    ssize_t got;
    while (len + 1 < room && (got = recv(fd, answer + len, room - 1 - len, 0)) > 0) {
        len += (size_t)got;
        if (answer[len - 1] == '\0' || answer[len - 1] == '\n')
            break;
    }
    answer[len] = '\0';
    return len;
}

bool scan_clamd_version(const char *socket, char *version, size_t room, struct err *err)
{
    int fd = clamd_open(socket);
    if (fd < 0)
        return err_errno(err, "cannot reach clamd at %s", socket);
    bool done = send_all(fd, "zVERSION", 9) && receive(fd, version, room) &&
                strncmp(version, "ClamAV", 6) == 0;
    (void)close(fd);
    return done || err_set(err, "%s does not answer as clamd does", socket);
}

/* "stream: NAME FOUND" */
void scan_clamd_look(const char *socket, struct text bytes, struct scan_found *found)
{
    char answer[512];
    size_t len = bytes.len < CLAMD_MOST ? bytes.len : CLAMD_MOST;
    const uint8_t head[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                             (uint8_t)len},
                  end[4] = {0};
    int fd = len ? clamd_open(socket) : -1;
    if (fd < 0)
        return;
    if (send_all(fd, "zINSTREAM", 10) && send_all(fd, head, 4) && send_all(fd, bytes.at, len) &&
        send_all(fd, end, 4) && receive(fd, answer, sizeof answer)) {
        const char *name = strncmp(answer, "stream: ", 8) == 0 ? answer + 8 : answer;
        const char *tail = strstr(name, " FOUND");
        if (tail)
            scan_find(found, SCAN_clamd, 0, text_at(name, (size_t)(tail - name)));
    }
    (void)close(fd);
}
