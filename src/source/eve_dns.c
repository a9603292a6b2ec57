/*
 * DNS in an EVE log. Three forms: a line for each record of an answer (version 1, up to Suricata
 * 4.0), one line for the answer (version 2), and with the question in a list of its own (version 3,
 * from Suricata 8 on). Answers stand in `answers`, in `grouped` by type, or in both.
 */
#include "source/eve.h"

enum {
    DNS_TYPE,
    DNS_ID,
    DNS_RRNAME,
    DNS_RRTYPE,
    DNS_RCODE,
    DNS_RD,
    DNS_TTL,
    DNS_RDATA,
    DNS_ANSWERS_LIST,
    DNS_GROUPED,
    DNS_QUERIES,
    DNS_MEMBERS
};
static const char *const dns_names[DNS_MEMBERS] = {
    [DNS_TYPE] = "type",       [DNS_ID] = "id",           [DNS_RRNAME] = "rrname",
    [DNS_RRTYPE] = "rrtype",   [DNS_RCODE] = "rcode",     [DNS_RD] = "rd",
    [DNS_TTL] = "ttl",         [DNS_RDATA] = "rdata",     [DNS_ANSWERS_LIST] = "answers",
    [DNS_GROUPED] = "grouped", [DNS_QUERIES] = "queries",
};

enum {
    ANSWER_RRNAME,
    ANSWER_RRTYPE,
    ANSWER_TTL,
    ANSWER_RDATA,
    ANSWER_SRV,
    ANSWER_NAME,
    ANSWER_MEMBERS
};
static const char *const answer_names[ANSWER_MEMBERS] = {
    [ANSWER_RRNAME] = "rrname", [ANSWER_RRTYPE] = "rrtype", [ANSWER_TTL] = "ttl",
    [ANSWER_RDATA] = "rdata",   [ANSWER_SRV] = "srv",       [ANSWER_NAME] = "name",
};

struct word {
    const char *name;
    uint16_t number;
};

/* A word of the table, or decimal digits; `otherwise` when it is neither. */
static uint16_t number_of(struct text text, const struct word *words, size_t len,
                          uint16_t otherwise)
{
    for (size_t i = 0; i < len; i++)
        if (text_is_nocase(text, words[i].name))
            return words[i].number;
    uint32_t n = 0, i = 0;
    if (text_starts(text, "TYPE")) /* RFC 3597 5 */
        i = 4;
    bool digits = i < text.len;
    for (; i < text.len && n <= UINT16_MAX; i++) {
        digits &= text.at[i] >= '0' && text.at[i] <= '9';
        n = n * 10 + (uint32_t)(text.at[i] - '0');
    }
    return digits && n <= UINT16_MAX ? (uint16_t)n : otherwise;
}

enum {
    TYPE_A = 1,
    TYPE_NS = 2,
    TYPE_CNAME = 5,
    TYPE_PTR = 12,
    TYPE_MX = 15,
    TYPE_AAAA = 28,
    TYPE_SRV = 33,
    TYPE_DNAME = 39
};

static const struct word types[] = {
    {"A", TYPE_A},     {"AAAA", TYPE_AAAA}, {"CNAME", TYPE_CNAME}, {"NS", TYPE_NS},
    {"PTR", TYPE_PTR}, {"TXT", 16},         {"MX", TYPE_MX},       {"SOA", 6},
    {"SRV", TYPE_SRV}, {"HTTPS", 65},       {"NULL", 10},          {"ANY", 255},
    {"KEY", 25},       {"DS", 43},          {"DNSKEY", 48},        {"RRSIG", 46},
    {"NSEC", 47},      {"NSEC3", 50},       {"NAPTR", 35},         {"SVCB", 64},
    {"OPT", 41},       {"HINFO", 13},       {"TLSA", 52},          {"SSHFP", 44},
    {"DNAME", 39},     {"CAA", 257},        {"SPF", 99},           {"AXFR", 252},
    {"WKS", 11},       {"TKEY", 249},       {"TSIG", 250},         {"LOC", 29},
};
enum { TYPES = sizeof types / sizeof types[0] };

