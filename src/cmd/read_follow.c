#include "cmd/read_follow.h"

#include "base/clock.h"
#include "base/file.h"
#include "source/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <xxhash.h>

enum {
    LOOK_MS = 1000,    /* between two looks */
    LATER_MOST = 10,   /* times that a day's logs are not there when they shall be read */
    FILES_OPEN = 8192, /* a day's logs are open together */
};

static sigset_t ending_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    return set;
}

void read_follow_signals(void)
{
    sigset_t set = ending_signals();
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* STORE/follow/DIGEST.state: of these folders and this sensor. */
static bool state_path(char out[PATH_MAX], const struct options *o, struct err *err)
{
    char folder[PATH_MAX], real[PATH_MAX];
    XXH3_state_t *digest = XXH3_createState();
    muster_assert(digest != NULL);
    (void)XXH3_64bits_reset(digest);
    (void)XXH3_64bits_update(digest, o->sensor, strlen(o->sensor) + 1);
    bool good = true;
    for (unsigned i = 0; good && i < o->words_len; i++) {
        good =
            realpath(o->words[i], real) != NULL || err_errno(err, "cannot follow %s", o->words[i]);
        if (good)
            (void)XXH3_64bits_update(digest, real, strlen(real) + 1);
    }
    uint64_t sum = XXH3_64bits_digest(digest);
    (void)XXH3_freeState(digest);
    int used = snprintf(folder, sizeof folder, "%s/follow", o->store);
    if (!good || used < 0 || (size_t)used >= sizeof folder - 64)
        return good && err_set(err, "the path of the store is too long: %.200s", o->store);
    (void)snprintf(out, PATH_MAX, "%.*s/%016llx.state", PATH_MAX - 64, folder,
                   (unsigned long long)sum);
    return file_make_folder(folder, 0700, err);
}

/* Two followers of the same would write the same state. The lock goes with the process. */
static int lock_take(const char *state, struct err *err)
{
    char path[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s.lock", state);
    int fd = used > 0 && (size_t)used < sizeof path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)
                                                    : -1;
    if (fd < 0) {
        (void)err_errno(err, "cannot make %s.lock", state);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    (void)close(fd);
    (void)err_set(err, "another muster follows these logs into this store already");
    return -1;
}

static void files_allow(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_OPEN)
        return;
    limit.rlim_cur = limit.rlim_max < FILES_OPEN ? limit.rlim_max : FILES_OPEN;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

struct loop {
    struct follow *follow;
    enum follow_read (*read)(void *state, const struct source_item *item, bool again);
    void *state;
    unsigned later; /* times in a row */
    uint64_t lost;  /* logs, as was told */
};

/* Reads the days that are due. */
static enum follow_read read_due(struct loop *l, bool finish, struct err *err)
{
    const struct source_item *item;
    bool again;
    while (follow_due(l->follow, finish, &item, &again)) {
        if (!follow_begin(l->follow, err))
            return FOLLOW_STOP;
        enum follow_read outcome = l->read(l->state, item, again);
        if (outcome != FOLLOW_READ)
            return outcome;
        l->later = 0;
        if (!follow_done(l->follow, err))
            return FOLLOW_STOP;
    }
    return FOLLOW_READ;
}

/* Logs that went away since it was told last. */
static void tell_lost(struct loop *l)
{
    struct follow_counts c = follow_counts(l->follow);
    uint64_t lost = c.lost - l->lost;
    if (lost)
        cmd_say("read",
                "%llu log%s went away before the day in %s was over: lines are missing. Keep "
                "rotated logs for two days at least",
                (unsigned long long)lost, lost == 1 ? "" : "s", lost == 1 ? "it" : "them");
    l->lost = c.lost;
}

static bool look_and_read(struct loop *l, bool last, struct err *err)
{
    err->text[0] = '\0'; /* stays so where `read` says itself what is wrong */
    if (!follow_look(l->follow, last, err))
        return false;
    enum follow_read outcome = read_due(l, last, err);
    l->later += outcome == FOLLOW_LATER;
    tell_lost(l);
    return outcome != FOLLOW_STOP && l->later < LATER_MOST;
}

/* Until the next look; true: it is time to end. */
static bool wait_ended(int signals, int64_t until_us)
{
    int64_t left_us = until_us - clock_monotonic_us();
    int ms = left_us < LOOK_MS * INT64_C(1000) ? (int)(left_us / 1000) : LOOK_MS;
    struct pollfd fd = {.fd = signals, .events = POLLIN};
    int n = left_us > 0 ? poll(&fd, 1, ms) : 0;
    return n > 0 || clock_monotonic_us() >= until_us;
}

bool read_follow(const struct options *o,
                 enum follow_read (*read)(void *state, const struct source_item *item, bool again),
                 void *state, struct err *err)
{
    struct loop loop = {.read = read, .state = state};
    char path[PATH_MAX];
    int64_t for_us = INT64_MAX / 2;
    sigset_t set = ending_signals();
    if (o->lasting)
        muster_assert(option_time(o->lasting, &for_us)); /* who calls has asked that */
    if (!state_path(path, o, err))
        return false;
    int lock = lock_take(path, err);
    if (lock < 0)
        return false;
    files_allow();
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    muster_assert(signals >= 0);
    loop.follow = follow_new(o->words, o->words_len, path, err);
    bool good = loop.follow != NULL;
    int64_t until_us = clock_monotonic_us() + for_us;
    do
        good = good && look_and_read(&loop, false, err);
    while (good && !wait_ended(signals, until_us));
    if (good && o->finish)
        good = look_and_read(&loop, true, err);
    good = good && loop.later == 0;
    if (good && o->verbose && follow_counts(loop.follow).foreign)
        cmd_say("read", "%llu files are no logs that can be followed",
                (unsigned long long)follow_counts(loop.follow).foreign);
    follow_free(loop.follow);
    (void)close(signals);
    (void)close(lock);
    return good;
}
