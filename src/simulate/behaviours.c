#include "simulate/campus.h"

#define BEHAVIOUR(name) extern const struct behaviour behave_##name;
#include "simulate/behaviour.list"
#undef BEHAVIOUR

const struct behaviour *const behaviours[] = {
#define BEHAVIOUR(name) &behave_##name,
#include "simulate/behaviour.list"
#undef BEHAVIOUR
};
const unsigned behaviours_len = sizeof behaviours / sizeof *behaviours;
