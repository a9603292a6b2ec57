#include "simulate/talk.h"

#include "record/packet.h"

static void send(struct talk *talk, enum talker who, uint8_t flags, const void *bytes, size_t len)
{
    const struct end *from = who == CLIENT ? &talk->client : &talk->server;
    const struct end *to = who == CLIENT ? &talk->server : &talk->client;
    uint32_t ack = flags & TCP_ACK ? talk->seq[!who] : 0;
    packets_tcp(talk->packets, talk->now, from, to, talk->seq[who], ack, flags, bytes, len);
    talk->seq[who] += (uint32_t)len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
}

/* The time it takes until the tap sees what `who` sends in answer. */
static void turn(struct talk *talk, enum talker who)
{
    uint64_t us = who == SERVER ? talk->rtt_us : 150;
    talk->now.us += (int64_t)(us + random_in(talk->random, 0, us / 8));
}

void talk_open(struct talk *talk)
{
    talk->seq[CLIENT] = (uint32_t)random_next(talk->random);
    talk->seq[SERVER] = (uint32_t)random_next(talk->random);
    send(talk, CLIENT, TCP_SYN, NULL, 0);
    turn(talk, SERVER);
    send(talk, SERVER, TCP_SYN | TCP_ACK, NULL, 0);
    turn(talk, CLIENT);
    send(talk, CLIENT, TCP_ACK, NULL, 0);
    turn(talk, CLIENT);
}

void talk_refused(struct talk *talk, bool reset)
{
    talk->seq[CLIENT] = (uint32_t)random_next(talk->random);
    talk->seq[SERVER] = 0;
    send(talk, CLIENT, TCP_SYN, NULL, 0);
    if (!reset)
        return;
    turn(talk, SERVER);
    send(talk, SERVER, TCP_RST | TCP_ACK, NULL, 0);
}

void talk_say(struct talk *talk, enum talker who, const struct buf *bytes)
{
    enum talker other = who == CLIENT ? SERVER : CLIENT;
    unsigned unacknowledged = 0;
    size_t mss = address_is_v4(talk->client.address) ? PACKET_MSS : PACKET_MSS_V6;
    for (size_t done = 0; done < bytes->len;) {
        size_t len = bytes->len - done < mss ? bytes->len - done : mss;
        bool last = done + len == bytes->len;
        uint8_t flags = last ? TCP_ACK | TCP_PSH : TCP_ACK;
        send(talk, who, flags, bytes->at + done, len);
        done += len;
        talk->now.us += (int64_t)random_in(talk->random, 20, 120);
        /* Every second segment is acknowledged (RFC 9293 3.8.6.3). */
        if (++unacknowledged == 2 || last) {
            unacknowledged = 0;
            if (last && talk->sparing)
                break;
            if (last)
                turn(talk, other);
            send(talk, other, TCP_ACK, NULL, 0);
        }
    }
    turn(talk, other);
}

void talk_rest(struct talk *talk, enum talker who)
{
    turn(talk, who);
    send(talk, who, TCP_ACK, NULL, 0);
}

void talk_close(struct talk *talk)
{
    send(talk, CLIENT, TCP_FIN | TCP_ACK, NULL, 0);
    turn(talk, SERVER);
    send(talk, SERVER, TCP_FIN | TCP_ACK, NULL, 0);
    turn(talk, CLIENT);
    send(talk, CLIENT, TCP_ACK, NULL, 0);
}
