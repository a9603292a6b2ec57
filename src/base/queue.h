/*
 * A bounded queue of pointers between two or more threads. Threads share sealed batches through
 * these and nothing else.
 */
#ifndef MUSTER_BASE_QUEUE_H
#define MUSTER_BASE_QUEUE_H

#include <pthread.h>

enum { QUEUE_ROOM = 64 };

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    void *item[QUEUE_ROOM];
    unsigned from, len;
};

void queue_init(struct queue *queue);
void queue_put(struct queue *queue, void *item); /* waits while full */
void *queue_take(struct queue *queue);           /* waits while empty */
void queue_free(struct queue *queue);

#endif
