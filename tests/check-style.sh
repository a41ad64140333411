#!/bin/sh
# check-style.sh - keeps the rules of HACKING.md that a grep can keep. Prints TAP.
# Usage: tests/check-style.sh, from anywhere. SPDX-License-Identifier: GPL-2.0-or-later
set -eu
cd "${top_srcdir:-$(dirname "$0")/..}"

# What people wrote, named from the top: not what was built, not the texts that tests read.
rooms=
for room in lib shim store engine indexer queryd client bench tests; do
    if [ -d "$room" ]; then
        rooms="$rooms $room"
    fi
done
# shellcheck disable=SC2086 # the rooms are words
sources=$(find $rooms -name '*.[ch]' -o -name '*.cc' | LC_ALL=C sort)
# shellcheck disable=SC2086
scripts=$(find $rooms script .ci -type f \( -name '*.sh' -o -name '*.py' -o -path 'script/*' -o -path '.ci/*' \) |
    LC_ALL=C sort)
# shellcheck disable=SC2086
makefiles="configure.ac Makefile.am
$(find m4 completions editors $rooms -name local.mk -o -name '*.m4' | LC_ALL=C sort)"
plugins=$(find completions editors -name '_verbatim' -o -name '*.bash' -o -name '*.fish' -o -name '*.vim' \
    -o -name '*.el' -o -name '*.lua' -o -name '*.txt' | LC_ALL=C sort)

checks=0 failed=0
# check WHAT FOUND: passes when nothing was found.
check() {
    checks=$((checks + 1))
    if [ -z "$2" ]; then
        echo "ok $checks - $1"
    else
        echo "not ok $checks - $1"
        printf '%s\n' "$2" | sed 's/^/#   /'
        failed=1
    fi
}

# find_in FILES PATTERN: the lines that match an extended regular expression, as file:line:text.
find_in() { printf '%s\n' "$1" | LC_ALL=C.UTF-8 xargs grep -n -H -E -e "$2" -- || :; }

# without_comments FILES: the code that is left, as file:line:text.
without_comments() {
    # shellcheck disable=SC2016 # the dollars are awk's
    printf '%s\n' "$1" | xargs awk '
        FNR == 1 { comment = 0 }
        {
            code = ""
            rest = $0
            while (rest != "") {
                if (comment) {
                    at = index(rest, "*/")
                    if (!at) break
                    rest = substr(rest, at + 2)
                    comment = 0
                } else {
                    at = index(rest, "/*")
                    line = index(rest, "//")
                    if (line && (!at || line < at)) { code = code substr(rest, 1, line - 1); break }
                    if (!at) { code = code rest; break }
                    code = code substr(rest, 1, at - 1)
                    rest = substr(rest, at + 2)
                    comment = 1
                }
            }
            if (code ~ /[^ \t]/) print FILENAME ":" FNR ":" code
        }'
}

code=$(without_comments "$sources")

# xapian_outside: where code names Xapian and should not.
xapian_outside() { printf '%s\n' "$code" | grep -v -E '^(shim|bench|tests)/' | grep -i xapian || :; }
check 'only shim/ and bench/ name Xapian' "$(xapian_outside)"

# may ROOM OTHER...: a room includes its own headers and those of the others named.
may() {
    room=$1
    allowed=$(printf '%s|' "$@")
    found=$(printf '%s\n' "$code" | grep "^$room/" | grep -E '^[^:]*:[0-9]+: *# *include *"' |
        grep -v -E "\"(${allowed%|})/[^\"/]+\"" || :)
    check "$room/ includes only headers of $*, named from the top" "$found"
}
may lib
may shim lib
may store lib shim
may engine lib shim store
may indexer lib shim store
may queryd lib store engine
may client lib store engine queryd

banned='strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|alloca'
banned="$banned|gmtime|localtime|ctime|asctime|tmpnam|tempnam|mktemp|system|popen|rand"
check 'no banned functions' "$(printf '%s\n' "$code" | grep -E "(^|[^[:alnum:]_])($banned) *\(" || :)"

# unlicensed: files that do not say their licence.
unlicensed() {
    printf '%s\n' "$sources" "$scripts" "$makefiles" "$plugins" |
        xargs grep -L 'SPDX-License-Identifier: GPL-2.0-or-later' -- || :
}
check 'every file says its licence' "$(unlicensed)"
check 'lines of at most 120 characters in C and shell' \
    "$(find_in "$sources $(printf '%s\n' "$scripts" | xargs grep -L '^#!.*python' -- | grep -v '\.py$')" '^.{121,}')"
check 'lines of at most 120 characters in the plugins' "$(find_in "$plugins" '^.{121,}')"
check 'no blanks at the ends of lines' "$(find_in "$sources $scripts $makefiles $plugins" '[[:blank:]]$')"
check 'no tabs in C' "$(find_in "$sources" "$(printf '\t')")"

# unlisted: files that no makefile names; a test may be named by its program.
unlisted() {
    # shellcheck disable=SC2086 # the makefiles are words
    awk '{ for (i = 1; i <= NF; i++) { print $i; if (/tests/) print $i ".c" } }' $makefiles |
        LC_ALL=C sort -u > "$scratch"
    printf '%s\n' "$sources" "$scripts" "$plugins" | LC_ALL=C sort | LC_ALL=C comm -23 - "$scratch"
}
scratch=$(mktemp "${TMPDIR:-/tmp}/verbatim-style.XXXXXX")
trap 'rm -f "$scratch"' EXIT
check 'every source file and script is in a local.mk' "$(unlisted)"

# unguarded: headers with another include guard than theirs. A kernel is included once for each width of vector.
unguarded() {
    printf '%s\n' "$sources" | grep '\.h$' | grep -v '_kernel\.h$' | while read -r file; do
        guard=VERBATIM_$(basename "$file" .h | LC_ALL=C tr 'a-z-' 'A-Z_')_H
        grep -q "^#ifndef $guard\$" "$file" || echo "$file: expected $guard"
    done
}
check 'include guards are VERBATIM_<FILE>_H' "$(unguarded)"

if command -v shellcheck > /dev/null; then
    shell=$(printf '%s\n' "$scripts" | xargs grep -l -E '^#!/bin/(sh|bash)' -- || :)
    check 'shellcheck' "$(printf '%s\n' "$shell" | xargs shellcheck -f gcc -- 2>&1 || :)"
fi

echo "1..$checks"
exit "$failed"
