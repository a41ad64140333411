#!/bin/sh
# config.sh - the configuration file: what it may say, what it may not, who wins; filters and their bounds.
# Usage: sh tests/indexer/config.sh [PROGRAM]. SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir -p docs/sub
echo 'kept words' > docs/a.txt
echo 'other words' > docs/sub/b.md
echo 'hidden words' > docs/.c.txt
cat > v.conf << 'EOF'
# a comment
index = idx
root = docs
  include = *.txt
include=*.md
exclude = sub
hidden = yes
max-file-size = 1M
jobs = 1
; another comment
EOF
run 0 'all from a file' --config v.conf
is 'the documents that it wants' "$(info idx documents)" 2
is 'relative to its own folder' "$("$program" --index idx --info | awk -F '\t' '$1 == "root" { print $2 }')" "$PWD/docs"
mkdir elsewhere
cd elsewhere
run 0 'from another folder' --config ../v.conf
run 0 'still the same' --config ../v.conf --check
cd ..
run 0 'the command line wins' --config v.conf --no-hidden --index other
is 'one document less' "$(info other documents)" 1
is 'the index named there is another' "$(info idx documents)" 2

# bad LINE SAYS: a file of this one line behind two good ones.
bad() {
    printf 'index = idx\n# x\n%s\n' "$1" > bad.conf
    run 64 "$1" --config bad.conf
    says err "$2" "says: $2"
}
run 66 'a file that is not there' --config none.conf
says err 'none.conf' 'it is named'
bad 'exlude = x' '^verbatim-indexer: bad.conf:3: exlude: no such key; did you mean exclude?'
bad 'jobs = many' '^verbatim-indexer: bad.conf:3: jobs: a number'
bad 'max-file-size = 1X' 'bad.conf:3: max-file-size: a size'
bad 'hidden = perhaps' 'bad.conf:3: hidden: yes or no'
bad 'root =' 'bad.conf:3: root: a value is missing'
bad 'words' 'bad.conf:3: key = value is needed'
bad '[other]' 'bad.conf:3: a section is \[filter NAME\]'
bad 'exclude = [a' 'bad.conf:3: exclude: .*never closed'
bad 'rebuild = yes' 'bad.conf:3: rebuild: no such key'
bad '[filter x]' 'bad.conf:3: filter x: a glob is missing'
bad '= x' 'bad.conf:3: a key is missing'
bad 'zzzzz = x' 'bad.conf:3: zzzzz: no such key '
bad 'language = klingon' 'bad.conf:3: language: .klingon. is none of'
printf '\357\273\277index = bom\nroot = docs\n' > bom.conf
run 0 'a byte-order mark is no part of the first key' --config bom.conf
run 64 'a glob that is never closed' --index i --include '[' docs
says err "include: '\[': a bracket that is never closed" 'is refused'
run 64 'nor excluded' --index i --exclude 'a/[x' docs

# filter NAME COMMAND [LINE]...: the section, into f.conf.
filter() {
    printf 'index = f\nroot = packed\n[filter %s]\nglob = *.%s\ncommand = %s\n' "$1" "$1" "$2" > f.conf
    shift 2
    for line; do
        echo "$line" >> f.conf
    done
}
mkdir packed
echo 'WORDS IN CAPITALS' > packed/one.up
printf '<title>The page</title><p>a<b>b</b> c' > packed/two.page
cp packed/one.up 'packed/with "odd" name.up'
filter up 'tr A-Z a-z'
run 0 'a filter reads standard input' --config f.conf
is 'its words are found' "$("$program" --index f --info | grep -c '^documents	3$')" 1
filter up 'echo one two three four'
run 0 'another command' --config f.conf
is 'reads its documents again' "$(info f words)" 18
filter up 'cat %f' 'type = html'
run 0 'a filter reads a file by its name' --config f.conf --rebuild
filter up 'sh -c "echo first line >&2; echo second >&2; exit 3"'
run 1 'a filter that fails' --config f.conf --rebuild
says err '/packed/one.up: skipped: broken: filter up: exit 3: first line$' 'is named with what it said'
is 'the others are documents' "$(info f documents)" 1
# What the filter starts is found by a time to sleep that no other run of this test has.
long=1000000$$
filter up "sh -c \"sleep $long & echo begun; sleep $long\"" 'time = 1'
run 1 'a filter without an end' --config f.conf --rebuild
says err 'one.up: skipped: broken: filter up: no end after 1 seconds$' 'is ended and named'
# sleepers: how many of them there are; one that was killed is there until it has got that far.
sleepers() { (cd /proc && grep -lz "^$long\$" [0-9]*/cmdline 2> /dev/null) | wc -l | tr -d ' '; }
tries=0
while [ "$(sleepers)" -gt 0 ] && [ $tries -lt 60 ]; do
    tries=$((tries + 1))
    sleep 1
done
is 'with all that it started' "$(sleepers)" 0
filter up 'yes words'
run 1 'a filter that writes without end' --config f.conf --rebuild
says err 'one.up: skipped: too large' 'is ended too'
filter up 'sh -c "kill -9 \$\$"'
run 1 'a filter that is killed' --config f.conf --rebuild
says err 'one.up: skipped: broken: filter up: .*' 'is named'
filter up 'head -c 400M /dev/zero' 'memory = 1M' 'time = 20'
run 1 'a binary from a filter' --config f.conf --rebuild
says err 'one.up: skipped: ' 'is named'
# shellcheck disable=SC2016 # the shell that the filter starts expands it
filter up 'sh -c "test $(nice) -eq 19"'
run 1 'a filter that wants the lowest priority' --config f.conf --rebuild
run 0 'has it with --nice' --config f.conf --rebuild --nice
filter up 'no-such-program-here'
run 64 'a program that is not there' --config f.conf
says err 'f.conf:5: command: no-such-program-here: no such program' 'is said once'
filter up 'cat' 'type = pdf'
run 64 'a type that is not there' --config f.conf
says err 'f.conf:6: type: text, markdown, html or mail' 'says which there are'
filter up 'cat "never closed'
run 64 'a quote that is never closed' --config f.conf
filter up 'cat' 'comand = x'
run 64 'a key of no filter' --config f.conf
says err 'f.conf:6: comand: no such key of a filter; did you mean command?' 'the nearest is named'

done_testing
