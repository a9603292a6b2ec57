/* The shim of json.h over simdjson's DOM. No exception crosses it: none are compiled in. */
#include "base/json.h"

extern "C" {
#include "base/err.h"
}

#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <type_traits>

using namespace simdjson;

struct json {
    dom::parser parser;
    dom::element root;
    std::unique_ptr<char[]> line; /* of a reader: simdjson reads past the end of what it parses */
    size_t room, bytes_max;
    bool holds; /* root is there */
};

/* A value is an element's bytes: a pointer to the document and an index in its tape. */
static_assert(sizeof(dom::element) == sizeof(struct json_value));
static_assert(std::is_trivially_copyable_v<dom::element>);
static_assert(sizeof(dom::array::iterator) == 16 && sizeof(dom::object::iterator) == 16);
static_assert(std::is_trivially_copyable_v<dom::array::iterator>);
static_assert(std::is_trivially_copyable_v<dom::object::iterator>);

static const struct json_value none = {{0, 0}};

static struct json_value value_of(dom::element element)
{
    struct json_value value;
    std::memcpy(&value, &element, sizeof value);
    return value;
}

static bool element_of(struct json_value value, dom::element *ret)
{
    if (value.opaque[0] == 0)
        return false;
    std::memcpy(static_cast<void *>(ret), &value, sizeof value);
    return true;
}

extern "C" struct json *json_parse(struct text content, const char **why)
{
    *why = "JSON that is too large";
    if (content.len > JSON_BYTES)
        return nullptr;
    struct json *json = new (std::nothrow) struct json;
    *why = "no memory for the JSON";
    if (json == nullptr)
        return nullptr;
    error_code bad = json->parser.allocate(content.len + 1, JSON_DEPTH);
    if (!bad)
        bad = json->parser.parse(content.at ? content.at : "", content.len, true).get(json->root);
    json->holds = !bad;
    if (!bad)
        return json;
    *why = error_message(bad);
    delete json;
    return nullptr;
}

/* A reader begins with room for usual lines. */
static const size_t READER_BYTES = 1 << 14;

static bool reader_grow(struct json *json, size_t bytes)
{
    json->line.reset(new (std::nothrow) char[bytes + SIMDJSON_PADDING]());
    json->room = json->line == nullptr || json->parser.allocate(bytes, JSON_DEPTH) ||
                         json->parser.doc.allocate(bytes)
                     ? 0
                     : bytes;
    return json->room > 0;
}

extern "C" struct json *json_reader_new(size_t bytes_max)
{
    std::unique_ptr<struct json> json(new (std::nothrow) struct json());
    if (json == nullptr || bytes_max > JSON_BYTES)
        return nullptr;
    json->bytes_max = bytes_max;
    if (!reader_grow(json.get(), bytes_max < READER_BYTES ? bytes_max : READER_BYTES))
        return nullptr;
    return json.release();
}

extern "C" bool json_read(struct json *json, struct text line, const char **why)
{
    *why = "JSON that is too large";
    json->holds = false;
    if (line.len > json->bytes_max)
        return false;
    if (line.len > json->room) {
        *why = "no memory for the JSON";
        size_t wanted = line.len < json->bytes_max / 2 ? 2 * size_t{line.len} : json->bytes_max;
        if (!reader_grow(json, wanted))
            return false;
    }
    if (line.len)
        std::memcpy(json->line.get(), line.at, line.len);
    error_code bad = json->parser.parse(json->line.get(), line.len, false).get(json->root);
    json->holds = !bad;
    if (bad)
        *why = error_message(bad);
    return !bad;
}

extern "C" void json_free(struct json *json)
{
    delete json;
}

extern "C" struct json_value json_root(const struct json *json)
{
    return json->holds ? value_of(json->root) : none;
}

extern "C" enum json_type json_type(struct json_value value)
{
    dom::element element;
    if (!element_of(value, &element))
        return JSON_NONE;
    switch (element.type()) {
    case dom::element_type::ARRAY:
        return JSON_ARRAY;
    case dom::element_type::OBJECT:
        return JSON_OBJECT;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
        return JSON_INTEGER;
    case dom::element_type::DOUBLE:
        return JSON_REAL;
    case dom::element_type::STRING:
        return JSON_TEXT;
    case dom::element_type::BOOL:
        return JSON_BOOL;
    default:
        return JSON_NULL;
    }
}

extern "C" struct json_value json_get(struct json_value value, const char *key)
{
    dom::element element, member;
    dom::object object;
    if (!element_of(value, &element) || element.get(object) || object.at_key(key).get(member))
        return none;
    return value_of(member);
}

extern "C" struct text json_text(struct json_value value)
{
    dom::element element;
    std::string_view view;
    if (!element_of(value, &element) || element.get(view))
        return text_at(nullptr, 0);
    return text_at(view.data(), view.size());
}

extern "C" bool json_is_true(struct json_value value)
{
    dom::element element;
    bool is = false;
    return element_of(value, &element) && !element.get(is) && is;
}

