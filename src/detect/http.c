/*
 * Check-ins over plain HTTP: a program, not a person, that posts to the same place again and again
 * without referer, with no or an odd user agent, to a bare address, with a body that is no form, is
 * answered in few bytes, after the host has asked the world for its own address.
 *
 * Or one that asks for the same few places again and again and gets next to nothing: a poll.
 *
 * Or one that asks sites that have nothing to do with one another for the same path: malware that
 * hides its controller among names it was given (and webmasters' scanners, which say who they are).
 *
 * Each habit alone belongs to some honest program; the strength adds up habits that honest programs
 * rarely have together. Popular names are not looked at.
 */
#include "detect/detect.h"
#include "record/own_address.h"

#include <math.h>
#include <stdio.h>
#include <xxhash.h>

enum { SMALL_ANSWER = 4096, KEPT_AGENT = 56, KEPT_PATH = 40, PATHS = 4, POLLS_LEAST = 5 };

/* Habits of the requests of one sort: those that send (POST), or those that only ask (GET). */
struct habits {
    uint32_t requests, answered, small, no_referer, no_agent, odd_agent, bare, coded, script, files;
    uint32_t unseen;       /* bodies that the source does not tell of */
    uint32_t same_path;    /* to the path of the first */
    uint32_t of_few_paths; /* to one of the first PATHS paths */
    uint32_t paths;
    uint64_t path_hash[PATHS];
    uint64_t number; /* of the first */
    uint8_t agent_len, path_len;
    char agent[KEPT_AGENT], path[KEPT_PATH];
};

enum { SHARED_PATHS = 16, SITES = 6, SITES_LEAST = 3 };

struct http_host {
    uint32_t ends; /* with a bare address that it sent to oddly: lists of fallback controllers */
    struct shared_path {
        uint32_t path, sites; /* hash; sites asked for it, up to SITES */
        uint32_t site[SITES]; /* hashes */
    } shared[SHARED_PATHS];   /* by hash; of two in one place the smaller stays */
};

struct http_pair {
    uint32_t requests; /* of all sorts */
    struct habits sends, asks;
};

/* Browsers say "Mozilla/5.0 (" and go on at length; older ones too. What is short, claims a
 * browser gone for fifteen years, or is cut off is odd for a program that posts. */
static bool agent_is_odd(struct text agent)
{
    if (!text_starts(agent, "Mozilla/")) /* programs say who they are: "name/version", "name-1.0" */
        return agent.len < 12 && memchr(agent.at, '/', agent.len) == NULL &&
               memchr(agent.at, '.', agent.len) == NULL;
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
    struct address address;
    return address_parse(text_word(&host, ':'), &address);
}

static void keep_first(struct habits *h, const struct http_record *http, struct text path)
{
    h->agent_len = (uint8_t)(http->user_agent.len < KEPT_AGENT ? http->user_agent.len : KEPT_AGENT);
    if (h->agent_len)
        memcpy(h->agent, http->user_agent.at, h->agent_len);
    h->path_len = (uint8_t)(path.len < KEPT_PATH ? path.len : KEPT_PATH);
    if (h->path_len)
        memcpy(h->path, path.at, h->path_len);
}

static void count_path(struct habits *h, uint64_t hash)
{
    h->same_path += hash == h->path_hash[0];
    for (uint32_t i = 0; i < h->paths; i++)
        if (h->path_hash[i] == hash) {
            h->of_few_paths++;
            return;
        }
    if (h->paths < PATHS) {
        h->path_hash[h->paths++] = hash;
        h->of_few_paths++;
    }
}

