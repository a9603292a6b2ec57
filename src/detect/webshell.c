/*
 * Backdoors in the websites that home serves: who sends one program on a web server what it is to
 * run. Looks only at conversations that others opened.
 *
 * Of a client up to SCRIPTS programs (paths) are remembered that were sent something: what each
 * exchange proves (webshell_look.h) and, where nothing is proven, its habits: it is only ever
 * posted to, without referer, that hardly anybody else calls, that lies where uploads and pictures
 * lie, whose bodies are enciphered both ways. A site's own users and editors have referers and
 * fetch pages; scanners are refused; a program's own peers (XML-RPC, cron, payment notices) send
 * text. Only what was answered with success counts.
 *
 * Habits are looked for in outside clients only and never confirm; what a tool's protocol cannot do
 * without may.
 */
#include "detect/detect.h"
#include "detect/site.h"
#include "detect/webshell_look.h"

#include <math.h>
#include <stdio.h>
#include <xxhash.h>

enum { SCRIPTS = 3, KEYS = 2, AGENTS = 2, STARTS = 2 };
enum { PATHS = 32, CLIENTS = 3, FEW = 2 };
enum { AGAIN = 3 };
/* Five minutes each of a day, apart for paths of four kinds, so that a program's own requests are
 * not what came before it. */
enum { SPANS = 288, SPAN_WORDS = (SPANS + 63) / 64, KINDS = 4 };
#define SPAN_US (DAY_US / SPANS)

/* Values met, each with how often; of two in one place the smaller stays. */
struct tally {
    uint64_t value[STARTS];
    uint32_t count[STARTS];
};

struct script {
    uint32_t hash; /* of host name and path; 0 = free */
    uint32_t requests, posts, served, refused, referers;
    uint32_t code, code_plain, sealed, sealed_both, unseen, scripts;
    uint32_t proofs[PROOFS];
    uint8_t tool[PROOFS];
    uint8_t site_len, agents;
    uint16_t port;
    uint32_t agent[AGENTS];
    int64_t least, most; /* bytes of answers; most < least = not known */
    bool first_proven;   /* what follows is of the first proof, else of the first request */
    int64_t first_us;
    uint64_t number;
    struct tally start, wrap;
    char site[SITE_KEPT];
};

struct webshell_pair {
    uint64_t keys;
    char key[KEYS][WEBSHELL_KEY];
    struct script script[SCRIPTS];
};

/* Who calls the programs of a web server: by hash of the path; of two in one place the smaller. */
struct webshell_host {
    struct path {
        uint32_t hash, clients;
        uint32_t client[CLIENTS];
    } path[PATHS];
    uint64_t entered[KINDS][SPAN_WORDS]; /* when something was put onto the server, or tried to */
};

/* Paths of programs that web servers run by their ending. */
static bool is_script(struct text path)
{
    static const char *const endings[] = {".php",  ".phtml", ".php3", ".php5", ".php7", ".jsp",
                                          ".jspx", ".asp",   ".aspx", ".ashx", ".asmx", ".cgi",
                                          ".pl",   ".cfm",   ".asa",  ".cer",  ".do",   ".action"};
    uint32_t from = path.len;
    while (from > 0 && path.at[from - 1] != '.' && path.at[from - 1] != '/')
        from--;
    if (from == 0)
        return false;
    struct text ending = text_at(path.at + from - 1, path.len - from + 1);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text_is_nocase(ending, endings[i]))
            return true;
    return false;
}

/* A program among files that nobody runs. */
static bool in_upload_place(struct text site)
{
    static const char *const places[] = {
        "/upload", "/images/", "/img/",       "/tmp/",   "/temp/", "/cache/", "/files/",
        "/attach", "/avatar",  "/userfiles/", "/media/", "/css/",  "/fonts/", "/.well-known/"};
    const char *path = site.at ? memchr(site.at, '/', site.len) : NULL;
    size_t len = path ? (size_t)(site.at + site.len - path) : 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (path && memmem(path, len, places[i], strlen(places[i])))
            return true;
    return false;
}

static void tally_add(struct tally *t, uint64_t value)
{
    unsigned at = value % STARTS;
    if (value == 0 || (t->count[at] && value > t->value[at]))
        return;
    t->count[at] = t->value[at] == value ? t->count[at] + 1 : 1;
    t->value[at] = value;
}

static uint32_t tally_most(const struct tally *t)
{
    uint32_t most = 0;
    for (unsigned i = 0; i < STARTS; i++)
        most = t->count[i] > most ? t->count[i] : most;
    return most;
}

