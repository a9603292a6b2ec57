/*
 * How many of the network's hosts call the same end. A controller is called by the few hosts it
 * controls; what a good part of all hosts calls is a service, whatever its rhythm. Only seen across
 * hosts, when the store's rows are judged together.
 */
#include "detect/detect.h"

enum { HOSTS_LEAST = 20 };
#define SERVICE_SHARE 0.25
#define SERVICE_STRENGTH (-3.0)
#define EVERYBODY_SHARE 0.5
#define EVERYBODY_STRENGTH (-5.0)

static void across(const struct across *across, struct evidence_out *out)
{
    double share = across->hosts ? (double)across->callers / across->hosts : 0;
    if (across->hosts < HOSTS_LEAST || share < SERVICE_SHARE)
        return;
    struct evidence e = {.group = GROUP_ROLE,
                         .strength =
                             share >= EVERYBODY_SHARE ? EVERYBODY_STRENGTH : SERVICE_STRENGTH,
                         .known_from = {DAY_NONE}};
    e.item = evidence_text(out, "called by %u of %u hosts", across->callers, across->hosts);
    e.why = evidence_text(out, "%u of the %u hosts watched call it: a service, not a controller",
                          across->callers, across->hosts);
    evidence_add(out, &e);
}

const struct detector detector_prevalence = {
    .name = "prevalence",
    .about = "ends that a good part of all hosts calls are services",
    .version = 1,
    .across = across,
};
