#include "simulate/truth.h"

#include "simulate/put.h"

#include <inttypes.h>
#include <stdio.h>

void truth_start(struct truth *truth)
{
    *truth = (struct truth){0};
    buf_string(&truth->rows,
               "capture,kind,home,hosts,controllers,neutral,role,family,seen_as,trust,"
               "start,seconds,origin,licence,note\n");
}

static void put_address(struct buf *out, struct address address)
{
    char text[ADDRESS_TEXT];
    buf_string(out, address_format(address, text));
}

/* Any of these names it. */
static void put_controller(struct buf *out, const struct infection *infection)
{
    const struct infection_kind *kind = infection->kind;
    if (kind->host_name != NULL) {
        const char *domain = strchr(kind->host_name, '.') + 1;
        buf_string(out, domain);
        if (kind->port == 53) /* the questions are the conversation */
            return;
        buf_char(out, '|');
        put_address(out, infection->controller->v4[0]);
        return;
    }
    put_address(out, infection->controller->v4[0]);
    buf_format(out, ":%u", kind->port);
}

void truth_day(struct truth *truth, const struct campus *campus, struct day day, const char *name)
{
    struct buf hosts = {0}, controllers = {0}, families = {0}, seen = {0}, note = {0};
    char text[DAY_TEXT];
    unsigned active = 0;
    for (unsigned i = 0; i < campus->infections; i++) {
        const struct infection *infection = &campus->infection[i];
        if (infection->turns == truth->turns[i]) /* its machine was off */
            continue;
        truth->turns[i] = infection->turns;
        if (active++ > 0) {
            buf_char(&hosts, ';');
            buf_char(&controllers, ';');
            buf_char(&families, ';');
            buf_string(&seen, "; ");
            buf_string(&note, "; ");
        }
        put_address(&hosts, infection->machine->v4);
        put_controller(&controllers, infection);
        buf_string(&families, infection->kind->family);
        buf_string(&seen, infection->kind->seen_as);
        buf_format(&note, "%s is %s", infection->kind->family,
                   infection->listed ? "listed" : "not listed");
    }
    buf_format(&truth->rows, "%s,%s,,", name, active ? "control" : "none");
    buf_text(&truth->rows, text_at(hosts.at, hosts.len));
    buf_char(&truth->rows, ',');
    buf_text(&truth->rows, text_at(controllers.at, controllers.len));
    buf_string(&truth->rows, ",,,");
    buf_csv(&truth->rows, text_at(families.at, families.len));
    buf_char(&truth->rows, ',');
    buf_csv(&truth->rows, text_at(seen.at, seen.len));
    buf_format(&truth->rows, ",A,%s 00:00:00,86400,muster simulate --campus --seed %" PRIu64 ",,",
               day_format(day, text), campus->plan->seed);
    buf_csv(&truth->rows, text_at(note.at, note.len));
    buf_char(&truth->rows, '\n');
    buf_free(&hosts);
    buf_free(&controllers);
    buf_free(&families);
    buf_free(&seen);
    buf_free(&note);
}

static const struct infection *infection_on(const struct campus *campus,
                                            const struct machine *machine)
{
    for (unsigned i = 0; i < campus->infections; i++)
        if (campus->infection[i].machine == machine)
            return &campus->infection[i];
    return NULL;
}

static void put_behaviours(struct buf *out, const struct campus *campus,
                           const struct machine *machine)
{
    bool first = true;
    for (unsigned h = 0; h < campus->habits; h++) {
        const struct habit *habit = &campus->habit[h];
        if (habit->machine != machine)
            continue;
        buf_format(out, "%s%s", first ? "" : "; ", habit->behaviour->name);
        if (habit->behaviour->variant_name)
            buf_format(out, " %s", habit->behaviour->variant_name(habit->variant));
        first = false;
    }
}