static void count_client(struct webshell_host *h, uint32_t hash, struct address client)
{
    struct path *p = &h->path[hash % PATHS];
    uint32_t who = (uint32_t)XXH3_64bits(&client, sizeof client) | 1;
    if (p->hash && p->hash < hash)
        return;
    if (p->hash != hash)
        *p = (struct path){.hash = hash};
    for (uint32_t i = 0; i < p->clients; i++)
        if (p->client[i] == who)
            return;
    if (p->clients < CLIENTS)
        p->client[p->clients++] = who;
}

static bool few_clients(const struct webshell_host *h, uint32_t hash)
{
    const struct path *p = &h->path[hash % PATHS];
    return p->hash == hash && p->clients <= FEW;
}

static bool is_proven(const struct script *s)
{
    for (unsigned i = PROOF_NONE + 1; i < PROOFS; i++)
        if (s->proofs[i])
            return true;
    return s->code > 0;
}

/* Uploads, and requests as attacks on applications make them. */
static bool is_entry(const struct http_record *http)
{
    static const char *const signs[] = {
        "../",       "%2e%2e",       "..%2f",          "%00",
        "${jndi",    "union+select", "union%20select", "base64_decode",
        "%3c%3fphp", "<?php",        "call_user_func", "invokefunction"};
    if (http->status < 200 || http->status >= 400)
        return false;
    if (text_is(http->method, "PUT") || text_starts(http->content_type, "multipart/form-data"))
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (memmem(http->target.at, http->target.len, signs[i], strlen(signs[i])))
            return true;
    return false;
}

static unsigned span_of(int64_t us)
{
    int64_t in_day = us % DAY_US;
    return (unsigned)((in_day < 0 ? in_day + DAY_US : in_day) / SPAN_US);
}

static void note_entry(struct webshell_host *h, uint32_t hash, struct instant time)
{
    unsigned span = span_of(time.us);
    h->entered[(hash >> 1) % KINDS][span / 64] |= UINT64_C(1) << span % 64;
}

/* Whether, in the five to ten minutes before the program's first request, something went onto the
 * server by another path. */
static bool came_after_entry(const struct webshell_host *h, const struct script *s)
{
    unsigned now = span_of(s->first_us);
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (unsigned span = now ? now - 1 : 0; kind != (s->hash >> 1) % KINDS && span <= now;
             span++)
            if (h->entered[kind][span / 64] >> span % 64 & 1)
                return true;
    return false;
}

/* The place of a program; when there is none left one without proof gives way to one with, and
 * else the smaller hash stays, whatever came first. What is only refused takes no place. */
static struct script *script_take(struct webshell_pair *p, struct text site, bool proven,
                                  bool refused)
{
    uint32_t hash = (uint32_t)XXH3_64bits(site.at, site.len) | 1;
    struct script *worst = NULL;
    for (unsigned i = 0; i < SCRIPTS; i++) {
        struct script *s = &p->script[i];
        if (s->hash == hash)
            return s;
        if (s->hash == 0) {
            worst = s;
            break;
        }
        if (!is_proven(s) && (worst == NULL || s->hash > worst->hash))
            worst = s;
    }
    if (refused || worst == NULL || (worst->hash && !proven && worst->hash < hash))
        return NULL;
    *worst = (struct script){.hash = hash, .first_us = INT64_MAX, .least = INT64_MAX, .most = -1};
    worst->site_len = (uint8_t)site.len;
    memcpy(worst->site, site.at, site.len);
    return worst;
}

static void count_agent(struct script *s, struct text agent)
{
    uint32_t hash = agent.len ? (uint32_t)XXH3_64bits(agent.at, agent.len) | 1 : 1;
    for (unsigned i = 0; i < s->agents; i++)
        if (s->agent[i] == hash)
            return;
    if (s->agents < AGENTS)
        s->agent[s->agents++] = hash;
}

static bool sends(const struct http_record *http)
{
    return (text_is(http->method, "POST") || text_is(http->method, "PUT")) &&
           (http->body.len || http->request_body > 0 || http->body_unseen);
}

static void count(struct script *s, const struct record *record, const struct webshell_look *look)
{
    const struct http_record *http = record->http;
    bool served = http->status >= 200 && http->status < 300;
    s->requests++;
    s->port = record->ends.host_port.number;
    s->posts += sends(http);
    s->served += served;
    s->refused += http->status >= 400;
    s->referers += http->referer.len > 0;
    s->unseen += http->body_unseen;
    s->code += look->code && (served || http->status == 0);
    s->code_plain += look->code && look->plain;
    s->sealed += look->sealed && served;
    s->sealed_both += look->sealed && look->sealed_answer && served;
    count_agent(s, http->user_agent);
    if (served && http->response_body >= 0) {
        s->least = http->response_body < s->least ? http->response_body : s->least;
        s->most = http->response_body > s->most ? http->response_body : s->most;
    }
    if (served)
        tally_add(&s->start, look->start);
    tally_add(&s->wrap, look->wrap);
    enum webshell_proof proof = served ? look->proof : PROOF_NONE;
    s->tool[proof] = (uint8_t)look->tool;
    s->proofs[proof]++;
    bool proven = proof != PROOF_NONE;
    if (proven == s->first_proven ? record->time.us < s->first_us : proven) {
        s->first_proven = proven;
        s->first_us = record->time.us;
        s->number = record->number;
    }
}

