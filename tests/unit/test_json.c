/* JSON of one object a line: read again and again, members picked by name, and what is refused. */
#include "base/json.h"
#include "base/mem.h"
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { BYTES_MAX = 4096 };

static bool read_line(struct json *reader, const char *line)
{
    const char *why = NULL;
    bool good = json_read(reader, text_of(line), &why);
    assert_true(good || (why != NULL && why[0] != '\0'));
    return good;
}

static void picks_members(void **state)
{
    (void)state;
    static const char *const wanted[] = {"ts", "id.orig_h", "id.resp_h", "n", "gone", "inner", ""};
    enum { WANTED = sizeof wanted / sizeof wanted[0] };
    struct json_names names;
    json_names_make(&names, wanted, WANTED);
    struct json *reader = json_reader_new(BYTES_MAX);
    assert_non_null(reader);
    struct json_value got[WANTED];
    int64_t n;
    double real;
    for (int again = 0; again < 3; again++) {
        assert_true(read_line(reader, "{\"ts\":1.5,\"id.resp_h\":\"b\",\"other\":{\"n\":1},\"n\":7,"
                                      "\"n\":8,\"id.orig_h\":\"a\\u00e9\",\"inner\":{\"n\":-3}}"));
        assert_true(json_pick(json_root(reader), &names, got));
        assert_true(json_real(got[0], &real) && real > 1.49 && real < 1.51);
        assert_true(text_is(json_text(got[1]), "a\xc3\xa9") && text_is(json_text(got[2]), "b"));
        assert_true(json_integer(got[3], &n) && n == 7); /* the first of two */
        assert_true(json_real(got[3], &real) && real > 6.9 && real < 7.1);
        assert_int_equal(json_type(got[4]), JSON_NONE);
        assert_false(json_integer(got[4], &n) || json_real(got[4], &real));
        assert_true(json_pick(got[5], &names, got));
        assert_true(json_integer(got[3], &n) && n == -3);
        assert_int_equal(json_type(got[0]), JSON_NONE);
        assert_true(read_line(reader, "[1]"));
        assert_false(json_pick(json_root(reader), &names, got));
        assert_int_equal(json_type(got[3]), JSON_NONE);
        assert_true(read_line(reader, "\t{\"\":true} "));
        assert_true(json_pick(json_root(reader), &names, got) && json_is_true(got[6]));
    }
    json_free(reader);
}

/* Names of every length, and others that differ from them in one letter. */
static void compares_whole_names(void **state)
{
    (void)state;
    enum { LONGEST = 40 };
    static char name[LONGEST][LONGEST + 1];
    const char *wanted[LONGEST];
    struct json_names names;
    for (unsigned i = 0; i < LONGEST; i++) {
        memset(name[i], 'a', i + 1);
        wanted[i] = name[i];
    }
    json_names_make(&names, wanted, LONGEST);
    for (unsigned i = 0; i < LONGEST; i++) {
        char other[LONGEST];
        assert_int_equal(json_names_find(&names, text_of(name[i])), i);
        for (unsigned at = 0; at <= i; at++) {
            memcpy(other, name[i], i + 1);
            other[at] = 'b';
            assert_int_equal(json_names_find(&names, text_at(other, i + 1)), -1);
        }
    }
    assert_int_equal(json_names_find(&names, text_of("")), -1);
    assert_int_equal(json_names_find(&names, text_of(NULL)), -1);
}

/* As many names as may be, all found: what their slots share does not matter. */
static void picks_many(void **state)
{
    (void)state;
    static char name[JSON_NAMES_MAX][8];
    const char *wanted[JSON_NAMES_MAX];
    char line[BYTES_MAX];
    size_t at = 0;
    for (unsigned i = 0; i < JSON_NAMES_MAX; i++) {
        (void)snprintf(name[i], sizeof name[i], "a%03ux", i);
        wanted[i] = name[i];
        at +=
            (size_t)snprintf(line + at, sizeof line - at, "%c\"%s\":%u", i ? ',' : '{', name[i], i);
    }
    (void)snprintf(line + at, sizeof line - at, "}");
    struct json_names names;
    json_names_make(&names, wanted, JSON_NAMES_MAX);
    struct json *reader = json_reader_new(BYTES_MAX);
    struct json_value got[JSON_NAMES_MAX];
    assert_true(read_line(reader, line));
    assert_true(json_pick(json_root(reader), &names, got));
    for (unsigned i = 0; i < JSON_NAMES_MAX; i++) {
        int64_t n;
        assert_true(json_integer(got[i], &n) && n == i);
    }
    json_free(reader);
}

static void refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "{\"a\":1",
                                      "{\"a\"}",
                                      "{\"a\":1}}",
                                      "{\"a\":\xff}",
                                      "\"\xff\"",
                                      "{'a':1}",
                                      "{\"a\":01}",
                                      "\xef\xbb\xbf{}",
                                      "nul",
                                      "{\"a\":1} {\"b\":2}"};
    struct json *reader = json_reader_new(BYTES_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(read_line(reader, bad[i]));
        assert_int_equal(json_type(json_root(reader)), JSON_NONE);
        assert_true(read_line(reader, "{}")); /* a bad line spoils no other */
    }
    char deep[2 * BYTES_MAX];
    memset(deep, '[', sizeof deep);
    const char *why;
    assert_false(json_read(reader, text_at(deep, BYTES_MAX), &why));
    assert_false(json_read(reader, text_at(deep, BYTES_MAX + 1), &why));
    assert_string_equal(why, "JSON that is too large");
    assert_false(json_read(reader, (struct text){0}, &why));
    json_free(reader);
    json_free(NULL);
}

static void read_prefix(const uint8_t *bytes, size_t len, void *context)
{
    const char *why;
    (void)json_read(context, text_at(bytes, len), &why);
}

static void stays_inside(void **state)
{
    (void)state;
    static const char line[] = "{\"a\":\"text \\u00e9\",\"b\":[1,2.5e3,true,null],\"c\":{}}";
    struct json *reader = json_reader_new(BYTES_MAX);
    guard_prefixes(line, sizeof line - 1, read_prefix, reader);
    json_free(reader);
}

/* Lines of any length up to the most, in any order: the room grows and what was read stays good. */
static void grows(void **state)
{
    (void)state;
    enum { MOST = 1 << 17 };
    static const size_t lens[] = {10, MOST, 100, 20000, 30000, MOST, 2};
    struct json *reader = json_reader_new(MOST);
    char *line = mem_new(MOST + 1, 1);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        const char *why;
        memset(line, 'x', lens[i]);
        line[0] = line[lens[i] - 1] = '"';
        assert_true(json_read(reader, text_at(line, lens[i]), &why));
        assert_int_equal(json_text(json_root(reader)).len, lens[i] - 2);
    }
    const char *why;
    assert_false(json_read(reader, text_at(line, MOST + 1), &why));
    mem_free(line);
    json_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_members),
        cmocka_unit_test(picks_many),
        cmocka_unit_test(compares_whole_names),
        cmocka_unit_test(refuses),
        cmocka_unit_test(grows),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