/* Paths that every site has. */
static bool path_is_common(struct text path)
{
    static const char *const common[] = {
        "/favicon.ico",     "/robots.txt",  "/index.html",          "/index.php",   "/generate_204",
        "/gen_204",         "/ncsi.txt",    "/connecttest.txt",     "/success.txt", "/wpad.dat",
        "/crossdomain.xml", "/sitemap.xml", "/hotspot-detect.html", "/index.htm"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (text_is_nocase(path, common[i]))
            return true;
    return path.len < 3 || text_starts(path, "/.well-known/") || text_starts(path, "/MFEw") ||
           text_starts(path, "/MEkw") || text_starts(path, "/ocsp") || text_ends(path, ".crl") ||
           text_ends(path, ".crt");
}

/* The last two labels stand for the site: where a country sells under second-level names several
 * count as one, which errs on the quiet side. 0: no name. */
static uint32_t site_of(struct text host)
{
    struct text name = text_word(&host, ':');
    struct address address;
    if (name.at == NULL || name.len == 0 || address_parse(name, &address))
        return 0;
    unsigned dots = 0;
    uint32_t from = name.len;
    while (from > 0 && (name.at[from - 1] != '.' || ++dots < 2))
        from--;
    return (uint32_t)XXH3_64bits(name.at + from, name.len - from) | 1;
}

static void share_path(struct http_host *h, const struct http_record *http)
{
    struct text path = http_path(http);
    uint32_t site = site_of(http->host), hash = (uint32_t)XXH3_64bits(path.at, path.len);
    /* programs that poll many sites alike (readers of feeds) say who they are */
    if (site == 0 || http->referer.len || http->user_agent.len || path_is_common(path))
        return;
    struct shared_path *s = &h->shared[hash % SHARED_PATHS];
    if (s->sites && s->path < hash)
        return;
    if (s->path != hash)
        *s = (struct shared_path){.path = hash};
    for (uint32_t i = 0; i < s->sites; i++)
        if (s->site[i] == site)
            return;
    if (s->sites < SITES)
        s->site[s->sites++] = site;
}

/* How many sites were asked for one of the paths. */
static uint32_t shared_by(const struct http_host *host, const struct habits *h)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < h->paths; i++) {
        uint32_t hash = (uint32_t)h->path_hash[i];
        const struct shared_path *s = &host->shared[hash % SHARED_PATHS];
        if (s->path == hash && s->sites > most)
            most = s->sites;
    }
    return most;
}

static void look_at(struct habits *h, const struct record *record)
{
    const struct http_record *http = record->http;
    struct text path = http_path(http);
    uint64_t hash = XXH3_64bits(path.at, path.len);
    if (h->requests++ == 0) {
        h->path_hash[h->paths++] = hash;
        h->number = record->number;
        keep_first(h, http, path);
    }
    count_path(h, hash);
    h->no_referer += http->referer.len == 0;
    h->no_agent += !http->has_user_agent || http->user_agent.len == 0;
    h->odd_agent += http->user_agent.len > 0 && agent_is_odd(http->user_agent);
    h->bare += !http->has_host || host_is_bare(http->host);
    h->coded += body_is_coded(http);
    h->unseen += http->body_unseen;
    h->script += text_ends(path, ".php");
    h->files += text_starts(http->content_type, "multipart/form-data");
    if (http->status) {
        h->answered++;
        h->small += http->response_body <= SMALL_ANSWER;
    }
}

static void record(const struct detect *detect, const struct record *record)
{
    struct http_pair *p = detect->pair_state;
    const struct http_record *http = record->http;
    if (!record->ends.host_opened || record->ends.outside_home || http->method.at == NULL)
        return;
    p->requests++;
    /* RFC 6960 and RFC 3161 post binary bodies from programs by design. */
    if (text_is(http->content_type, "application/ocsp-request") ||
        text_is(http->content_type, "application/timestamp-query"))
        return;
    share_path(detect->host_state, http);
    if (text_is(http->method, "POST")) {
        look_at(&p->sends, record);
        if (p->sends.requests == 1 && p->sends.bare && p->sends.no_agent + p->sends.odd_agent)
            ((struct http_host *)detect->host_state)->ends++;
    }
    if (text_is(http->method, "GET"))
        look_at(&p->asks, record);
}

/* Shape alone never confirms. */
#define STRENGTH_MOST 9.4

static bool most_of(uint32_t some, const struct habits *h)
{
    return some * 2 > h->requests;
}

static void sites_traits(struct traits *t, const struct habits *h, const struct http_host *host)
{
    uint32_t sites = shared_by(host, h);
    trait_set(t, TRAIT_http_sites, sites >= SITES_LEAST);
    trait_set(t, TRAIT_http_sites_many, sites >= SITES);
}

/* `bare`: no name stands for the address. Who asked DNS for it first and then writes the address
 * into the Host field has a name. */
static struct traits send_traits(const struct http_pair *p, const struct http_host *host,
                                 bool own_address, bool bare)
{
    const struct habits *h = &p->sends;
    struct traits t = {{0}};
    if (h->requests == 0)
        return t;
    sites_traits(&t, h, host);
    trait_set(&t, TRAIT_http_send, true);
    trait_set(&t, TRAIT_http_send_unanswered, h->answered == 0);
    trait_set(&t, TRAIT_http_send_bare, bare && most_of(h->bare, h));
    trait_set(&t, TRAIT_http_send_no_agent, most_of(h->no_agent, h));
    trait_set(&t, TRAIT_http_send_odd_agent, most_of(h->odd_agent, h));
    trait_set(&t, TRAIT_http_send_coded, most_of(h->coded, h));
    trait_set(&t, TRAIT_http_send_unseen, most_of(h->unseen, h));
    trait_set(&t, TRAIT_http_send_script, most_of(h->script, h));
    trait_set(&t, TRAIT_http_send_small, h->answered && h->small == h->answered);
    trait_set(&t, TRAIT_http_send_own_address, own_address);
    trait_set(&t, TRAIT_http_send_no_referer, h->no_referer == h->requests);
    trait_set(&t, TRAIT_http_send_same_path, h->requests >= 3 && h->same_path > 0.8 * h->requests);
    trait_set(&t, TRAIT_http_send_only, h->requests == p->requests);
    trait_set(&t, TRAIT_http_send_ends, bare && h->bare && host->ends >= 2);
    trait_set(&t, TRAIT_http_send_files, h->files && most_of(h->no_agent, h));
    return t;
}