static void record(const struct detect *detect, const struct record *record)
{
    const struct http_record *http = record->http;
    struct webshell_pair *p = detect->pair_state;
    if (record->ends.host_opened || http->method.at == NULL || http->target.len == 0)
        return;
    struct text path = http_path(http);
    bool script = is_script(path), send = sends(http);
    if (!script && !send && http->target.len == path.len)
        return; /* a file */
    struct webshell_look look;
    webshell_look(http, (const char(*)[WEBSHELL_KEY])p->key, (unsigned)p->keys, &look);
    if (look.gives_key && p->keys < KEYS)
        memcpy(p->key[p->keys++], look.key, WEBSHELL_KEY);
    char buf[SITE_KEPT];
    struct text site = site_of(record, buf);
    uint32_t hash = (uint32_t)XXH3_64bits(site.at, site.len) | 1;
    if (script || send)
        count_client(detect->host_state, hash, record->ends.outside);
    if (!record->ends.outside_home && is_entry(http))
        note_entry(detect->host_state, hash, record->time);
    if (!send && look.proof == PROOF_NONE && !look.code)
        return; /* who sends nothing leaves nothing behind */
    struct script *s = script_take(p, site, look.proof || look.code, http->status >= 300);
    if (s) {
        s->scripts += script;
        count(s, record, &look);
    }
}

/* What proves control; sure: one exchange is enough. */
static struct traits proof_traits(const struct script *s, enum webshell_proof *best)
{
    struct traits t = {{0}};
    *best = PROOF_NONE;
    for (unsigned i = PROOF_NONE + 1; i < PROOFS; i++)
        if (s->proofs[i])
            *best = (enum webshell_proof)i;
    uint32_t wraps =
        s->proofs[PROOF_WRAP] < tally_most(&s->wrap) ? s->proofs[PROOF_WRAP] : tally_most(&s->wrap);
    trait_set(&t, TRAIT_webshell_proof, *best > PROOF_WRAP || wraps >= 2);
    trait_set(&t, TRAIT_webshell_wrap, *best == PROOF_WRAP && wraps < 2);
    trait_set(&t, TRAIT_webshell_output, *best == PROOF_OUTPUT);
    trait_set(&t, TRAIT_webshell_output_again,
              *best == PROOF_OUTPUT && s->proofs[PROOF_OUTPUT] >= AGAIN);
    trait_set(&t, TRAIT_webshell_code, *best <= PROOF_OUTPUT && s->code);
    trait_set(&t, TRAIT_webshell_code_plain, *best <= PROOF_OUTPUT && s->code_plain);
    trait_set(&t, TRAIT_webshell_code_again, *best <= PROOF_OUTPUT && s->code_plain >= AGAIN);
    return t;
}

/* Habits of a program that nobody but its owner calls; none where one of the telling ones is
 * missing. */
static void habit_traits(struct traits *t, const struct detect *detect, const struct script *s)
{
    bool few = few_clients(detect->host_state, s->hash);
    bool upload = s->scripts && in_upload_place(text_at(s->site, s->site_len));
    bool sealed = s->sealed >= AGAIN && s->sealed * 2 > s->served && few;
    bool agents = s->agents >= AGENTS && s->scripts && few;
    if (s->served < AGAIN || s->posts * 5 < s->requests * 4 || s->refused > s->served ||
        (detect->pair->flags & PAIR_OUTSIDE_HOME) || (!upload && !sealed && !(agents && s->unseen)))
        return;
    trait_set(t, TRAIT_webshell_upload_place, upload);
    trait_set(t, TRAIT_webshell_sealed, sealed);
    trait_set(t, TRAIT_webshell_sealed_both, sealed && s->sealed_both * 2 > s->sealed);
    trait_set(t, TRAIT_webshell_same_start, sealed && tally_most(&s->start) >= AGAIN);
    trait_set(t, TRAIT_webshell_only_posts, s->posts == s->requests);
    trait_set(t, TRAIT_webshell_few_clients, few);
    trait_set(t, TRAIT_webshell_no_referer, s->referers == 0);
    trait_set(t, TRAIT_webshell_script, s->scripts > 0);
    trait_set(t, TRAIT_webshell_sizes, s->most > s->least);
    trait_set(t, TRAIT_webshell_agents, agents);
    trait_set(t, TRAIT_webshell_after_entry, came_after_entry(detect->host_state, s));
}

