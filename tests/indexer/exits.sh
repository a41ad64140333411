#!/bin/sh
# exits.sh - every exit code of verbatim-indexer, and that nothing is harmed on the way.
# Usage: sh tests/indexer/exits.sh [PROGRAM]. SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir docs
echo 'hello world' > docs/a.txt
echo '# Title' > docs/b.md

run 0 'help' --help
says out '--max-file-size SIZE' 'help lists the options'
sed -n 's/^ *--\([a-z-]*\).*/\1/p' "$work/out" > "$work/options"
while read -r option; do
    escaped=$(echo "--$option" | sed 's/-/\\-/g')
    grep -q -F -e "$escaped" "${top_srcdir:-$here}/doc/verbatim-indexer.1" || missing="${missing:-} --$option"
done < "$work/options"
is 'the manual page has every option of help' "${missing:-none}" none
run 0 'help wins over what is missing' --info --help
run 0 'version' --version
says out '^verbatim-indexer ' 'version names the program'
if [ -c /dev/full ]; then
    for option in --help --version; do
        code=0
        "$program" "$option" > /dev/full 2> "$work/err" || code=$?
        is "$option onto a full disk (exit 74)" "$code" 74
        says err 'cannot write to standard output: No space left' 'it says so'
    done
fi

# 64: usage
run 64 'no arguments'
says err '^verbatim-indexer: --index DIR is missing' 'it says what is missing'
run 64 'no --index' docs
run 64 'unknown option' --index i --frobnicate docs
says err '--frobnicate' 'the unknown option is named'
run 64 'unknown short option' --index i -x docs
run 64 'missing value' docs --index
run 64 'value where there is none' --index i --quiet=yes docs
run 64 'bad --jobs' --index i --jobs 0 docs
run 64 'bad --jobs' --index i --jobs 2x docs
run 64 'bad --max-file-size' --index i --max-file-size 5X docs
run 64 'bad --max-file-size' --index i --max-file-size -1 docs
run 64 'bad --wait' --index i --wait soon docs
run 64 '--check and --info' --index i --check --info
run 64 '--check with a path' --index i --check docs
run 64 '--json without --info' --index i --json docs
run 64 '--quiet and --verbose' --index i --quiet --verbose docs
run 64 '--remove without a path' --index i --remove
run 64 'unknown language' --index i --language klingon docs
says err 'english' 'the known languages are named'
is 'bad usage makes no index' "$(ls)" docs

# 66: not there
run 66 'a missing path' --index i docs nope
says err 'nope: No such file' 'the missing path is named'
is 'a missing path makes no index' "$(ls)" docs
run 66 'an empty path' --index i ''
run 66 'a device' --index i /dev/null
run 66 'no index to check' --index i --check
run 66 'no index to tell of' --index i --info
run 66 'no index to update' --index i
run 66 'no index to forget in' --index i --remove docs

# 73: cannot create
run 73 'an index in a folder that is not there' --index no/such docs

# 0 and what it says
run 0 'the first run' --index i docs
silent out 'success is silent on stdout'
silent err 'success is silent on stderr'
is 'it has the documents' "$(info i documents)" 2
run 0 'the same again' --index i docs
is 'nothing is new, nothing is published' "$(info i generation)" 1
run 0 'all known roots' --index i
is 'nothing is published' "$(info i generation)" 1
run 0 'starting over' --index i --rebuild --verbose
says err 'published generation 2: 2 documents' 'verbose says what was published'
run 0 'check' --index i --check
silent out 'check is silent'
run 0 'info' --index i --info
says out "^root	docs	$PWD/docs\$" 'info lists the roots'
run 0 'info as JSON' --index i --info --json
says out '^{"generation":2,.*"documents":2,.*"roots":\[{"name":"docs","path":"/.*"}\]}$' 'info as one JSON object'
run 0 'quiet' --index i --quiet

# languages
run 64 'another language' --index i --language german docs
run 0 'the same language by another name' --index i --language english docs
is 'the language stays as it was' "$(info i language)" en
run 0 'another language and --rebuild' --index i --language german --rebuild docs
is 'the language is another' "$(info i language)" german

# 65: not an index, or a damaged one
cp -r docs copy
run 65 'a folder of something else' --index copy docs
says err 'not an index' 'it says so'
is 'nothing was put into it' "$(ls copy)" "$(ls docs)"
run 65 'a file' --index docs/a.txt docs
cp -r i damaged
for part in damaged/seg-*/text; do
    size=$(wc -c < "$part")
    head -c $((size - 1)) "$part" > short
    cp short "$part"