static bool put_devices(const struct campus *campus, const char *folder, struct err *err)
{
    struct buf out = {0};
    buf_string(&out, "device,role,host,ipv6,mac,on,controlled,family,listed,behaviours\n");
    for (unsigned i = 0; i < campus->machines; i++) {
        const struct machine *machine = &campus->machine[i];
        const struct infection *infection = infection_on(campus, machine);
        buf_format(&out, "%s,%s,", machine->name, machine->kind->name);
        put_address(&out, machine->v4);
        buf_char(&out, ',');
        if (address_known(machine->v6))
            put_address(&out, machine->v6);
        for (int b = 5; b >= 0; b--)
            buf_format(&out, "%c%02x", b == 5 ? ',' : ':', (unsigned)(machine->mac >> 8 * b & 255));
        buf_format(&out, ",%s,%d,%s,%s,", machine->never_off ? "always" : "by day",
                   infection != NULL, infection ? infection->kind->family : "",
                   infection == NULL   ? ""
                   : infection->listed ? "yes"
                                       : "no");
        put_behaviours(&out, campus, machine);
        buf_char(&out, '\n');
    }
    return put_file(folder, "devices.csv", &out, err);
}

static bool put_facts(const struct campus *campus, const char *folder, struct err *err)
{
    struct buf out = {0};
    buf_string(&out, "device,host,behaviour,fact\n");
    for (unsigned h = 0; h < campus->habits; h++) {
        const struct habit *habit = &campus->habit[h];
        char text[200];
        const char *fact =
            habit->behaviour->fact ? habit->behaviour->fact(campus, habit, text) : NULL;
        if (fact == NULL)
            continue;
        buf_format(&out, "%s,", habit->machine->name);
        put_address(&out, habit->machine->v4);
        buf_format(&out, ",%s,", habit->behaviour->name);
        buf_csv(&out, text_of(fact));
        buf_char(&out, '\n');
    }
    return put_file(folder, "hard-negatives.csv", &out, err);
}

/* Dated, with port and family: the style of abuse.ch's Feodo Tracker. */
static bool put_dated(const struct campus *campus, const char *folder,
                      const struct infection *infection, struct err *err)
{
    struct buf out = {0};
    char first[DAY_TEXT], last[DAY_TEXT], address[ADDRESS_TEXT];
    struct day day = campus->plan->start;
    (void)day_format((struct day){day.number - 9}, first);
    (void)day_format((struct day){day.number + (int)campus->plan->days - 1}, last);
    buf_format(
        &out,
        "# Made up by muster simulate: there is no such malware, and whoever holds\n"
        "# these addresses has nothing to do with it.\n"
        "\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\",\"malware\"\n"
        "\"%s 06:12:44\",\"%s\",\"%u\",\"online\",\"%s\",\"%s\"\n"
        "# END 1 entries\n",
        first, address_format(infection->controller->v4[0], address), infection->kind->port, last,
        infection->kind->family);
    return put_file(folder, "indicators/dated.csv", &out, err);
}

#define REFERENCE "# Reference: muster simulate --campus\n\n"

/* Undated, a name or an address with its port: the style of Maltrail's trails. */
static bool put_undated(const char *folder, const struct infection *infection, struct err *err)
{
    char address[ADDRESS_TEXT], trails[200];
    const struct infection_kind *kind = infection->kind;
    if (kind->host_name != NULL)
        (void)snprintf(trails, sizeof trails, REFERENCE "%s\n", strchr(kind->host_name, '.') + 1);
    else
        (void)snprintf(trails, sizeof trails, REFERENCE "%s:%u\n",
                       address_format(infection->controller->v4[0], address), kind->port);
    return put_trails(folder, kind->family, trails, err);
}

/* Two of the controllers; and what controls nobody here: scanners, an address of the content
 * network, a name that exists no more. */
static bool put_indicators(const struct campus *campus, const char *folder, struct err *err)
{
    char address[3][ADDRESS_TEXT], trails[400];
    for (unsigned i = 0; i < INFECTIONS; i++) {
        const struct infection *infection = &campus->infection[i];
        if (!infection->listed)
            continue;
        bool done = i == 0 ? put_dated(campus, folder, infection, err)
                           : put_undated(folder, infection, err);
        if (!done)
            return false;
    }
    (void)snprintf(trails, sizeof trails, REFERENCE "%s\n%s:443\n%s\n%s\n",
                   address_format(campus->scanner[0], address[0]),
                   address_format(campus->scanner[1], address[1]),
                   address_format(campus->cdn[0], address[2]), STALE_NAME);
    return put_trails(folder, "lampwright", trails, err);
}

bool truth_write(struct truth *truth, const struct campus *campus, const char *folder,
                 struct err *err)
{
    return put_file(folder, "truth.csv", &truth->rows, err) && put_devices(campus, folder, err) &&
           put_facts(campus, folder, err) && put_indicators(campus, folder, err);
}
