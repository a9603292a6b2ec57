/*
 * Detector intel: ends and marks that somebody has listed.
 *
 * A list says "this address, name, URL or certificate belongs to that malware". Met in a
 * conversation that a home host opened and that was answered, it is the strongest single sign there
 * is; met otherwise it is weak or nothing: a listed scanner that knocks at our door is no finding.
 *
 * This half meets indicators in records and keeps the few best of them for each pair; how much each
 * says is decided at close (intel_weigh.c), when it is known whether the pair was answered, by what
 * name it was called, and what the host is. What is kept when there is no room does not depend on
 * the order of the records: indicators have a fixed order (intel_before), and the first ones stay.
 */
#include "detect/intel.h"

struct indicator_window intel_window(const struct detect *detect)
{
    double known_by = detect->knob[INTEL_KNOWN_BY];
    struct indicator_window window = {
        .before_days = (int)detect->knob[INTEL_BEFORE],
        .after_days = (int)detect->knob[INTEL_AFTER],
        .known_by = {known_by < 0 ? DAY_NONE : (int32_t)known_by},
    };
    return window;
}

/* Whether a stays rather than b: by class, then by kind, then by place in the sets. */
static bool intel_before(const struct intel_hit *a, const struct intel_hit *b)
{
    static const uint8_t by_class[] = {
        [CLASS_SINKHOLE] = 0,   [CLASS_CONTROL] = 1, [CLASS_MALICIOUS] = 2, [CLASS_COMPROMISED] = 3,
        [CLASS_SUSPICIOUS] = 4, [CLASS_NETWORK] = 5, [CLASS_SCANNER] = 6,
    };
    static const uint8_t by_kind[] = {
        [INDICATOR_CERTIFICATE] = 0, [INDICATOR_ADDRESS_PORT] = 1, [INDICATOR_NAME] = 2,
        [INDICATOR_URL] = 3,         [INDICATOR_ADDRESS] = 4,      [INDICATOR_JA3] = 5,
        [INDICATOR_JA4] = 6,         [INDICATOR_FILE] = 7,
    };
    if (a->class != b->class)
        return by_class[a->class] < by_class[b->class];
    if (a->kind != b->kind)
        return by_kind[a->kind] < by_kind[b->kind];
    if (a->set_index != b->set_index)
        return a->set_index < b->set_index;
    return a->reference < b->reference;
}

static bool intel_same(const struct intel_hit *a, const struct intel_hit *b)
{
    return a->set_index == b->set_index && a->kind == b->kind && a->reference == b->reference;
}

static void hit_count(struct intel_hit *hit, enum intel_how how, uint64_t number, struct port port,
                      bool tried)
{
    if (hit->number == 0 || (number && number < hit->number)) {
        hit->number = number;
        hit->port = port.number;
    }
    hit->how |= (uint16_t)how;
    hit->count += !tried && hit->count < UINT32_MAX;
    hit->tried += tried && hit->tried < UINT32_MAX;
}

void intel_meet(struct intel_pair *pair, const struct indicator *found, enum intel_how how,
                uint64_t number, struct port port, bool tried)
{
    struct intel_hit hit = {.reference = found->reference,
                            .set_index = found->set_index,
                            .kind = found->kind,
                            .class = found->class};
    unsigned at = 0;
    while (at < pair->len && intel_before(&pair->hit[at], &hit))
        at++;
    if (at < pair->len && intel_same(&pair->hit[at], &hit)) {
        hit_count(&pair->hit[at], how, number, port, tried);
        return;
    }
    if (at == INTEL_HITS)
        return;
    hit_count(&hit, how, number, port, tried);
    uint64_t last = pair->len < INTEL_HITS ? pair->len++ : INTEL_HITS - 1;
    memmove(&pair->hit[at + 1], &pair->hit[at], (last - at) * sizeof hit);
    pair->hit[at] = hit;
}

static void meet_all(const struct detect *detect, const struct record *record,
                     const struct indicator *found, unsigned len, enum intel_how how, bool tried)
{
    for (unsigned i = 0; i < len; i++)
        intel_meet(detect->pair_state, &found[i], how, record->number, record->ends.outside_port,
                   tried);
}

