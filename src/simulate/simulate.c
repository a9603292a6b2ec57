/*
 * Runs the made-up day: actors take turns in order of time, each writing its conversation ahead;
 * what is before the next turn goes into the file. So memory holds the overlap, not the day.
 */
#include "simulate/simulate.h"

#include "base/file.h"
#include "base/mem.h"
#include "simulate/put.h"
#include "simulate/world.h"

#include <limits.h>
#include <stdio.h>

static bool put_indicators(const struct world *world, const char *folder, struct err *err)
{
    const struct listed *listed = &world->listed;
    char beacon[ADDRESS_TEXT], scanner[ADDRESS_TEXT], trails[3][200];
    (void)snprintf(trails[0], sizeof trails[0], "%s:%u\n%s\n",
                   address_format(listed->beacon, beacon), listed->beacon_port.number,
                   address_format(listed->scanner, scanner));
    (void)snprintf(trails[1], sizeof trails[1], "%s\n", listed->checkin_name);
    (void)snprintf(trails[2], sizeof trails[2], "%s\n", listed->asked_name);
    return put_trails(folder, listed->beacon_family, trails[0], err) &&
           put_trails(folder, listed->checkin_family, trails[1], err) &&
           put_trails(folder, listed->asked_family, trails[2], err);
}

static bool put_truth(const struct world *world, const char *folder, struct err *err)
{
    struct buf out = {0};
    buf_string(&out, "host,controlled,controllers,neutral,family,device\n");
    for (unsigned i = 0; i < DEVICES; i++) {
        const struct device *device = &world->device[i];
        char host[ADDRESS_TEXT], end[ADDRESS_TEXT];
        (void)address_format(device->address, host);
        if (i == world->controlled[0])
            buf_format(&out, "%s,1,%s:%u,,%s,%s\n", host, address_format(world->listed.beacon, end),
                       world->listed.beacon_port.number, world->listed.beacon_family, device->name);
        else if (i == world->controlled[1])
            buf_format(&out, "%s,1,%s|%s,,%s,%s\n", host, world->listed.checkin_name,
                       address_format(world->listed.checkin, end), world->listed.checkin_family,
                       device->name);
        else
            buf_format(&out, "%s,0,,,,%s\n", host, device->name);
    }
    return put_file(folder, "truth.csv", &out, err);
}

bool simulate_small(const char *folder, uint64_t seed, struct simulated *ret, struct err *err)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/indicators", folder);
    if (len < 0 || (size_t)len >= sizeof path)
        return err_set(err, "the path %s is too long", folder);
    if (!file_make_folder(path, 0755, err))
        return false;
    (void)snprintf(path, sizeof path, "%s/capture.pcap", folder);
    struct packets *packets = packets_new(path, err);
    if (packets == NULL)
        return false;
    struct world *world = mem_new(1, sizeof *world);
    world_make(world, seed, packets);
    for (struct actor *actor; (actor = world_next(world)) != NULL;) {
        packets_until(packets, actor->next);
        world_act(world, actor);
    }
    *ret = (struct simulated){.hosts = DEVICES, .controlled = 2};
    bool done = packets_finish(packets, &ret->packets, &ret->bytes, err) &&
                put_indicators(world, folder, err) && put_truth(world, folder, err);
    mem_free(world);
    return done;
}
