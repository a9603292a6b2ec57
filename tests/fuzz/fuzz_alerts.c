/* Any bytes as a file of rules about alerts, and an alert looked up in it. */
#include "record/alerts.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct alert_rules *rules = alert_rules_new();
    struct err err;
    const struct alert_record alert = {.by = "suricata",
                                       .signature = text_at(bytes, len),
                                       .category = text_of("Misc Attack"),
                                       .severity = text_of("1")};
    const struct alert_rule *usual = alert_rules_find(rules, &alert);
    bool good = alert_rules_add(rules, "rules", text_at(bytes, len), &err);
    const struct alert_rule *rule = alert_rules_find(rules, &alert);
    muster_assert(good || rule == usual); /* nothing of a bad file is in force */
    muster_assert(rule == NULL || (rule->strength >= 0 && rule->strength <= 12.5));
    muster_assert(good || err.text[0] != '\0');
    alert_rules_free(rules);
    return 0;
}
