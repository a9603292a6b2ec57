/*
 * Check-ins over plain HTTP: a program, not a person, that posts to the same place again and again
 * without referer, with no or an odd user agent, to a bare address, with a body that is no form, is
 * answered in few bytes, after the host has asked the world for its own address.
 *
 * Each habit alone belongs to some honest program; the strength adds up habits that honest programs
 * rarely have together. Popular names are not looked at.
 */
#include "detect/detect.h"

#include <math.h>
#include <xxhash.h>

enum { SMALL_ANSWER = 4096, KEPT_AGENT = 56, KEPT_PATH = 40 };

struct http_pair {
    uint32_t requests, posts, answered, small, no_referer, no_agent, odd_agent, bare, coded;
    uint32_t same_path; /* posts to the path of the first post */
    uint64_t path_hash;
    uint64_t number; /* of the first post, or first request */
    uint8_t agent_len, path_len;
    char agent[KEPT_AGENT], path[KEPT_PATH];
};

struct http_host {
    uint32_t own_address; /* look-ups of its own address */
};

/* Services whose only use is to tell the caller's own address. */
static const char *const own_address_host[] = {
    "api.ipify.org",    "ipify.org",         "icanhazip.com",      "ipinfo.io",
    "ip-api.com",       "ifconfig.me",       "checkip.dyndns.org", "checkip.amazonaws.com",
    "myexternalip.com", "wtfismyip.com",     "ident.me",           "ipecho.net",
    "ipwho.is",         "api.myip.com",      "whatismyip.com",     "ip.seeip.org",
    "geoplugin.net",    "www.geoplugin.net", "freegeoip.app",
};

static bool asks_own_address(struct text host)
{
    for (size_t i = 0; i < sizeof own_address_host / sizeof *own_address_host; i++)
        if (text_is(host, own_address_host[i]))
            return true;
    return false;
}

/* Browsers say "Mozilla/5.0 (" and go on at length; older ones too. What is short, claims a
 * browser gone for fifteen years, or is cut off is odd for a program that posts. */
static bool agent_is_odd(struct text agent)
{
    if (agent.len < 12)
        return true;
    if (!text_starts(agent, "Mozilla/"))
        return false; /* programs that say who they are */
    return agent.len < 40 || text_starts(agent, "Mozilla/4.0 ") ||
           text_starts(agent, "Mozilla/3.0") || text_starts(agent, "Mozilla/4.08") ||
           memmem(agent.at, agent.len, "MSIE 6", 6) || memmem(agent.at, agent.len, "MSIE 7", 6);
}

/* A body that is neither a form, nor JSON, nor XML, nor text: bytes above ASCII or control bytes.
 */
static bool body_is_coded(const struct http_record *http)
{
    if (http->body.len < 8)
        return false;
    unsigned odd = 0, looked = http->body.len < 64 ? http->body.len : 64;
    for (unsigned i = 0; i < looked; i++) {
        unsigned char c = (unsigned char)http->body.at[i];
        odd += c >= 0x80 || (c < 0x20 && c != '\r' && c != '\n' && c != '\t');
    }
    return odd * 4 > looked;
}

static bool host_is_bare(struct text host)
{
    const char *colon = host.at && host.len ? memchr(host.at, ':', host.len) : NULL;
    struct address address;
    return address_parse(colon ? text_at(host.at, (size_t)(colon - host.at)) : host, &address);
}

static void keep_first(struct http_pair *p, const struct http_record *http, struct text path)
{
    p->agent_len = (uint8_t)(http->user_agent.len < KEPT_AGENT ? http->user_agent.len : KEPT_AGENT);
    if (p->agent_len)
        memcpy(p->agent, http->user_agent.at, p->agent_len);
    p->path_len = (uint8_t)(path.len < KEPT_PATH ? path.len : KEPT_PATH);
    if (p->path_len)
        memcpy(p->path, path.at, p->path_len);
}