done
run 65 'check of a cut part' --index damaged --check
says err 'text' 'the cut part is named'
run 65 'info of a damaged index' --index damaged --info
run 65 'update of a damaged index' --index damaged docs
run 0 'a damaged segment is no reason not to start over' --index damaged --rebuild docs
run 0 'and then it is whole' --index damaged --check
# what is damaged is not merged into something whole
run 0 'an index' --index damaged3 docs
cp damaged3/seg-*/text "$work/text"
printf 'X' | dd of="$(echo damaged3/seg-*/text)" bs=1 seek=70 conv=notrunc 2> /dev/null
echo more > docs/more.txt
run 65 'a run that would merge a damaged segment' --index damaged3 docs
says err 'seg-00000001-0/text: damaged' 'it is named'
run 65 'and it is still damaged' --index damaged3 --check
cp "$work/text" damaged3/seg-00000001-0/text
run 0 'repaired from a backup' --index damaged3 docs
is 'the new one is there' "$(info damaged3 documents)" 3
rm docs/more.txt
run 0 'and whole' --index damaged3 --check
cp -r damaged3 damaged4
printf 'X' | dd of="$(echo damaged4/files-*)" bs=1 seek=90 conv=notrunc 2> /dev/null
run 65 'a damaged table of files' --index damaged4 docs
run 65 'check finds it' --index damaged4 --check
run 0 'starting over' --index damaged4 --rebuild docs

# another version of the format
sed -i '1s/index [0-9]*/index 1/' damaged3/gen-*
run 65 'an index of another version' --index damaged3 docs
says err '[-]-rebuild' 'the way out is named'
run 65 'without names' --index damaged3 --rebuild
says err 'name them' 'it says that they are needed'
run 0 'with them' --index damaged3 --rebuild docs
is 'it is new' "$(info damaged3 documents)" 2

# sealed FILE: gives it the checksum that its lines have.
sealed() {
    sed -i '$d' "$1"
    sum=$(gzip -c "$1" | tail -c 8 | head -c 4 | od -An -tu1 | awk '{ printf "%02x%02x%02x%02x", $4, $3, $2, $1 }')
    printf 'crc\t%s\n' "$sum" >> "$1"
}
echo two > two.txt
run 0 'two roots' --index damaged3 two.txt
for gen in damaged3/gen-*; do
    sed -i '1s/index [0-9]*/index 1/; 2a unknown\tthing' "$gen"
    sealed "$gen"
done
run 65 'an index of another version, which can be read' --index damaged3
run 0 'its roots are taken over' --index damaged3 --rebuild
is 'all of them' "$(info damaged3 root | tr '\n' ' ')" 'docs two.txt '
is 'with their documents' "$(info damaged3 documents)" 3

cp -r i damaged5
echo gen-00000099 > damaged5/current
run 65 'current names a generation that is not there' --index damaged5 docs
run 65 'check says so' --index damaged5 --check
run 65 'info too' --index damaged5 --info
run 65 'and a dry run' --index damaged5 --dry-run docs

cp -r i damaged2
echo rubbish > damaged2/current
run 65 'update with a damaged current' --index damaged2 docs
is 'and it is still what it was' "$(cat damaged2/current)" rubbish

# 74: cannot write
big=0
while [ $big -lt 400 ]; do
    big=$((big + 1))
    seq $((big * 1000)) $((big * 1000 + 500)) > "docs/$big.txt"
done
before=$(info i generation)
code=0
(
    trap '' XFSZ
    ulimit -f 64
    "$program" --index i docs
) > "$work/out" 2> "$work/err" || code=$?
is 'a file that cannot grow (exit 74)' "$code" 74
is 'the old generation stays' "$(info i generation)" "$before"
run 0 'and it is whole' --index i --check
run 0 'the next run gets through' --index i docs
is 'no scratch is left' "$(find i -name 'scratch*')" ''

# 75: locked
if command -v flock > /dev/null; then
    (flock 9 && exec sleep 30) 9>> i/lock &
    locker=$!
    while flock -n i/lock true; do sleep 0.05; done
    run 75 'another run holds the lock' --index i docs
    run 75 'still after waiting' --index i --wait 0.2 docs
    run 0 'info needs no lock' --index i --info
    run 0 'a dry run needs no lock' --index i --dry-run
    kill $locker
    wait $locker 2> /dev/null || :
else
    skip 'another run holds the lock' 'no flock here'
fi

done_testing
