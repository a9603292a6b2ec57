/* A capture and the alerts about it as one source: each with the packets of its time, whole,
 * however many there are. */
#include "capture.h"
#include "with_alerts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { PACKETS = 2000, ALERTS = 3000, START = 1709600400 };

static void file_put(char path[32], const char *bytes, size_t len)
{
    (void)snprintf(path, 32, "/tmp/muster-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    (void)close(fd);
}

/* A packet a second; alerts of the second 2 i / 3, and one that comes after the capture's end. */
static void files_make(char capture_path[32], char log_path[32])
{
    struct capture c = {.big = false};
    struct buf log = {0};
    capture_pcap(&c, 0xa1b2c3d4, 2, 4, 1);
    for (uint32_t i = 0; i < PACKETS; i++)
        capture_record(&c, START + i, 0, (uint8_t)i, 60, 60);
    file_put(capture_path, c.buf.at, c.buf.len);
    capture_free(&c);
    for (uint32_t i = 0; i < ALERTS; i++) {
        uint32_t second = i + 1 < ALERTS ? 2 * i / 3 : PACKETS + 100;
        buf_format(&log,
                   "{\"timestamp\":\"2024-03-05T%02u:%02u:%02u.000000+0000\",\"event_type\":"
                   "\"alert\",\"pcap_cnt\":%u,\"src_ip\":\"10.0.0.5\",\"src_port\":50000,"
                   "\"dest_ip\":\"203.0.113.9\",\"dest_port\":443,\"proto\":\"TCP\",\"alert\":{"
                   "\"signature\":\"rule %u\",\"signature_id\":%u,\"severity\":1}}\n",
                   1 + second / 3600, second / 60 % 60, second % 60, second + 1, i, i);
        buf_string(&log, "{\"timestamp\":\"2024-03-05T01:00:00.000000+0000\",\"event_type\":"
                         "\"stats\"}\n");
    }
    file_put(log_path, log.at, log.len);
    buf_free(&log);
}

/* What a block holds fits together, and goes on where the last one ended. */
static void block_look(const struct block *block, unsigned *packets, unsigned *alerts,
                       struct instant *last)
{
    for (uint32_t i = 0; i < block->packets; i++)
        assert_int_equal(block->packet[i].number, ++*packets);
    if (block->packets)
        *last = block->packet[block->packets - 1].time;
    for (uint32_t i = 0; i < block->records; i++) {
        const struct record *r = &block->record[i];
        char rule[32];
        (void)snprintf(rule, sizeof rule, "rule %u", *alerts);
        assert_int_equal(r->kind, RECORD_ALERT);
        assert_true(text_is(r->alert->signature, rule));
        assert_string_equal(r->alert->by, "suricata");
        assert_true(r->time.us <= last->us || *packets == PACKETS);
        assert_int_equal(r->number, (uint64_t)((r->time.us / SECOND_US) - START + 1));
        ++*alerts;
    }
}

static void joins_both(void **state)
{
    (void)state;
    char capture_path[32], log_path[32];
    struct err err;
    files_make(capture_path, log_path);
    struct source *capture = source_open(capture_path, NULL, &err);
    assert_non_null(capture);
    struct source *both = with_alerts(capture, log_path, &err);
    assert_non_null(both);
    assert_string_equal(both->precise, "pcap");
    struct block *block = mem_new(1, sizeof *block);
    unsigned packets = 0, alerts = 0;
    struct instant last = {INT64_MIN};
    while (source_next(both, block))
        block_look(block, &packets, &alerts, &last);
    assert_int_equal(packets, PACKETS);
    assert_int_equal(alerts, ALERTS);
    source_close(both);
    block_free_bytes(block);
    mem_free(block);
    (void)unlink(capture_path);
    (void)unlink(log_path);
}

static void says_when_there_is_no_log(void **state)
{
    (void)state;
    char capture_path[32], log_path[32];
    struct err err;
    files_make(capture_path, log_path);
    (void)unlink(log_path);
    assert_null(with_alerts(source_open(capture_path, NULL, &err), log_path, &err));
    assert_non_null(strstr(err.text, log_path));
    (void)unlink(capture_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_both),
        cmocka_unit_test(says_when_there_is_no_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
