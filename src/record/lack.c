#include "record/lack.h"

const char *const lack_name[LACKS] = {
#define LACK(name, what, unseen) #name,
#include "record/lack.list"
#undef LACK
};

const char *const lack_what[LACKS] = {
#define LACK(name, what, unseen) what,
#include "record/lack.list"
#undef LACK
};

const char *const lack_unseen[LACKS] = {
#define LACK(name, what, unseen) unseen,
#include "record/lack.list"
#undef LACK
};