extern "C" bool json_integer(struct json_value value, int64_t *ret)
{
    dom::element element;
    int64_t number = 0;
    if (!element_of(value, &element))
        return false;
    if (!element.get(number)) {
        *ret = number;
        return true;
    }
    std::string_view view;
    if (element.get(view) || view.empty() || view.size() > 18)
        return false;
    for (char c : view) {
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *ret = number;
    return true;
}

extern "C" bool json_real(struct json_value value, double *ret)
{
    dom::element element;
    return element_of(value, &element) && !element.get(*ret);
}

/* A name's length and three of its letters: names of one log rarely share them. */
static uint32_t name_slot(const char *name, size_t len)
{
    const auto letter = [name](size_t at) {
        return uint32_t(static_cast<unsigned char>(name[at]));
    };
    if (len == 0)
        return 0;
    uint32_t n = uint32_t(len) << 24 ^ letter(0) << 16 ^ letter(len / 2) << 8 ^ letter(len - 1);
    return n * UINT32_C(2654435761) >> 24;
}
static_assert(JSON_NAME_SLOTS == 1 << 8);

extern "C" void json_names_make(struct json_names *ret, const char *const *name, uint32_t len)
{
    muster_assert(len <= JSON_NAMES_MAX);
    std::memset(ret, 0, sizeof *ret);
    ret->name = name;
    ret->len = len;
    for (uint32_t i = 0; i < len; i++) {
        size_t bytes = std::strlen(name[i]);
        muster_assert(bytes <= UINT8_MAX);
        ret->bytes[i] = uint8_t(bytes);
        uint32_t slot = name_slot(name[i], bytes);
        while (ret->slot[slot])
            slot = (slot + 1) % JSON_NAME_SLOTS;
        ret->slot[slot] = uint8_t(i + 1);
    }
}

/* Names are short: two overlapping loads compare most of them. */
static inline bool same_bytes(const char *a, const char *b, size_t len)
{
    const auto differ = [a, b](size_t at, auto word) {
        auto other = word;
        std::memcpy(&word, a + at, sizeof word);
        std::memcpy(&other, b + at, sizeof other);
        return word ^ other;
    };
    if (len > 16)
        return std::memcmp(a, b, len) == 0;
    if (len >= 8)
        return (differ(0, uint64_t{}) | differ(len - 8, uint64_t{})) == 0;
    if (len >= 4)
        return (differ(0, uint32_t{}) | differ(len - 4, uint32_t{})) == 0;
    return len == 0 || (a[0] == b[0] && a[len / 2] == b[len / 2] && a[len - 1] == b[len - 1]);
}

/* Place of a name; -1: none of ours. */
static int name_place(const struct json_names *names, std::string_view name)
{
    for (uint32_t slot = name_slot(name.data(), name.size()); names->slot[slot];
         slot = (slot + 1) % JSON_NAME_SLOTS) {
        unsigned place = names->slot[slot] - 1u;
        if (names->bytes[place] == name.size() &&
            same_bytes(names->name[place], name.data(), name.size()))
            return int(place);
    }
    return -1;
}

extern "C" int json_names_find(const struct json_names *names, struct text name)
{
    return name.at == nullptr ? -1 : name_place(names, std::string_view(name.at, name.len));
}

extern "C" bool json_pick(struct json_value value, const struct json_names *names,
                          struct json_value *ret)
{
    dom::element element;
    dom::object object;
    std::memset(ret, 0, names->len * sizeof *ret);
    if (!element_of(value, &element) || element.get(object))
        return false;
    for (dom::key_value_pair member : object) {
        int place = name_place(names, member.key);
        if (place >= 0 && ret[place].opaque[0] == 0)
            ret[place] = value_of(member.value);
    }
    return true;
}

template <typename iterator> static void each_set(struct json_each *each, iterator at, iterator end)
{
    std::memcpy(each->at, static_cast<const void *>(&at), sizeof each->at);
    std::memcpy(each->end, static_cast<const void *>(&end), sizeof each->end);
}

extern "C" struct json_each json_members(struct json_value value)
{
    struct json_each each = {{0, 0}, {0, 0}, JSON_NONE};
    dom::element element;
    dom::array array;
    dom::object object;
    if (!element_of(value, &element))
        return each;
    if (!element.get(array)) {
        each_set(&each, array.begin(), array.end());
        each.of = JSON_ARRAY;
    } else if (!element.get(object)) {
        each_set(&each, object.begin(), object.end());
        each.of = JSON_OBJECT;
    }
    return each;
}

extern "C" bool json_next(struct json_each *each, struct text *ret_key, struct json_value *ret)
{
    if (each->of == JSON_NONE || std::memcmp(each->at, each->end, sizeof each->at) == 0)
        return false;
    if (each->of == JSON_ARRAY) {
        dom::array::iterator at;
        std::memcpy(static_cast<void *>(&at), each->at, sizeof each->at);
        *ret = value_of(*at);
        ++at;
        std::memcpy(each->at, static_cast<const void *>(&at), sizeof each->at);
        if (ret_key)
            *ret_key = text_at(nullptr, 0);
        return true;
    }
    dom::object::iterator at;
    std::memcpy(static_cast<void *>(&at), each->at, sizeof each->at);
    if (ret_key)
        *ret_key = text_at(at.key().data(), at.key().size());
    *ret = value_of(at.value());
    ++at;
    std::memcpy(each->at, static_cast<const void *>(&at), sizeof each->at);
    return true;
}
