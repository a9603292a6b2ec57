/* The shim of json.h over simdjson's DOM. No exception crosses it: none are compiled in. */
#include "base/json.h"

#include <cstring>
#include <new>
#include <simdjson.h>
#include <type_traits>

using namespace simdjson;

struct json {
    dom::parser parser;
    dom::element root;
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
    if (!bad)
        return json;
    *why = error_message(bad);
    delete json;
    return nullptr;
}

extern "C" void json_free(struct json *json)
{
    delete json;
}

extern "C" struct json_value json_root(const struct json *json)
{
    return value_of(json->root);
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
