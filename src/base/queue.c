#include "base/queue.h"

#include "base/err.h"

void queue_init(struct queue *q)
{
    q->from = q->len = 0;
    int failed = pthread_mutex_init(&q->mutex, NULL) || pthread_cond_init(&q->changed, NULL);
    muster_assert(!failed);
}

void queue_put(struct queue *q, void *item)
{
    (void)pthread_mutex_lock(&q->mutex);
    while (q->len == QUEUE_ROOM)
        (void)pthread_cond_wait(&q->changed, &q->mutex);
    q->item[(q->from + q->len++) % QUEUE_ROOM] = item;
    (void)pthread_cond_broadcast(&q->changed);
    (void)pthread_mutex_unlock(&q->mutex);
}

void *queue_take(struct queue *q)
{
    (void)pthread_mutex_lock(&q->mutex);
    while (q->len == 0)
        (void)pthread_cond_wait(&q->changed, &q->mutex);
    void *item = q->item[q->from];
    q->from = (q->from + 1) % QUEUE_ROOM;
    q->len--;
    (void)pthread_cond_broadcast(&q->changed);
    (void)pthread_mutex_unlock(&q->mutex);
    return item;
}

void queue_free(struct queue *q)
{
    (void)pthread_mutex_destroy(&q->mutex);
    (void)pthread_cond_destroy(&q->changed);
}
