/*
 * Trouble it answers: a look costs more than finding the file, files do not depend on each other,
 * and yet what is said must not depend on which thread was first. So the thread that walks hands
 * out places in a ring, in the order of names, workers fill them in any order, and the walker takes
 * them out in the order it gave them.
 */
#include "scan_run.h"

#include "base/mem.h"

#include <pthread.h>
#include <xxhash.h>

enum { PLACES = 128, WORKERS_MOST = 64 };
enum place_state { PLACE_FREE, PLACE_GIVEN, PLACE_TAKEN, PLACE_DONE };

struct place {
    enum place_state state;
    char *path;
    struct scan_seen seen;
    struct scan_members members;
    bool known;
};

struct ring {
    struct scan_run *run;
    pthread_mutex_t mutex;
    pthread_cond_t given, done;
    struct place *place;
    uint64_t put, taken, told; /* counts of places; place N is at N % PLACES */
    bool ended;
};

static bool is_known(const void *context, const char *path, const struct walk_stamp *stamp)
{
    return scan_memory_same(context, path, stamp);
}

static void look(struct ring *ring, struct place *p, struct scan_hand *hand,
                 struct walk_reader *reader)
{
    const struct scan_memory *memory = ring->run->memory;
    struct scan_seen *s = &p->seen;
    s->outcome = walk_read(reader, s->path, memory ? is_known : NULL, memory, &s->file);
    p->known = s->outcome == WALK_KNOWN;
    if (s->outcome != WALK_READ)
        return;
    struct text bytes = s->file.bytes;
    s->digest = XXH3_64bits(bytes.at, bytes.len);
    p->known =
        memory && !s->file.cut && scan_memory_same_bytes(memory, s->path, bytes.len, s->digest);
    if (p->known)
        return;
    const char *name = strrchr(s->path, '/');
    scan_file_look(hand, text_of(name ? name + 1 : s->path), bytes, &s->verdict, &p->members);
}

static void *work(void *context)
{
    struct ring *ring = context;
    struct walk_reader reader = {.room = NULL};
    struct scan_hand *hand = scan_hand_new(ring->run->scan);
    (void)pthread_mutex_lock(&ring->mutex);
    while (true) {
        while (ring->taken == ring->put && !ring->ended)
            (void)pthread_cond_wait(&ring->given, &ring->mutex);
        if (ring->taken == ring->put)
            break;
        struct place *p = &ring->place[ring->taken++ % PLACES];
        p->state = PLACE_TAKEN;
        (void)pthread_mutex_unlock(&ring->mutex);
        look(ring, p, hand, &reader);
        (void)pthread_mutex_lock(&ring->mutex);
        p->state = PLACE_DONE;
        (void)pthread_cond_signal(&ring->done);
    }
    (void)pthread_mutex_unlock(&ring->mutex);
    scan_hand_free(hand);
    walk_reader_free(&reader);
    return NULL;
}

static void tell(struct scan_run *run, struct place *p)
{
    walk_count(&run->counts, p->path, p->seen.outcome, &p->seen.file);
    run->members.looked += p->members.looked;
    run->members.skipped += p->members.skipped;
    run->known += p->known;
    run->seen(run->context, &p->seen);
    mem_free(p->path);
    *p = (struct place){.state = PLACE_FREE};
}

/* Tells of what is done, in order; waits until no more than `most` places are in use. Locked. */
static void tell_done(struct ring *ring, uint64_t most)
{
    while (ring->told < ring->put) {
        struct place *p = &ring->place[ring->told % PLACES];
        if (p->state != PLACE_DONE) {
            if (ring->put - ring->told <= most)
                return;
            (void)pthread_cond_wait(&ring->done, &ring->mutex);
            continue;
        }
        (void)pthread_mutex_unlock(&ring->mutex);
        tell(ring->run, p);
        (void)pthread_mutex_lock(&ring->mutex);
        ring->told++;
    }
}

static void on_path(void *context, const char *path, size_t below)
{
    struct ring *ring = context;
    size_t len = strlen(path) + 1;
    char *copy = mem_new(len, 1);
    memcpy(copy, path, len);
    (void)pthread_mutex_lock(&ring->mutex);
    tell_done(ring, PLACES - 1);
    struct place *p = &ring->place[ring->put % PLACES];
    *p = (struct place){.state = PLACE_GIVEN, .path = copy};
    p->seen.path = copy;
    p->seen.below = below;
    ring->put++;
    (void)pthread_cond_signal(&ring->given);
    (void)pthread_mutex_unlock(&ring->mutex);
}

bool scan_run(struct scan_run *run, const char *const *paths, unsigned len, char why[300])
{
    struct ring ring = {.run = run};
    pthread_t thread[WORKERS_MOST];
    unsigned workers = run->workers < WORKERS_MOST ? run->workers : WORKERS_MOST, started = 0;
    ring.place = mem_new(PLACES, sizeof *ring.place);
    (void)pthread_mutex_init(&ring.mutex, NULL);
    (void)pthread_cond_init(&ring.given, NULL);
    (void)pthread_cond_init(&ring.done, NULL);
    for (unsigned i = 0; i < workers; i++)
        started += pthread_create(&thread[started], NULL, work, &ring) == 0;
    muster_assert(started > 0);
    bool all = walk(paths, len, &run->counts, on_path, &ring, why);
    (void)pthread_mutex_lock(&ring.mutex);
    ring.ended = true;
    (void)pthread_cond_broadcast(&ring.given);
    tell_done(&ring, 0);
    (void)pthread_mutex_unlock(&ring.mutex);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(thread[i], NULL);
    (void)pthread_cond_destroy(&ring.done);
    (void)pthread_cond_destroy(&ring.given);
    (void)pthread_mutex_destroy(&ring.mutex);
    mem_free(ring.place);
    return all;
}
