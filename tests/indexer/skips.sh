#!/bin/sh
# skips.sh - documents that cannot be indexed are named with the reason and cost only themselves; strange but good ones
# are indexed. Usage: sh tests/indexer/skips.sh [PROGRAM]. SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir docs
echo 'good text' > docs/good.txt
printf 'GIF89a\0\001\002' > docs/bin.gif
head -c 3000 /dev/zero | tr '\0' 'a' > docs/large.txt
run 1 'binary and large' --index i --max-file-size 2K docs
says err '^verbatim-indexer: docs/bin.gif: skipped: binary$' 'the binary is named'
says err '^verbatim-indexer: docs/large.txt: skipped: too large' 'the large one is named'
is 'one line for each' "$(wc -l < "$work/err" | tr -d ' ')" 2
is 'the rest is indexed' "$(info i documents)" 1
is 'the skipped are counted' "$(info i skipped)" 2
run 0 'they are named once' --index i --max-file-size 2K docs
silent err 'not again'
printf 'GIF89a\0\001\002\003' > docs/bin.gif
printf b >> docs/large.txt
run 1 'changed, they are named again' --index i --max-file-size 2K docs
is 'both' "$(wc -l < "$work/err" | tr -d ' ')" 2
is 'each reason is counted' "$(info i skipped.binary) $(info i skipped.too-large) $(info i skipped)" '1 1 2'
printf a >> docs/large.txt
run 1 'quiet names nothing' --index i --quiet --max-file-size 2K docs
silent err 'but the exit code is the same'
printf a >> docs/large.txt
run 1 'a dry run names the large one' --index i --dry-run --max-file-size 2K docs
says err 'docs/large.txt: skipped: too large' 'as the run would'
head -c 3000 /dev/zero | tr '\0' 'a' > docs/large.txt
run 0 'exactly as large as allowed' --index i --max-file-size 3000 docs
is 'is not too large' "$(info i documents)" 2
run 1 'too large for this run' --index i --max-file-size 2999 docs
is 'it leaves' "$(info i documents) $(info i skipped)" '1 2'

# only binaries
mkdir bins
for n in 1 2 3; do printf '\177ELF\0' > bins/$n; done
run 1 'a folder of binaries' --index b bins
is 'no documents' "$(info b documents) $(info b skipped)" '0 3'
run 0 'it is whole' --index b --check

# what is no binary
mkdir odd
head -c 9000 /dev/zero | tr '\0' 'x' > odd/late-nul.txt
printf '\0 and more' >> odd/late-nul.txt
printf '\377\376h\0i\0' > odd/utf16le.txt
printf '\376\377\0h\0i' > odd/utf16be.txt
printf '\377\376\0\0h\0\0\0i\0\0\0' > odd/utf32.txt
printf '\357\273\277hi' > odd/utf8-bom.txt
printf 'caf\351 au lait' > odd/latin1.txt
: > odd/empty.txt
printf '\n\n\n' > odd/blank.txt
printf 'no newline at the end' > odd/last.txt
head -c 400000 /dev/zero | tr '\0' ' ' > odd/longline.txt
awk 'BEGIN { for (i = 0; i < 40000; i++) printf "word%d ", i }' > odd/400k-line.txt
head -c 300 /dev/zero | tr '\0' 'w' > odd/300-byte-word.txt
printf 'a\rb\rc\r\n' > odd/cr.txt
printf -- '---\ntitle: never closed\n' > odd/front.md
printf '\377\377\377\300\301' > odd/garbage.md
run 0 'odd but good' --index o odd
is 'each is a document' "$(info o documents)" "$(find odd -type f | wc -l | tr -d ' ')"
run 0 'it is whole' --index o --check

# packed with gzip
mkdir gz
printf 'squeezed words\n' | gzip > gz/plain.txt.gz
printf '# A packed heading\n\nand *marked* words\n' | gzip > gz/mark.md.gz
{ printf 'one member\n' | gzip; printf 'and another\n' | gzip; } > gz/two.gz
printf 'no name tells\n' | gzip > gz/nameless
printf 'not packed at all\n' > gz/liar.txt.gz
printf 'PK\0\001' | gzip > gz/bin.gz
head -c 5000000 /dev/zero | tr '\0' 'a' | gzip > gz/bomb.txt.gz
gzip -c gz/two.gz | head -c 40 > gz/cut.gz
{ head -c 20 gz/mark.md.gz; printf 'XXXXXXXXXXXX'; tail -c +33 gz/mark.md.gz; } > gz/damaged.md.gz
run 1 'packed files' --index z --max-file-size 1M gz
says err '^verbatim-indexer: gz/bin.gz: skipped: binary$' 'a packed binary is named'
says err '^verbatim-indexer: gz/bomb.txt.gz: skipped: too large' 'what unpacks to too much is named'
says err '^verbatim-indexer: gz/cut.gz: skipped: broken: the gzip data is cut short$' 'what is cut short is named'
says err '^verbatim-indexer: gz/damaged.md.gz: skipped: broken: the gzip data is damaged$' 'what is damaged is named'
is 'and no more' "$(wc -l < "$work/err" | tr -d ' ')" 4
is 'the others are documents' "$(info z documents)" 5

mkdir gz2
seq 1 3000 | gzip > gz2/seq.txt.gz
run 0 'one that unpacks to something small enough' --index z2 gz2
run 1 'and with less allowed is too large' --index z2 --max-file-size 10000 gz2
says err '^verbatim-indexer: gz2/seq.txt.gz: skipped: too large' 'it is named'
is 'and leaves' "$(info z2 documents)" 0
run 0 'and is not' --index z2 gz2
is 'and comes back' "$(info z2 documents)" 1

# what is no file
mkdir none
mkfifo none/fifo
echo x > none/file
run 0 'a named pipe is passed over' --index n none
silent err 'silently'
run 0 'verbose' --index n --verbose none
says err 'none/fifo: passed over: a named pipe' 'verbose names it'
is 'only the file' "$(info n documents)" 1

# the output does not depend on threads
mkdir many
n=0
while [ $n -lt 300 ]; do
    n=$((n + 1))
    if [ $((n % 7)) -eq 0 ]; then
        printf 'x\0' > many/$n
    else
        seq $n $((n + 2000)) > many/$n
    fi
done
run 1 'one thread' --index t1 --jobs 1 many
cp "$work/err" "$work/one"
run 1 'eight threads' --index t8 --jobs 8 many
if cmp -s "$work/one" "$work/err"; then
    ok 'the same skips in the same order'
else
    not_ok 'the same skips in the same order'
fi
same=yes
for part in words vocab docs places text; do
    cmp -s t1/seg-*/$part t8/seg-*/$part || same="no: $part"
done
is 'the same index, byte by byte' "$same" yes
differing=$(cmp -l t1/seg-*/terms t8/seg-*/terms | wc -l)
is 'the terms but for the database number' "$(test "$differing" -le 16 && echo yes)" yes

done_testing
