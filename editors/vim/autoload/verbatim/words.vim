" autoload/verbatim/words.vim - completing words from the index, in a buffer and in the command line. It waits for the
" daemon, but not for long. Governed by doc/verbatim.txt. SPDX-License-Identifier: GPL-2.0-or-later

let s:limit = 100

" What a word is made of, nearly: letters and digits. The daemon knows it exactly.
let s:word = '\%([0-9A-Za-z]\|[^\x00-\x7f\u00a0-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf'
      \ .. '\u2000-\u206f\u3000-\u303f]\)*$'

" Where the word in front of the cursor begins: a byte from 0, or -3 when there is none.
function! verbatim#words#start() abort
  let before = strpart(getline('.'), 0, col('.') - 1)
  let at = match(before, s:word)
  return at < len(before) ? at : -3
endfunction

function! verbatim#words#matches(base) abort
  return map(s:ask(a:base),
        \ {_, row -> {'word': s:like(row.word, a:base), 'menu': row.documents .. ' doc.', 'icase': 1}})
endfunction

" For the command line: the last word of what is typed there. The cursor is behind it.
function! verbatim#words#cmdline(lead, line, position) abort
  let at = match(a:lead, s:word)
  let base = strpart(a:lead, at)
  return base ==# '' ? [] : map(s:ask(base), {_, row -> strpart(a:lead, 0, at) .. s:like(row.word, base)})
endfunction

" A word of the index is folded; what was typed keeps its form where the two agree.
function! s:like(word, base) abort
  if stridx(a:word, tolower(a:base)) != 0
    return a:word
  endif
  let rest = strpart(a:word, len(a:base))
  return a:base .. (a:base =~# '^\u\u\+$' ? toupper(rest) : rest)
endfunction

" The rows of `words`, or none when no daemon answers in time.
function! s:ask(base) abort
  try
    let seconds = get(g:, 'verbatim_words_timeout', 1000) / 1000.0
    return verbatim#client#wait(['set limit ' .. s:limit], 'words ' .. a:base, seconds).rows
  catch /^verbatim: /
    return []
  endtry
endfunction
