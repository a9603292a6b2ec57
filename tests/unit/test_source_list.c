/* source/list.c */
#include "packed.h"

#include "capture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

/* A folder for one test, and the names made in it, to be removed in reverse order. */
struct place {
    char folder[64];
    char *made[32];
    int len;
};

static char *place_name(struct place *p, const char *name)
{
    struct buf path = {0};
    buf_format(&path, "%s/%s", p->folder, name);
    assert_true(p->len < 32);
    p->made[p->len++] = path.at;
    return path.at;
}

static void place_file(struct place *p, const char *name, const void *bytes, size_t len)
{
    int fd = open(place_name(p, name), O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    (void)close(fd);
}

/* A capture whose first packet is of that second; `far`: behind more than a peek of other blocks.
 * Its name's last letter tells how it is compressed, since that is told by content: z, t or not.
 */
static void place_capture(struct place *p, const char *name, uint32_t second, bool png, bool far)
{
    struct capture c = {.big = second & 1};
    struct buf packed = {0};
    char last = name[strlen(name) - 1];
    if (png) {
        capture_section(&c, second & 1);
        capture_interface(&c, 1, 0, 0, 0);
        if (far)
            capture_other(&c, 77, 200 * 1024);
        capture_enhanced(&c, 0, second, 0, 60, 60);
    } else {
        capture_pcap(&c, UINT32_C(0xa1b2c3d4), 2, 4, 1);
        capture_record(&c, second, 0, 0, 60, 60);
    }
    if (last == 'z')
        packed_gzip(&packed, c.buf.at, c.buf.len);
    else if (last == 't')
        packed_zstd(&packed, c.buf.at, c.buf.len, 0);
    else
        buf_add(&packed, c.buf.at, c.buf.len);
    place_file(p, name, packed.at, packed.len);
    buf_free(&packed);
    capture_free(&c);
}

static void place_make(struct place *p)
{
    *p = (struct place){.folder = "/tmp/muster-test-XXXXXX"};
    assert_non_null(mkdtemp(p->folder));
}

static void place_remove(struct place *p)
{
    while (p->len > 0) {
        (void)remove(p->made[--p->len]);
        mem_free(p->made[p->len]);
    }
    assert_int_equal(rmdir(p->folder), 0);
}

static void list_is(const struct source_list *list, const struct place *p, const char *const *names,
                    size_t len)
{
    for (size_t i = 0; i < list->len && i < len; i++) {
        size_t folder = strlen(p->folder);
        assert_int_equal(strncmp(list->item[i].name, p->folder, folder), 0);
        assert_string_equal(list->item[i].name + folder + 1, names[i]);
    }
    assert_int_equal(list->len, len);
}

static void walks_in_order_of_time(void **state)
{
    (void)state;
    struct place p;
    struct source_list list;
    struct err err = {""};
    place_make(&p);
    assert_int_equal(mkdir(place_name(&p, "sub"), 0700), 0);
    assert_int_equal(mkdir(place_name(&p, "sub/deep"), 0700), 0);
    assert_int_equal(mkdir(place_name(&p, ".hidden"), 0700), 0);
    place_capture(&p, ".hidden/a.pcap", 1, false, false);
    place_capture(&p, ".b.pcap", 2, false, false);
    place_capture(&p, "a.pcap", 5000, false, false);
    place_capture(&p, "b.pcap", 4000, true, false);
    place_capture(&p, "sub/z-no-ending", 4500, false, false);
    place_capture(&p, "sub/deep/far.pcap", 4600, true, true);
    place_capture(&p, "sub/deep/c.pcap", 4000, false, false);
    place_capture(&p, "packed.gz", 4700, true, true);
    place_capture(&p, "packed.zst", 4550, false, false);
    place_file(&p, "cut.gz", "\x1f\x8b\x08\0\0", 5);
    place_file(&p, "notes.txt", "no capture", 10);
    place_file(&p, "Empty", "", 0);
    assert_int_equal(mkfifo(place_name(&p, "pipe"), 0600), 0);
    assert_int_equal(symlink("a.pcap", place_name(&p, "link.pcap")), 0);
    assert_int_equal(symlink("..", place_name(&p, "sub/circle")), 0);
    static const char *const order[] = {
        "b.pcap",    "sub/deep/c.pcap", "sub/z-no-ending", "packed.zst", "sub/deep/far.pcap",
        "packed.gz", "a.pcap",          "Empty",           "cut.gz",     "notes.txt"};
    char *paths[] = {p.folder};
    assert_true(source_list_make(&list, paths, 1, &err));
    list_is(&list, &p, order, 10);
    source_list_free(&list);
    place_remove(&p);
}

static void keeps_what_is_named(void **state)
{
    (void)state;
    struct place p;
    struct source_list list;
    struct err err = {""};
    char dash[] = "-", gone[] = "/nonexistent/a.pcap", slashed[80];
    place_make(&p);
    place_capture(&p, "b.pcap", 2, false, false);
    place_capture(&p, "a.pcap", 3, false, false);
    assert_int_equal(symlink("a.pcap", place_name(&p, "link.pcap")), 0);
    (void)snprintf(slashed, sizeof slashed, "%s/", p.folder);
    char *paths[] = {p.made[1], dash, gone, p.made[2], slashed};
    assert_true(source_list_make(&list, paths, 5, &err));
    assert_int_equal(list.len, 6);
    assert_string_equal(list.item[0].name, p.made[1]);
    assert_string_equal(list.item[1].name, "-");
    assert_string_equal(list.item[2].name, gone);
    assert_string_equal(list.item[3].name, p.made[2]);
    assert_string_equal(list.item[4].name, p.made[0]); /* and no doubled slash */
    assert_string_equal(list.item[5].name, p.made[1]);
    source_list_free(&list);
    assert_true(source_list_make(&list, NULL, 0, &err));
    assert_int_equal(list.len, 0);
    source_list_free(&list);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_in_order_of_time),
        cmocka_unit_test(keeps_what_is_named),
    };
    return cmocka_run_group_tests_name("source_list", tests, NULL, NULL);
}
