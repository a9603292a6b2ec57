#include "conf.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

void conf_default(struct conf *conf)
{
    *conf = (struct conf){0};
    muster_assert(detectors_len <= CONF_DETECTORS);
    for (unsigned d = 0; d < detectors_len; d++) {
        const struct knob *knobs = detectors[d]->knobs;
        for (unsigned k = 0; knobs && knobs[k].name; k++) {
            muster_assert(k < CONF_KNOBS);
            conf->detector[d][k] = knobs[k].value;
        }
    }
    for (unsigned k = 0; judge_knobs[k].name; k++)
        conf->judge[k] = judge_knobs[k].value;
    for (unsigned k = 0; feeds_knobs[k].name; k++)
        conf->feeds[k] = feeds_knobs[k].value;
    for (unsigned k = 0; store_knobs[k].name; k++)
        conf->store[k] = store_knobs[k].value;
}

static bool set_in(const struct knob *knobs, double *values, const char *stage, const char *name,
                   const char *value, struct err *err)
{
    for (unsigned k = 0; knobs && knobs[k].name; k++) {
        if (strcmp(knobs[k].name, name) != 0)
            continue;
        char *end;
        double number = strtod(value, &end);
        if (end == value || *end != '\0' || !(number >= knobs[k].least && number <= knobs[k].most))
            return err_set(err, "%s.%s: '%s' is not a number from %g to %g %s", stage, name, value,
                           knobs[k].least, knobs[k].most, knobs[k].unit);
        values[k] = number;
        return true;
    }
    return err_set(err, "%s.%s: no such setting; `muster doctor -v` lists them", stage, name);
}

static bool set(struct conf *conf, const char *stage, const char *name, const char *value,
                struct err *err)
{
    if (strcmp(stage, "judge") == 0)
        return set_in(judge_knobs, conf->judge, stage, name, value, err);
    if (strcmp(stage, "feeds") == 0)
        return set_in(feeds_knobs, conf->feeds, stage, name, value, err);
    if (strcmp(stage, "store") == 0)
        return set_in(store_knobs, conf->store, stage, name, value, err);
    for (unsigned d = 0; d < detectors_len; d++)
        if (strcmp(detectors[d]->name, stage) == 0)
            return set_in(detectors[d]->knobs, conf->detector[d], stage, name, value, err);
    return err_set(err, "%s.%s: no such stage; `muster doctor -v` lists the settings", stage, name);
}

bool conf_set(struct conf *conf, const char *setting, struct err *err)
{
    char stage[64], name[64];
    const char *dot = strchr(setting, '.');
    const char *equals = dot ? strchr(dot, '=') : NULL;
    if (equals == NULL || (size_t)(dot - setting) >= sizeof stage ||
        (size_t)(equals - dot) > sizeof name)
        return err_set(err, "--set: '%s' is not stage.name=value", setting);
    (void)snprintf(stage, sizeof stage, "%.*s", (int)(dot - setting), setting);
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - dot - 1), dot + 1);
    return set(conf, stage, name, equals + 1, err);
}

void conf_known_by(struct conf *conf, struct day day)
{
    for (unsigned d = 0; d < detectors_len; d++) {
        const struct knob *knobs = detectors[d]->knobs;
        for (unsigned k = 0; knobs && knobs[k].name; k++)
            if (strcmp(knobs[k].name, "known_by") == 0)
                conf->detector[d][k] = day.number;
    }
}

double conf_value(const struct conf *conf, const char *detector, const char *knob)
{
    for (unsigned d = 0; d < detectors_len; d++)
        for (unsigned k = 0; strcmp(detectors[d]->name, detector) == 0; k++) {
            muster_assert(detectors[d]->knobs && detectors[d]->knobs[k].name);
            if (strcmp(detectors[d]->knobs[k].name, knob) == 0)
                return conf->detector[d][k];
        }
    muster_never("a knob is asked for by its name in a table");
}

struct ini_state {
    struct conf *conf;
    struct err err;
};

static int ini_line(void *user, const char *section, const char *name, const char *value)
{
    struct ini_state *state = user;
    return state->err.text[0] == '\0' && set(state->conf, section, name, value, &state->err);
}

bool conf_file(struct conf *conf, const char *path, struct err *err)
{
    struct ini_state state = {.conf = conf};
    int line = ini_parse(path, ini_line, &state);
    if (line == 0)
        return true;
    if (line < 0)
        return err_set(err, "cannot read the configuration %s", path);
    return err_set(err, "%s:%d: %s", path, line,
                   state.err.text[0] ? state.err.text : "not `[stage]` or `name = value`");
}

void conf_digest(const struct conf *conf, const char *also, char out[17])
{
    XXH3_state_t *state = XXH3_createState();
    muster_assert(state != NULL);
    (void)XXH3_64bits_reset(state);
    for (unsigned d = 0; d < detectors_len; d++) {
        const struct detector *detector = detectors[d];
        (void)XXH3_64bits_update(state, detector->name, strlen(detector->name) + 1);
        (void)XXH3_64bits_update(state, &detector->version, sizeof detector->version);
        (void)XXH3_64bits_update(state, conf->detector[d], sizeof conf->detector[d]);
    }
    uint16_t judge = JUDGE_VERSION;
    (void)XXH3_64bits_update(state, &judge, sizeof judge);
    (void)XXH3_64bits_update(state, conf->judge, sizeof conf->judge);
    (void)XXH3_64bits_update(state, also, strlen(also));
    (void)snprintf(out, 17, "%016llx", (unsigned long long)XXH3_64bits_digest(state));
    (void)XXH3_freeState(state);
}
