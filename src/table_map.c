#include "table_map.h"

#include "base/file.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

static const char *const field_name[TABLE_FIELDS_LEN] = {
#define X(name) #name,
    TABLE_FIELDS(X)
#undef X
};

static bool keep(char *to, size_t room, const char *value, struct err *err)
{
    if (strlen(value) >= room)
        return err_set(err, "a value of more than %zu bytes", room - 1);
    memcpy(to, value, strlen(value) + 1);
    return true;
}

/* One of a few words; the place in `words`, or -1 and err. */
static int choose(const char *value, const char *const *words, int len, struct err *err)
{
    char all[200] = "";
    size_t used = 0;
    for (int i = 0; i < len; i++) {
        if (strcmp(value, words[i]) == 0)
            return i;
        int n = snprintf(all + used, sizeof all - used, " %s", words[i]);
        used += n > 0 && (size_t)n < sizeof all - used ? (size_t)n : 0;
    }
    (void)err_set(err, "'%s' is none of%s", value, all);
    return -1;
}

static bool unit_read(const char *value, int64_t *ret, struct err *err)
{
    static const char *const words[] = {"auto", "s", "ms", "us", "ns"};
    static const int64_t unit[] = {0, 1000000, 1000, 1, -1000}; /* below 0: so many make one */
    int i = choose(value, words, 5, err);
    if (i >= 0)
        *ret = unit[i];
    return i >= 0;
}

static bool delimiter_read(const char *value, char *ret, struct err *err)
{
    static const char *const words[] = {"comma", "semicolon", "tab", "space", "pipe"};
    if (value[0] && value[1] == '\0') {
        *ret = value[0];
        return true;
    }
    int i = choose(value, words, 5, err);
    if (i >= 0)
        *ret = ",;\t |"[i];
    return i >= 0;
}

static bool yes_read(const char *value, bool *ret, struct err *err)
{
    static const char *const words[] = {"no", "yes"};
    int i = choose(value, words, 2, err);
    *ret = i == 1;
    return i >= 0;
}

static bool table_line(struct table_map *map, const char *name, const char *value, struct err *err)
{
    if (strcmp(name, "names") == 0)
        return keep(map->names, sizeof map->names, value, err);
    if (strcmp(name, "delimiter") == 0)
        return delimiter_read(value, &map->delimiter, err);
    if (strcmp(name, "null") == 0)
        return keep(map->null, sizeof map->null, value, err);
    if (strcmp(name, "one_way") == 0)
        return yes_read(value, &map->one_way, err);
    if (strcmp(name, "time_unit") == 0)
        return unit_read(value, &map->time_unit, err);
    if (strcmp(name, "duration_unit") == 0)
        return unit_read(value, &map->duration_unit, err);
    return err_set(err,
                   "[table] knows names, delimiter, null, one_way, time_unit, duration_unit; not "
                   "'%s'",
                   name);
}

static bool state_line(struct table_map *map, const char *name, const char *value, struct err *err)
{
    if (strcmp(name, "answered") == 0)
        return keep(map->answered, sizeof map->answered, value, err);
    if (strcmp(name, "refused") == 0)
        return keep(map->refused, sizeof map->refused, value, err);
    if (strcmp(name, "failed") == 0)
        return keep(map->failed, sizeof map->failed, value, err);
    return err_set(err, "[state] knows answered, refused, failed; not '%s'", name);
}

static bool field_line(char field[][TABLE_TEXT], const char *name, const char *value,
                       struct err *err)
{
    for (unsigned i = 0; i < TABLE_FIELDS_LEN; i++)
        if (strcmp(name, field_name[i]) == 0)
            return keep(field[i], TABLE_TEXT, value, err);
    return err_set(err, "a flow has no '%s': see docs/tables.md", name);
}

struct ini_state {
    struct table_map *map;
    struct err err;
};

static int ini_line(void *user, const char *section, const char *name, const char *value)
{
    struct ini_state *state = user;
    struct table_map *map = state->map;
    struct err *err = &state->err;
    if (err->text[0])
        return 0;
    if (strcmp(section, "table") == 0)
        return table_line(map, name, value, err);
    if (strcmp(section, "columns") == 0)
        return field_line(map->column, name, value, err);
    if (strcmp(section, "values") == 0)
        return field_line(map->value, name, value, err);
    if (strcmp(section, "state") == 0)
        return state_line(map, name, value, err);
    return err_set(err, "there are [table], [columns], [values] and [state]; not [%s]", section);
}

static bool told(const struct table_map *map, enum table_field field)
{
    return map->column[field][0] || map->value[field][0];
}

bool table_map_read(struct table_map *ret, const char *path, struct err *err)
{
    struct ini_state state = {.map = ret};
    *ret = (struct table_map){.delimiter = ',', .duration_unit = 1000000};
    int line = ini_parse(path, ini_line, &state);
    if (line < 0)
        return err_set(err, "cannot read the mapping %s", path);
    if (line > 0)
        return err_set(err, "%s:%d: %s", path, line,
                       state.err.text[0] ? state.err.text : "not `[section]` or `name = value`");
    if (!ret->column[TABLE_time][0] && !ret->column[TABLE_end][0])
        return err_set(err, "%s: [columns] must name the time (or end) of a flow", path);
    if (!ret->column[TABLE_source][0] || !ret->column[TABLE_target][0])
        return err_set(err, "%s: [columns] must name the source and the target", path);
    if (!told(ret, TABLE_protocol))
        return err_set(err, "%s: [columns] or [values] must tell the protocol", path);
    struct file_map bytes;
    if (!file_map(&bytes, path, err))
        return false;
    ret->digest = XXH3_64bits(bytes.at, bytes.len);
    file_unmap(&bytes);
    return true;
}

bool table_map_lists(const char *words, struct text word)
{
    struct text rest = text_of(words);
    while (rest.len) {
        struct text one = text_word(&rest, ' ');
        bool same = one.len > 0 && one.len == word.len;
        for (uint32_t i = 0; same && i < one.len; i++)
            same = ascii_lower(one.at[i]) == ascii_lower(word.at[i]);
        if (same)
            return true;
    }
    return false;
}
