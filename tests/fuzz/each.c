/*
 * A fuzz target without a fuzzer: runs it once on each file named, so that every compiler and
 * sanitizer can run the corpora:  corpus_X FILE...
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool run(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        goto fail;
    long len = ftell(file);
    if (len < 0 || len > FILE_MAX || fseek(file, 0, SEEK_SET) != 0)
        goto fail;
    /* of exactly its size, so that the sanitizer sees a byte read behind it */
    uint8_t *bytes = malloc(len ? (size_t)len : 1);
    if (bytes == NULL)
        goto fail;
    bool whole = fread(bytes, 1, (size_t)len, file) == (size_t)len;
    if (whole)
        (void)LLVMFuzzerTestOneInput(bytes, (size_t)len);
    free(bytes);
    (void)fclose(file);
    return whole;
fail:
    if (file)
        (void)fclose(file);
    return false;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!run(argv[i])) {
            (void)fprintf(stderr, "cannot read %s\n", argv[i]);
            return 1;
        }
    return argc < 2;
}