/* Asking is what everybody does: only a poll counts, the same few places, little in return. */
static struct traits poll_traits(const struct http_pair *p, const struct http_host *host,
                                 bool own_address, bool bare)
{
    const struct habits *h = &p->asks;
    struct traits t = {{0}};
    sites_traits(&t, h, host);
    if (h->requests < POLLS_LEAST || h->no_referer < h->requests || h->answered == 0 ||
        h->small < 0.8 * h->answered || h->of_few_paths < 0.8 * h->requests)
        return t;
    trait_set(&t, TRAIT_http_poll, true);
    trait_set(&t, TRAIT_http_poll_bare, bare && most_of(h->bare, h));
    trait_set(&t, TRAIT_http_poll_no_agent, most_of(h->no_agent, h));
    trait_set(&t, TRAIT_http_poll_odd_agent, most_of(h->odd_agent, h));
    trait_set(&t, TRAIT_http_poll_coded, most_of(h->coded, h));
    trait_set(&t, TRAIT_http_poll_script, most_of(h->script, h));
    trait_set(&t, TRAIT_http_poll_small, h->small == h->answered);
    trait_set(&t, TRAIT_http_poll_own_address, own_address);
    return t;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct http_pair *p = detect->pair_state;
    bool own_address = (detect->host->flags & HOST_OWN_ADDRESS) != 0;
    if ((detect->pair->flags & PAIR_POPULAR) || own_address_name(detect->pair->name))
        return;
    const struct http_host *host = detect->host_state;
    bool bare = detect->pair->name.at == NULL;
    struct traits sends = send_traits(p, host, own_address, bare);
    struct traits polls = poll_traits(p, host, own_address, bare);
    double send = traits_strength(&sends), poll = traits_strength(&polls);
    if (fmax(send, poll) < EVIDENCE_LEAST)
        return;
    const struct habits *h = send >= poll ? &p->sends : &p->asks;
    struct evidence e = {.group = GROUP_SHAPE,
                         .strength = fmin(STRENGTH_MOST, fmax(send, poll)),
                         .traits = send >= poll ? sends : polls,
                         .number = h->number,
                         .known_from = {DAY_NONE}};
    uint32_t sites = shared_by(host, h);
    char shared[64] = "";
    if (sites >= SITES_LEAST)
        (void)snprintf(shared, sizeof shared, "; %u%s sites were asked for that path that day",
                       sites, sites == SITES ? " or more" : "");
    e.item = evidence_text(out, "http %s %.*s", h == &p->sends ? "check-in" : "poll", h->path_len,
                           h->path);
    bool odd = h->odd_agent * 2 > h->requests;
    e.why =
        evidence_text(out, "%u %s%s to %.*s%s%s%s%s%.*s%s%s%s%s%s", h->requests,
                      h == &p->sends ? "POST" : "GET", h->requests == 1 ? "" : "s", h->path_len,
                      h->path, h->no_referer == h->requests ? ", never a referer" : "",
                      bare && h->bare * 2 > h->requests ? ", to a bare address" : "",
                      h->coded * 2 > h->requests ? ", bodies that are no text" : "",
                      h->no_agent * 2 > h->requests ? ", no user agent"
                      : odd                         ? ", user agent \""
                                                    : "",
                      odd ? h->agent_len : 0, h->agent, odd ? "\"" : "",
                      h->answered == 0          ? ", no answer seen"
                      : h->small == h->answered ? ", short answers"
                                                : "",
                      h->files ? ", files uploaded" : "",
                      own_address ? "; the host looked up its own address that day" : "", shared);
    evidence_add(out, &e);
}

const struct detector detector_http = {
    .name = "http",
    .about = "check-ins and polls of programs over plain HTTP",
    .version = 3,
    .records = RECORD_HTTP,
    .pair_bytes = (sizeof(struct http_pair) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct http_host) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