void eve_dns_names(struct eve *eve)
{
    json_names_make(&eve->dns, dns_names, DNS_MEMBERS);
    json_names_make(&eve->answer, answer_names, ANSWER_MEMBERS);
    _Static_assert((int)TYPES <= (int)EVE_WORDS, "room for all names");
    for (unsigned i = 0; i < TYPES; i++)
        eve->type_name[i] = types[i].name;
    json_names_make(&eve->types, eve->type_name, TYPES);
}

static uint16_t type_of(const struct eve *eve, struct text text)
{
    int place = json_names_find(&eve->types, text);
    return place >= 0 ? types[place].number : number_of(text, types, TYPES, 0);
}

static uint8_t rcode_of(struct text text)
{
    static const struct word codes[] = {{"NOERROR", 0},  {"FORMERR", 1},  {"SERVFAIL", 2},
                                        {"NXDOMAIN", 3}, {"NOTIMP", 4},   {"REFUSED", 5},
                                        {"YXDOMAIN", 6}, {"YXRRSET", 7},  {"NXRRSET", 8},
                                        {"NOTAUTH", 9},  {"NOTZONE", 10}, {"BADVERS", 16}};
    if (text.at == NULL)
        return 0;
    uint16_t code = number_of(text, codes, sizeof codes / sizeof codes[0], UINT8_MAX);
    return code > UINT8_MAX ? UINT8_MAX : (uint8_t)code;
}

/* One record of an answer, its data as text. */
static void answer_add(const struct eve_event *event, struct dns_record *dns, uint16_t type,
                       struct json_value ttl, struct json_value rdata)
{
    if (dns->answers_total < UINT16_MAX)
        dns->answers_total++;
    if (type == 0 || dns->answers_len == DNS_ANSWERS)
        return;
    struct dns_answer *a = &dns->answer[dns->answers_len++];
    uint64_t seconds = eve_count(ttl);
    a->type = type;
    a->ttl_s = seconds <= UINT32_MAX ? (uint32_t)seconds : 0;
    switch (type) {
    case TYPE_A:
    case TYPE_AAAA:
        (void)address_parse(json_text(rdata), &a->address);
        break;
    case TYPE_NS:
    case TYPE_CNAME:
    case TYPE_PTR:
    case TYPE_MX:
    case TYPE_SRV:
    case TYPE_DNAME:
        a->name = eve_name(event, rdata);
        break;
    default:
        a->data = eve_text(event, rdata);
    }
}

static void answers_list(const struct eve_event *event, struct dns_record *dns,
                         struct json_value list)
{
    struct json_each each = json_members(list);
    struct json_value answer, v[ANSWER_MEMBERS], inner[ANSWER_MEMBERS];
    while (json_next(&each, NULL, &answer)) {
        if (!json_pick(answer, &event->eve->answer, v))
            continue;
        struct json_value rdata = v[ANSWER_RDATA];
        if (json_pick(v[ANSWER_SRV], &event->eve->answer, inner))
            rdata = inner[ANSWER_NAME];
        answer_add(event, dns, type_of(event->eve, json_text(v[ANSWER_RRTYPE])), v[ANSWER_TTL],
                   rdata);
    }
}

/* {"A": ["192.0.2.1", ...], "CNAME": [...]}: without times to live. */
static void answers_grouped(const struct eve_event *event, struct dns_record *dns,
                            struct json_value grouped)
{
    static const struct json_value none;
    struct json_each each = json_members(grouped);
    struct json_value list, rdata, inner[ANSWER_MEMBERS];
    struct text type;
    while (json_next(&each, &type, &list)) {
        struct json_each of_type = json_members(list);
        while (json_next(&of_type, NULL, &rdata)) {
            if (json_pick(rdata, &event->eve->answer, inner))
                rdata = inner[ANSWER_NAME]; /* SRV */
            answer_add(event, dns, type_of(event->eve, type), none, rdata);
        }
    }
}

