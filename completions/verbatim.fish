# verbatim.fish - completion of verbatim(1) for fish: commands and options as --help has them, words and paths from the
# index. SPDX-License-Identifier: GPL-2.0-or-later

# Asks the index or the daemon that the line names.
function __verbatim_ask
    set -l line (commandline -opc)
    set -l from
    for i in (seq 2 (count $line))
        switch $line[$i]
            case --index --socket
                set from $line[$i] (string replace -r '^~/' "$HOME/" -- $line[(math $i + 1)])
            case '--index=*' '--socket=*'
                set from (string replace -r '=~/' "=$HOME/" -- $line[$i])
        end
    end
    command verbatim $argv $from -n 100 2>/dev/null
end

# The token at the cursor without the quote that opens it.
function __verbatim_token
    string replace -r '^["\']' '' -- (commandline -ct)
end

# The last word of a query; what stands before it stays.
function __verbatim_words
    string match -q -- '-*' (commandline -ct); and return
    set -l token (__verbatim_token)
    set -l word (string match -r '[\p{L}\p{M}\p{N}]+$' -- $token)
    test -n "$word"; or return
    set -l head (string sub -l (math (string length -- $token) - (string length -- $word)) -- $token)
    __verbatim_ask words $word | while read -l -d \t found documents occurrences
        printf '%s%s\t%s documents\n' "$head" $found $documents
    end
end

function __verbatim_paths
    __verbatim_ask docs "path:\""(__verbatim_token)"**\"" | string replace -r '^[^\t]*\t[^\t]*\t([^\t]*)\t(.*)' '$1\t$2'
end

for line in (command verbatim --help 2>/dev/null)
    if set -l part (string match -r '^  ([a-z]+) [^ ]* *(?:\[[^]]*\])? *(.*)$' -- $line)
        complete -c verbatim -f -n __fish_use_subcommand -a $part[2] -d $part[3]
    else if set -l part (string match -r '^  -?([a-zA-Z]?),? *--([a-z-]+) ?([A-Z]*) +(.*)$' -- $line)
        set -l more
        test -n "$part[2]"; and set -a more -s $part[2]
        test -n "$part[4]"; and set -a more -x
        complete -c verbatim -l $part[3] -d $part[5] $more
    end
end
complete -c verbatim -l index -x -a '(__fish_complete_directories)'
complete -c verbatim -l color -x -a 'auto always never'
complete -c verbatim -f -n '__fish_seen_subcommand_from search docs count explain words' -a '(__verbatim_words)'
complete -c verbatim -f -n '__fish_seen_subcommand_from text' -a '(__verbatim_paths)'