static void posted(struct http_pair *p, const struct record *record)
{
    const struct http_record *http = record->http;
    const char *question = http->target.len ? memchr(http->target.at, '?', http->target.len) : NULL;
    struct text path =
        question ? text_at(http->target.at, (size_t)(question - http->target.at)) : http->target;
    uint64_t hash = XXH3_64bits(path.at, path.len);
    if (p->posts++ == 0) {
        p->path_hash = hash;
        p->number = record->number;
        keep_first(p, http, path);
    }
    p->same_path += p->path_hash == hash;
    p->no_referer += http->referer.len == 0;
    p->no_agent += !http->has_user_agent || http->user_agent.len == 0;
    p->odd_agent += http->user_agent.len > 0 && agent_is_odd(http->user_agent);
    p->bare += !http->has_host || host_is_bare(http->host);
    p->coded += body_is_coded(http);
    if (http->status) {
        p->answered++;
        p->small += http->response_body <= SMALL_ANSWER;
    }
}

static void record(const struct detect *detect, const struct record *record)
{
    struct http_pair *p = detect->pair_state;
    struct http_host *h = detect->host_state;
    const struct http_record *http = record->http;
    if (!record->ends.host_opened || record->ends.outside_home || http->method.at == NULL)
        return;
    if (asks_own_address(http->host))
        h->own_address++;
    p->requests++;
    /* RFC 6960 and RFC 3161 post binary bodies from programs by design. */
    if (text_is(http->content_type, "application/ocsp-request") ||
        text_is(http->content_type, "application/timestamp-query"))
        return;
    if (text_is(http->method, "POST"))
        posted(p, record);
}

/* From habits to a log-likelihood ratio. On the labelled captures no clean conversation scored over
 * 3.3 before this factor and half of the posting malware over 5; shape alone never confirms. */
#define HABIT_WEIGHT 1.5
#define STRENGTH_MOST 9.4

static double strength_of(const struct http_pair *p, const struct http_host *h)
{
    double posts = p->posts;
    double strength = 0;
    strength += p->bare > 0.5 * posts ? 2.0 : 0;
    strength += p->no_referer == p->posts ? 0.8 : 0;
    strength += p->no_agent > 0.5 * posts ? 2.0 : 0;
    strength += p->odd_agent > 0.5 * posts ? 1.8 : 0;
    strength += p->coded > 0.5 * posts ? 1.5 : 0;
    strength += p->posts >= 3 && p->same_path > 0.8 * posts ? 1.0 : 0;
    strength += p->answered && p->small == p->answered ? 0.4 : 0;
    strength += h->own_address ? 2.2 : 0;
    strength += p->posts == p->requests ? 0.6 : 0;
    return fmin(STRENGTH_MOST, strength * HABIT_WEIGHT);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct http_pair *p = detect->pair_state;
    const struct http_host *h = detect->host_state;
    if (p->posts == 0 || p->answered == 0 || (detect->pair->flags & PAIR_POPULAR))
        return;
    double strength = strength_of(p, h);
    if (strength < 4.0)
        return;
    struct evidence e = {
        .group = GROUP_SHAPE, .strength = strength, .number = p->number, .known_from = {DAY_NONE}};
    e.item = evidence_text(out, "http check-in %.*s", p->path_len, p->path);
    e.why = evidence_text(
        out, "%u POST%s to %.*s%s%s%s%s%.*s%s%s%s", p->posts, p->posts == 1 ? "" : "s", p->path_len,
        p->path, p->no_referer == p->posts ? ", never a referer" : "",
        p->bare * 2 > p->posts ? ", to a bare address" : "",
        p->coded * 2 > p->posts ? ", bodies that are no text" : "",
        p->no_agent * 2 > p->posts    ? ", no user agent"
        : p->odd_agent * 2 > p->posts ? ", user agent \""
                                      : "",
        p->odd_agent * 2 > p->posts ? p->agent_len : 0, p->agent,
        p->odd_agent * 2 > p->posts ? "\"" : "", p->small == p->answered ? ", short answers" : "",
        h->own_address ? "; the host looked up its own address that day" : "");
    evidence_add(out, &e);
}

const struct detector detector_http = {
    .name = "http",
    .about = "check-ins of programs over plain HTTP",
    .version = 1,
    .records = RECORD_HTTP,
    .pair_bytes = (sizeof(struct http_pair) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct http_host) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