static void record_flow(const struct detect *detect, const struct record *record)
{
    struct indicator found[INDICATOR_HITS];
    struct indicator_window window = intel_window(detect);
    if (record->flow->cut) /* its last part counts the conversation */
        return;
    unsigned len = indicators_address(detect->indicators, record->ends.outside,
                                      record->ends.outside_port, detect->pair->day, &window, found);
    meet_all(detect, record, found, len, INTEL_FLOW, !record->flow->answered);
}

static void name_meet(const struct detect *detect, const struct record *record, struct text name,
                      enum intel_how how, bool tried)
{
    struct indicator found[INDICATOR_HITS];
    struct indicator_window window = intel_window(detect);
    unsigned len = indicators_name(detect->indicators, name, detect->pair->day, &window, found);
    meet_all(detect, record, found, len, how, tried);
}

/* The name asked for alone: what it is answered with is the resolver's word, and the conversation
 * that follows is met by its own name. A response (counted apart, as `tried`) repeats the question:
 * a sensor may see only one of them. */
static void record_dns(const struct detect *detect, const struct record *record)
{
    if (detect->pair->flags & PAIR_BY_NAME)
        name_meet(detect, record, record->dns->name, INTEL_ASKED, record->dns->response);
}

static void record_tls(const struct detect *detect, const struct record *record)
{
    const struct tls_record *tls = record->tls;
    struct indicator found[INDICATOR_HITS];
    struct indicator_window window = intel_window(detect);
    struct day day = detect->pair->day;
    unsigned len;
    if (tls->server_name.len)
        name_meet(detect, record, tls->server_name, INTEL_NAMED, false);
    if (tls->certificate_seen) {
        len =
            indicators_certificate(detect->indicators, tls->certificate.sha1, day, &window, found);
        meet_all(detect, record, found, len, INTEL_CERTIFICATE, false);
        len = indicators_certificate_sha256(detect->indicators, tls->certificate.sha256, day,
                                            &window, found);
        meet_all(detect, record, found, len, INTEL_CERTIFICATE, false);
    }
    len = indicators_ja3(detect->indicators, tls->ja3, day, &window, found);
    meet_all(detect, record, found, len, INTEL_FINGERPRINT, false);
    len = indicators_ja4(detect->indicators, tls->ja4, day, &window, found);
    meet_all(detect, record, found, len, INTEL_FINGERPRINT, false);
}

/* Whether the path ends like a file that is fetched, not like a program that is talked to. */
static bool path_is_file(struct text target)
{
    static const char *const programs[] = {"php", "asp", "aspx", "jsp",  "do",     "cgi",
                                           "pl",  "py",  "htm",  "html", "action", "ashx"};
    const char *mark = target.len ? memchr(target.at, '?', target.len) : NULL;
    uint32_t end = mark ? (uint32_t)(mark - target.at) : target.len, start = end;
    while (start > 0 && target.at[start - 1] != '.' && target.at[start - 1] != '/')
        start--;
    if (start == 0 || target.at[start - 1] == '/' || end == start || end - start > 6)
        return false;
    for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++)
        if (text_is_nocase(text_at(target.at + start, end - start), programs[i]))
            return false;
    return true;
}

static bool type_is_file(struct text type)
{
    static const char *const files[] = {"application/octet-stream",
                                        "application/zip",
                                        "application/x-dosexec",
                                        "application/x-msdownload",
                                        "application/x-executable",
                                        "application/msword",
                                        "image/",
                                        "video/",
                                        "audio/",
                                        "font/"};
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
        if (text_starts(type, files[i]))
            return true;
    return false;
}

static enum intel_how http_how(const struct http_record *http)
{
    if (text_is(http->method, "POST") || text_is(http->method, "PUT"))
        return INTEL_POST;
    return path_is_file(http->target) || type_is_file(http->response_type) ? INTEL_DOWNLOAD
                                                                           : INTEL_GET;
}

/* The Host field without its port; null when it is an address. */
static struct text host_name(struct text host)
{
    struct address address;
    const char *colon = host.len ? memchr(host.at, ':', host.len) : NULL;
    if (colon != NULL)
        host.len = (uint32_t)(colon - host.at);
    if (host.len == 0 || host.at[0] == '[' || address_parse(host, &address))
        return text_at(NULL, 0);
    return host;
}