/* Who asked. Before Suricata 7 an answer's addresses are its own packet's. */
static void asker_first(struct eve_event *event, bool response)
{
    static const uint16_t ports[] = {53, 5353, 5355};
    struct ends *ends = &event->ends;
    bool to = false, from = false;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        to |= ends->outside_port.number == ports[i];
        from |= ends->host_port.number == ports[i];
    }
    if (from && !to)
        eve_turn(ends);
    else if (from == to && response)
        (void)eve_known(event);
    if (!response)
        eve_remember(event, "dns");
}

/* The line goes on with the answer of the line before (version 1). */
static bool answer_goes_on(const struct eve_event *event, const struct json_value *v)
{
    struct eve *eve = event->eve;
    const struct block *block = event->entry->block;
    bool same = eve->answer_open != NULL && block->records &&
                block->record[block->records - 1].kind == RECORD_DNS &&
                block->record[block->records - 1].dns == eve->answer_open &&
                eve->answer_flow == event->flow_id && eve->answer_id == eve_count(v[DNS_ID]);
    if (same)
        answer_add(event, eve->answer_open, type_of(eve, json_text(v[DNS_RRTYPE])), v[DNS_TTL],
                   v[DNS_RDATA]);
    return same;
}

/* The question: of version 3 in a list. */
static bool question_read(const struct eve_event *event, const struct json_value *v,
                          struct dns_record *dns)
{
    struct json_value name = v[DNS_RRNAME], type = v[DNS_RRTYPE], first, q[ANSWER_MEMBERS];
    struct json_each each = json_members(v[DNS_QUERIES]);
    if (json_next(&each, NULL, &first) && json_pick(first, &event->eve->answer, q)) {
        name = q[ANSWER_RRNAME];
        type = q[ANSWER_RRTYPE];
    }
    dns->name = eve_name(event, name);
    dns->type = type_of(event->eve, json_text(type));
    return dns->name.at != NULL;
}

enum log_line eve_dns(struct eve_event *event)
{
    struct json_value v[DNS_MEMBERS];
    struct eve *eve = event->eve;
    if (!json_pick(event->member[EVE_DNS], &eve->dns, v)) {
        event->entry->wrong = "a dns event without dns";
        return LOG_DAMAGED;
    }
    struct text type = json_text(v[DNS_TYPE]);
    bool response = text_is(type, "answer") || text_is(type, "response");
    if (!response && !text_is(type, "query") && !text_is(type, "request"))
        return LOG_IGNORED;
    asker_first(event, response);
    if (response && answer_goes_on(event, v))
        return LOG_USED;
    struct dns_record *dns =
        block_dns(event->entry->block, event->time, event->entry->number, &event->ends);
    dns->response = response;
    /* who does not say that recursion was not wanted is taken to be a client */
    dns->recursion = json_type(v[DNS_RD]) == JSON_NONE || json_is_true(v[DNS_RD]);
    dns->id = (uint16_t)eve_count(v[DNS_ID]);
    dns->rclass = 1;
    dns->rcode = rcode_of(json_text(v[DNS_RCODE]));
    if (!question_read(event, v, dns)) {
        event->entry->wrong = "a dns event without a name";
        return LOG_DAMAGED;
    }
    eve->seen |= EVE_SEEN_DNS;
    eve->answer_open = NULL;
    if (!response)
        return LOG_USED;
    if (json_type(v[DNS_ANSWERS_LIST]) == JSON_ARRAY) {
        answers_list(event, dns, v[DNS_ANSWERS_LIST]);
    } else if (json_type(v[DNS_GROUPED]) == JSON_OBJECT) {
        answers_grouped(event, dns, v[DNS_GROUPED]);
    } else if (json_type(v[DNS_RDATA]) != JSON_NONE) {
        answer_add(event, dns, dns->type, v[DNS_TTL], v[DNS_RDATA]);
        eve->answer_open = dns;
        eve->answer_flow = event->flow_id;
        eve->answer_id = eve_count(v[DNS_ID]);
    }
    return LOG_USED;
}
