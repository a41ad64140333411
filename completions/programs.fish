# programs.fish - completion of verbatim-indexer(1) and verbatim-queryd(1) for fish: options as --help has them, and
# what they take. It completes for the program that the file is named after.
# SPDX-License-Identifier: GPL-2.0-or-later

# A path behind unix:, or how an address begins.
function __verbatim_address
    set -l token (commandline -ct)
    if string match -q 'unix:*' -- $token
        printf 'unix:%s\n' (__fish_complete_path (string replace unix: '' -- $token))
    else
        printf '%s\n' unix: localhost:
    end
end

set -l program (basename (status filename) .fish)
for line in (command $program --help 2>/dev/null)
    if set -l part (string match -r '^  --([a-z-]+) ?([A-Z]*) +(.*)$' -- $line)
        set -l more
        test -n "$part[3]"; and set more -x
        complete -c $program -l $part[2] -d $part[4] $more
    end
end
complete -c $program -l index -x -a '(__fish_complete_directories)'
switch $program
    case verbatim-indexer
        complete -c $program -l config -r -F
    case verbatim-queryd
        complete -c $program -f
        complete -c $program -l log -x -a 'error warn info debug'
        complete -c $program -l listen -x -a '(__verbatim_address)'
end
