# muster: one file, no configure step. Plain `make` builds ./muster and installs nothing.
#   make demo      set up what is missing, build, make a capture, read it, report
#   make test      set up what is missing, build and run every test
#   make check     style, layers, both compilers, sanitizers, golden, analyzers, fuzz corpora
#   make bench | evaluate | fuzz | golden-update | install | clean
CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
SAN     ?=
OUT     := build/$(CC)$(SAN)
PREFIX  ?= /usr/local

VERSION := 0.1.0
DUCKDB  := deps/node_modules/@duckdb/node-bindings-linux-x64
DUCKDB_H := deps/node_modules/duckdb/src/duckdb/src/include
PKGS    := libxxhash libzstd libmaxminddb libpsl libcrypto zlib

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 \
	-Wundef -Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion
ifneq ($(WERROR),)
WARN += -Werror
endif
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
ifeq ($(SAN),)
HARDEN += -D_FORTIFY_SOURCE=3
else
HARDEN += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
OPT     ?= -O2
CFLAGS  ?= -g
ALLFLAGS = -std=gnu17 -D_GNU_SOURCE $(OPT) $(CFLAGS) $(WARN) $(HARDEN) -Isrc -isystem $(DUCKDB_H) \
	-DMUSTER_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS     = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldl -lpthread -lm
LINK     = -pie -Wl,-z,relro -Wl,-z,now $(if $(SAN),-fsanitize=$(SAN))

SRC  := $(filter-out src/muster.c,$(wildcard src/*.c src/*/*.c))
OBJ  := $(SRC:src/%.c=$(OUT)/%.o)
LIB  := $(OUT)/libmuster.a
UNIT := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all demo test check bench evaluate fuzz install clean unit golden system
all: muster

muster: $(OUT)/muster
	@ln -sf $(OUT)/muster $@

$(OUT)/muster: $(OUT)/muster.o $(LIB)
	$(CC) $(LINK) -o $@ $^ $(LIBS)

$(LIB): $(OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(OUT)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) -Itests -MMD -MP $(LINK) -o $@ $< $(LIB) $(LIBS) -lcmocka

unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

-include $(shell find build -name '*.d' 2>/dev/null)

clean:
	rm -rf build muster
