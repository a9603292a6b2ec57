# muster: one file, no configure step. Plain `make` builds ./muster and installs nothing.
#   make demo      set up what is missing, build, make a capture, read it, report
#   make test      set up what is missing, build and run every test
#   make check     style, layers, both compilers, sanitizers, golden, analyzers, fuzz corpora
#   make bench | evaluate | fuzz | golden-update | rhythm-table | man | install | clean
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
PKGS    := libxxhash libzstd libmaxminddb libpsl libcrypto zlib inih simdjson expat yara
CXX     := $(subst clang,clang++,$(subst gcc,g++,$(CC)))

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
LIBS     = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lstdc++ -ldl -lpthread -lm
# simdjson is the one part that is not C; base/json.cc keeps it behind a C header
CXXFLAGS_ALL = -std=c++20 -D_GNU_SOURCE $(OPT) $(CFLAGS) -fno-exceptions -fno-rtti -Wall -Wextra \
	-Wpedantic -Wshadow -Wconversion -Wsign-conversion $(if $(WERROR),-Werror) $(HARDEN) -Isrc
ifneq ($(SAN),)
# DuckDB throws: the sanitizers look for __cxa_throw at the start, before it is loaded
LIBS    += -Wl,--no-as-needed -lstdc++ -Wl,--as-needed
endif
LINK     = -pie -Wl,-z,relro -Wl,-z,now $(if $(SAN),-fsanitize=$(SAN))

SRC  := $(filter-out src/muster.c,$(wildcard src/*.c src/*/*.c))
OBJ  := $(SRC:src/%.c=$(OUT)/%.o) $(patsubst src/%.cc,$(OUT)/%.o,$(wildcard src/*/*.cc))
LIB  := $(OUT)/libmuster.a
UNIT := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all demo test check bench evaluate fuzz man install clean unit unit-programs fuzz-programs \
	corpus-programs tidy golden golden-update system rhythm-table
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

$(OUT)/%.o: src/%.cc
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS_ALL) -MMD -MP -c -o $@ $<

# loops over gaps that are worth vectors, which gcc makes from here on only
$(OUT)/detect/rhythm_timer.o: ALLFLAGS += $(if $(SAN),,-O3)

# taken in by .incbin
$(OUT)/store/schema.o: $(wildcard src/store/sql/*.sql)
$(OUT)/census/census.o $(OUT)/census/trace.o: $(wildcard src/census/sql/*.sql)
$(OUT)/output/report_html.o: src/output/report.css
$(OUT)/record/alerts.o: src/record/alert.list
$(OUT)/marks.o: $(wildcard marks/*.yar)
$(OUT)/scan_rules.o: $(wildcard marks/files/*.yar)

$(OUT)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) -Itests -MMD -MP $(LINK) -o $@ $< $(LIB) $(LIBS) -lcmocka

unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done


demo:
	@tools/setup demo
	@$(MAKE) --no-print-directory muster
	@tools/demo

# What a test run needs built; tools/run-tests counts and sums up.
unit-programs: $(UNIT)
test:
	@tools/setup test
	@$(MAKE) --no-print-directory muster unit-programs
	@tools/run-tests $(OUT) unit golden system

golden: muster
	@tools/run-tests $(OUT) golden
golden-update: muster
	@tests/golden/run --update ./muster
system: muster
	@tools/run-tests $(OUT) system

# tests/tools/x.c becomes OUT/tool_x: helpers of system tests that use parts of the library
$(OUT)/tool_%: tests/tools/%.c $(LIB)
	@$(CC) -std=gnu17 -D_GNU_SOURCE $(OPT) $(HARDEN) -Isrc -Itests -isystem $(DUCKDB_H) $(LINK) -o $@ \
		$< $(LIB) $(LIBS)

# tests/fuzz/fuzz_x.c becomes OUT/fuzz_x; needs clang (libFuzzer).
$(OUT)/fuzz_%: tests/fuzz/fuzz_%.c $(LIB)
	$(CC) $(ALLFLAGS) -fsanitize=fuzzer -Itests -MMD -MP $(LINK) -o $@ $< $(LIB) $(LIBS)
fuzz-programs: $(FUZZ:%=$(OUT)/%)
# OUT/corpus_x runs the same target on files, with any compiler
$(OUT)/each.o: tests/fuzz/each.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) -MMD -MP -c -o $@ $<
$(OUT)/corpus_%: tests/fuzz/fuzz_%.c $(OUT)/each.o $(LIB)
	$(CC) $(ALLFLAGS) -Itests -MMD -MP $(LINK) -o $@ $< $(OUT)/each.o $(LIB) $(LIBS)
corpus-programs: $(FUZZ:fuzz_%=$(OUT)/corpus_%)

# clang-tidy says much about headers; what it says of a file is kept until any header changes
$(OUT)/%.tidy: src/%.c .clang-tidy $(wildcard src/*.h src/*/*.h)
	@mkdir -p $(@D)
	@clang-tidy --quiet --warnings-as-errors='*' $< -- $(ALLFLAGS) 2>$@.err || { cat $@.err; exit 1; }
	@rm $@.err; touch $@
tidy: $(patsubst src/%.c,$(OUT)/%.tidy,$(wildcard src/*.c src/*/*.c))

check:
	@tools/setup check
	@tools/check
FUZZ_SECONDS ?= 600
fuzz:
	@tools/setup check
	@tools/fuzz $(FUZZ_SECONDS)

bench: muster
	@bench/run
# the table of docs/beacons.md
$(OUT)/rhythm_table: tests/tools/rhythm_table.c $(LIB)
	$(CC) $(ALLFLAGS) -Itests -MMD -MP $(LINK) -o $@ $< $(LIB) $(LIBS)
rhythm-table: $(OUT)/rhythm_table
	@$< 200
SCORE ?= ../shared/tools/score
evaluate: muster
	@bench/evaluate $(SCORE)

# Man pages, from the tables the program runs on; dated by the version, not by the day of the build.
COMMANDS := $(shell sed -n 's/^COMMAND(\(.*\))$$/\1/p' src/cmd/cmd.list)
$(OUT)/cmd/man.o $(OUT)/cmd/man.tidy: ALLFLAGS += -DMUSTER_DATE='"2026-11-25"'
man: muster
	@mkdir -p $(OUT)/man
	@./muster help --man >$(OUT)/man/muster.1
	@for c in $(COMMANDS); do ./muster help --man $$c >$(OUT)/man/muster-$$c.1 || exit 1; done

SHARE := $(DESTDIR)$(PREFIX)/share/muster
install: muster man
	install -D -m 755 $(OUT)/muster $(DESTDIR)$(PREFIX)/bin/muster
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $(OUT)/man/*.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/muster $(DUCKDB)/libduckdb.so
	install -D -m 644 -t $(SHARE) src/record/alert.list
	install -D -m 644 -t $(SHARE)/geo/geo-whois-asn-country-mmdb \
		deps/node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb
	install -D -m 644 -t $(SHARE)/geo/asn deps/node_modules/@ip-location-db/asn/asn-ipv4.csv \
		deps/node_modules/@ip-location-db/asn/asn-ipv6.csv \
		deps/node_modules/@ip-location-db/asn/package.json

-include $(shell find build -name '*.d' 2>/dev/null)

clean:
	rm -rf build muster
