#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool err_set(struct err *err, const char *format, ...)
{
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

bool err_errno(struct err *err, const char *format, ...)
{
    int number = errno;
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    int used = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (used < 0 || (size_t)used >= sizeof err->text)
        return false;
    char reason[120];
    (void)snprintf(err->text + used, sizeof err->text - (size_t)used, ": %s",
                   strerror_r(number, reason, sizeof reason));
    return false;
}

void muster_assert_failed(const char *what, const char *file, int line)
{
    (void)fprintf(stderr, "muster: bug: %s is false at %s:%d; please report it\n", what, file,
                  line);
    abort();
}