static void record_http(const struct detect *detect, const struct record *record)
{
    struct indicator found[INDICATOR_HITS];
    struct indicator_window window = intel_window(detect);
    struct text name = host_name(record->http->host);
    if (name.len)
        name_meet(detect, record, name, INTEL_NAMED, false);
    unsigned len = indicators_url(detect->indicators, record->http->host, record->http->target,
                                  detect->pair->day, &window, found);
    meet_all(detect, record, found, len, http_how(record->http), false);
}

static void record_file(const struct detect *detect, const struct record *record)
{
    struct indicator found[INDICATOR_HITS];
    struct indicator_window window = intel_window(detect);
    const struct file_record *f = record->file;
    if (f->sent)
        return;
    unsigned len = indicators_file(detect->indicators, f->md5, f->sha1, f->sha256,
                                   detect->pair->day, &window, found);
    meet_all(detect, record, found, len, INTEL_FILE, false);
}

static void intel_record(const struct detect *detect, const struct record *record)
{
    /* What an outside end opens says something of that end, not of the host. */
    if (detect->indicators == NULL || !record->ends.host_opened)
        return;
    switch (record->kind) {
    case RECORD_FLOW:
        record_flow(detect, record);
        break;
    case RECORD_DNS:
        record_dns(detect, record);
        break;
    case RECORD_TLS:
        record_tls(detect, record);
        break;
    case RECORD_HTTP:
        record_http(detect, record);
        break;
    case RECORD_FILE:
        record_file(detect, record);
        break;
    case RECORD_TALK:
    case RECORD_IDENTITY:
    case RECORD_ALERT:
        break; /* not asked for */
    }
}

/* Indicators against what the store kept of the past: addresses and names, the last day's listing
 * before the first day's. */
static void intel_across(const struct across *across, struct evidence_out *out)
{
    const struct pair *p = across->pair;
    struct intel_pair state = {.len = 0};
    struct host host = {.address = p->host};
    struct detect detect = {.pair_state = &state,
                            .pair = p,
                            .host = &host,
                            .indicators = across->indicators,
                            .knob = across->knob};
    struct indicator found[INDICATOR_HITS];
    struct indicator_window window = intel_window(&detect);
    if (across->indicators == NULL)
        return;
    const struct day days[] = {p->day, across->first_day};
    bool tried = !(p->flags & (PAIR_ANSWERED | PAIR_BY_NAME));
    for (unsigned d = 0; d < 2 && state.len == 0; d++) {
        unsigned len = 0;
        if (address_known(p->outside))
            len = indicators_address(across->indicators, p->outside, p->port, days[d], &window,
                                     found);
        for (unsigned i = 0; i < len; i++)
            intel_meet(&state, &found[i], INTEL_FLOW, 0, p->port, tried);
        len =
            p->name.len ? indicators_name(across->indicators, p->name, days[d], &window, found) : 0;
        for (unsigned i = 0; i < len; i++)
            intel_meet(&state, &found[i], p->flags & PAIR_BY_NAME ? INTEL_ASKED : INTEL_NAMED, 0,
                       p->port, tried);
    }
    for (unsigned i = 0; i < state.len; i++) {
        uint32_t *count = tried ? &state.hit[i].tried : &state.hit[i].count;
        *count = p->flows ? p->flows : 1;
    }
    intel_close(&detect, out);
}

static const struct knob intel_knobs[] = {
    [INTEL_BEFORE] = {"window_before", "days",
                      "how long before its first listing an indicator holds", 30, 0, 3650},
    [INTEL_AFTER] = {"window_after", "days", "how long after its last listing an indicator holds",
                     90, 0, 36500},
    [INTEL_KNOWN_BY] = {"known_by", "days since 1970",
                        "ignore indicators first listed later (--known-by); -1 = off", -1, -1,
                        65535},
    [INTEL_CLOUD] = {"window_cloud", "days",
                     "how long after its last listing an address holds that is a cloud's or "
                     "behind a dynamic name",
                     7, 0, 36500},
    {0},
};

const struct detector detector_intel = {
    .name = "intel",
    .about =
        "ends and marks on indicator lists: addresses, names, URLs, certificates, JA3, JA4, files",
    .version = 1,
    .records = RECORD_FLOW | RECORD_DNS | RECORD_TLS | RECORD_HTTP | RECORD_FILE,
    .pair_bytes = sizeof(struct intel_pair),
    .knobs = intel_knobs,
    .record = intel_record,
    .close = intel_close,
    .across = intel_across,
};