static const char *const tool_name[WEBSHELL_TOOLS] = {
    [WEBSHELL_UNKNOWN] = NULL,        [WEBSHELL_CHOPPER] = "china chopper",
    [WEBSHELL_ANTSWORD] = "antsword", [WEBSHELL_BEHINDER] = "behinder",
    [WEBSHELL_GODZILLA] = "godzilla", [WEBSHELL_WEEVELY] = "weevely",
    [WEBSHELL_TUNNEL] = "regeorg",    [WEBSHELL_COMMANDS] = "command shell"};

static const char *const proof_text[PROOFS] = {
    [PROOF_NONE] = "program text in a field",
    [PROOF_OUTPUT] = "a command in a field and its output in the answer",
    [PROOF_WRAP] = "answers between two halves of a digest",
    [PROOF_ARROWS] = "answers between \"->|\" and \"|<-\"",
    [PROOF_GREETS] = "the greeting of a tunnel",
    [PROOF_GZIP] = "gzip under a key of 16 hexadecimal digits",
    [PROOF_TEXT] = "program text under a key of 16 hexadecimal digits",
    [PROOF_KEY] = "bodies that open with a well-known key, or one the server gave out",
    [PROOF_MARKS] = "answers between the request's own marks",
    [PROOF_PRINTED] = "answers that begin with what the sent program text prints"};

static struct text habit_words(const struct script *s, const struct traits *t,
                               struct evidence_out *out)
{
    bool upload = trait_holds(t, TRAIT_webshell_upload_place);
    return evidence_text(
        out, "%s%s%s%s%s%s", s->referers ? "" : ", never a referer",
        trait_holds(t, TRAIT_webshell_after_entry) ? ", for the first time soon after an upload or "
                                                     "attack"
                                                   : "",
        trait_holds(t, TRAIT_webshell_few_clients) ? ", hardly anybody else sends it anything" : "",
        upload ? ", in a place of uploads or pictures" : "",
        trait_holds(t, TRAIT_webshell_sealed_both) ? ", enciphered both ways"
        : trait_holds(t, TRAIT_webshell_sealed)    ? ", enciphered bodies"
                                                   : "",
        trait_holds(t, TRAIT_webshell_same_start) ? " that begin alike" : "");
}

static void tell(const struct detect *detect, const struct script *s, struct evidence_out *out)
{
    enum webshell_proof best;
    struct traits t = proof_traits(s, &best);
    bool proven = trait_holds(&t, TRAIT_webshell_proof);
    if (!proven)
        habit_traits(&t, detect, s);
    double strength = traits_strength(&t);
    if (strength < EVIDENCE_LEAST)
        return;
    bool content = best != PROOF_NONE || s->code_plain;
    struct evidence e = {.group = content ? GROUP_MARK : GROUP_SHAPE,
                         .flags = content ? EVIDENCE_CONTENT : 0,
                         .strength = strength,
                         .traits = t,
                         .number = s->number,
                         .known_from = {DAY_NONE}};
    const char *tool = best ? tool_name[s->tool[best]] : NULL;
    bool shown = best != PROOF_NONE || s->code;
    e.site = evidence_text(out, "%.*s", s->site_len, s->site);
    e.item = evidence_text(out, "webshell %.*s", s->site_len < 60 ? s->site_len : 60, s->site);
    e.family = tool ? text_of(tool) : text_of(NULL);
    struct text habits = habit_words(s, &t, out);
    uint32_t times = best ? 0 : s->code;
    for (unsigned i = PROOF_NONE + 1; i < PROOFS; i++)
        times += s->proofs[i];
    e.why =
        evidence_text(out, "%u request%s on port %u, %u posted, %u served%.*s%s%s", s->requests,
                      s->requests == 1 ? "" : "s", s->port, s->posts, s->served, (int)habits.len,
                      habits.at, shown ? "; " : "", shown ? proof_text[best] : "");
    if (shown)
        e.why = evidence_text(out, "%.*s, %u time%s", (int)e.why.len, e.why.at, times,
                              times == 1 ? "" : "s");
    evidence_add(out, &e);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct webshell_pair *p = detect->pair_state;
    for (unsigned i = 0; i < SCRIPTS && p->script[i].hash; i++)
        tell(detect, &p->script[i], out);
}

const struct detector detector_webshell = {
    .name = "webshell",
    .about = "backdoors in websites of the home network, by what they are sent and answer",
    .version = 2,
    .records = RECORD_HTTP,
    .pair_bytes = (sizeof(struct webshell_pair) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct webshell_host) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
