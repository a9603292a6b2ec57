/*
 * What is said inside a conversation: TLS handshakes and data, HTTP requests with their answers.
 * Each carries the talk's clock on.
 */
#ifndef MUSTER_SIMULATE_SPEAK_H
#define MUSTER_SIMULATE_SPEAK_H

#include "simulate/message.h"
#include "simulate/talk.h"

/* Says what the buffer holds and empties it. */
void speak(struct talk *talk, enum talker who, struct buf *bytes);
/* TLS application data of least to most bytes. */
void speak_data(struct talk *talk, enum talker who, size_t least, size_t most);
/* The handshake; certificate NULL = TLS 1.3, name NULL = no server name. */
void speak_tls(struct talk *talk, enum tls_client kind, const char *server_name,
               const struct buf *certificate);
/* That of TLS 1.3 which takes up an earlier session: the server shows no certificate. */
void speak_tls_short(struct talk *talk, enum tls_client kind, const char *server_name);
/* GET and its answer of `len` bytes; 0 = 304. */
void speak_http(struct talk *talk, const char *host, const char *target, const char *agent,
                size_t len);
/* A line of a protocol of lines. */
void speak_line(struct talk *talk, enum talker who, const char *line);

#endif
