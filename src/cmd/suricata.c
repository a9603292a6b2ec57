#include "cmd/suricata.h"

#include "base/file.h"
#include "base/text.h"
#include "source/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { WORDS = 32, WORD = 512, SAID_BYTES = 4096 };

#define INSTALL                                                                                    \
    "suricata is not installed; on Debian: apt install suricata (Debian 12: from "                 \
    "bookworm-backports)"

/* Runs words[0], found in PATH, its outputs into `said`; no shell, no input. */
static bool run(char *const *words, const char *said, int *ret_status, struct err *err)
{
    posix_spawn_file_actions_t files;
    pid_t pid;
    int failed = posix_spawn_file_actions_init(&files);
    if (failed == 0)
        failed = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_addopen(&files, 1, said, O_WRONLY | O_CREAT | O_TRUNC,
                                                  S_IRUSR | S_IWUSR);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&files, 1, 2);
    if (failed == 0)
        failed = posix_spawnp(&pid, words[0], &files, NULL, words, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    if (failed == ENOENT)
        return err_set(err, "%s", INSTALL);
    errno = failed;
    if (failed)
        return err_errno(err, "suricata cannot be started");
    while (waitpid(pid, ret_status, 0) < 0)
        if (errno != EINTR)
            return err_errno(err, "suricata was lost");
    return true;
}

/* Which of its outputs the EVE log is: "outputs.1 = eve-log"; -1: it has none. */
static int eve_output(struct text dump)
{
    struct text line;
    while (text_line(&dump, &line)) {
        if (!text_starts(line, "outputs.") || !text_ends(line, " = eve-log"))
            continue;
        int n = 0;
        for (uint32_t i = 8; i < line.len && line.at[i] >= '0' && line.at[i] <= '9' && n < 1000;
             i++)
            n = n * 10 + (line.at[i] - '0');
        return n;
    }
    return -1;
}

/* The last words of what it said, for a message. */
static void last_line(const char *path, char *out, size_t room)
{
    struct file_map map;
    out[0] = '\0';
    if (!file_map(&map, path, NULL))
        return;
    struct text rest = text_at(map.at, map.len > SAID_BYTES ? SAID_BYTES : map.len), line;
    while (text_line(&rest, &line))
        if (line.len)
            (void)snprintf(out, room, ": %.*s", line.len < 200 ? (int)line.len : 200, line.at);
    file_unmap(&map);
}

static bool holds(const char *path, const char *words)
{
    struct file_map map;
    if (!file_map(&map, path, NULL))
        return false;
    bool found = map.len && memmem(map.at, map.len, words, strlen(words)) != NULL;
    file_unmap(&map);
    return found;
}

static bool configuration_read(struct suricata *s, int *ret_output, struct err *err)
{
    char said[SURICATA_PATH + 16], dump[] = "suricata", option[] = "--dump-config";
    char *const words[] = {dump, option, NULL};
    struct file_map map;
    int status = 0;
    (void)snprintf(said, sizeof said, "%s/config", s->folder);
    if (!run(words, said, &status, err) || !file_map(&map, said, err))
        return false;
    *ret_output = eve_output(text_at(map.at, map.len));
    file_unmap(&map);
    if (status != 0 || *ret_output < 0)
        return err_set(err, "suricata's configuration has no output eve-log: see `suricata "
                            "--dump-config`");
    return true;
}

/* Words of the command, each in its own room. */
struct words {
    char room[WORDS][WORD];
    char *at[WORDS + 1];
    unsigned len;
    bool cut;
};

static void put(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct words *w, const char *format, ...)
{
    va_list args;
    if (w->len == WORDS) {
        w->cut = true;
        return;
    }
    va_start(args, format);
    int len = vsnprintf(w->room[w->len], WORD, format, args);
    va_end(args);
    w->cut |= len < 0 || len >= WORD;
    w->at[w->len] = w->room[w->len];
    w->at[++w->len] = NULL;
}

static bool capture_read(struct suricata *s, const char *capture, const char *rules,
                         const char *home, int output, struct err *err)
{
    struct words w = {.len = 0};
    char said[SURICATA_PATH + 16], why[256];
    int status = 0;
    put(&w, "suricata");
    put(&w, "-r");
    put(&w, "%s", capture);
    put(&w, "-l");
    put(&w, "%s", s->folder);
    put(&w, "-k");
    put(&w, "none");
    put(&w, "--runmode");
    put(&w, "single"); /* alerts in the order of packets */
    static const char *const settings[] = {"enabled=yes", "filetype=regular", "filename=eve.json"};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        put(&w, "--set");
        put(&w, "outputs.%d.eve-log.%s", output, settings[i]);
    }
    if (home) {
        put(&w, "--set");
        put(&w, "vars.address-groups.HOME_NET=[%s]", home);
    }
    if (rules) {
        put(&w, "-S");
        put(&w, "%s", rules);
    }
    if (w.cut)
        return err_set(err, "%s: path or --home too long for suricata", capture);
    (void)snprintf(said, sizeof said, "%s/said", s->folder);
    if (!run(w.at, said, &status, err))
        return false;
    if (status != 0) {
        last_line(said, why, sizeof why);
        return err_set(err, "%s: suricata failed%s", capture, why);
    }
    (void)snprintf(said, sizeof said, "%s/suricata.log", s->folder);
    s->no_rules = holds(said, "no rules were loaded");
    return true;
}

bool suricata_can(const char *path, struct err *err)
{
    struct stat st;
    uint8_t start[8];
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, "%s: --with suricata reads files only", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, start, sizeof start);
    if (fd >= 0)
        (void)close(fd);
    if (len > 0 && unpack_knows(start, (size_t)len))
        return err_set(err, "%s: suricata reads no compressed captures: unpack it first", path);
    return true;
}

bool suricata_run(struct suricata *ret, const char *capture, const char *rules, const char *home,
                  struct err *err)
{
    const char *temp = getenv("TMPDIR");
    int output;
    *ret = (struct suricata){.folder = ""};
    int len = snprintf(ret->folder, SURICATA_PATH, "%s/muster-suricata-XXXXXX",
                       temp && *temp ? temp : "/tmp");
    if (len < 0 || len >= SURICATA_PATH - 16 || mkdtemp(ret->folder) == NULL) {
        ret->folder[0] = '\0';
        return err_errno(err, "no folder for suricata in %s", temp && *temp ? temp : "/tmp");
    }
    (void)snprintf(ret->eve, SURICATA_PATH, "%.*s/eve.json", SURICATA_PATH - 16, ret->folder);
    if (!configuration_read(ret, &output, err) ||
        !capture_read(ret, capture, rules, home, output, err))
        return false;
    return file_exists(ret->eve) || err_set(err, "%s: suricata wrote no eve.json", capture);
}

void suricata_clean(struct suricata *s)
{
    DIR *dir = s->folder[0] ? opendir(s->folder) : NULL;
    if (dir == NULL)
        return;
    for (struct dirent *d; (d = readdir(dir)) != NULL;)
        (void)unlinkat(dirfd(dir), d->d_name, 0); /* it makes no folders; "." and ".." refuse */
    (void)closedir(dir);
    (void)rmdir(s->folder);
    s->folder[0] = '\0';
}
