" autoload/verbatim.vim - what the commands do: a query from the command line, from the word under the cursor or from
" the selection. Governed by doc/verbatim.txt. SPDX-License-Identifier: GPL-2.0-or-later

function! verbatim#search(query) abort
  call verbatim#list#search(a:query, {})
endfunction

function! verbatim#stop() abort
  call verbatim#list#stop()
endfunction

function! verbatim#word() abort
  call s:phrase(expand('<cword>'), 'there is no word under the cursor')
endfunction

function! verbatim#selection() abort
  call s:phrase(s:selected(), 'nothing is selected')
endfunction

" Who else carries these words: those given, or those of a range; of one that is the last selection, what was selected.
function! verbatim#trace(text, first, last) abort
  if a:text =~# '\S'
    call verbatim#list#trace(a:text, {})
    return
  endif
  let selection = a:first == line("'<") && a:last == line("'>") && visualmode() !=# 'V'
  let text = selection ? s:selected() : join(getline(a:first, a:last), "\n")
  if text =~# '\S'
    call verbatim#list#trace(text, {'file': resolve(expand('%:p')), 'line': a:first})
  else
    call verbatim#list#warn('there is no text')
  endif
endfunction

" Text as a phrase that finds it; the rule is that of doc/protocol.md, "Searching for text that was copied".
function! verbatim#quote(text) abort
  let text = substitute(a:text, '\r\n', ' ', 'g')
  let text = substitute(text, '[\x01-\x1f\x7f]', ' ', 'g')
  let text = substitute(text, '^ \+\| \+$', '', 'g')
  return '"' .. substitute(text, '\.\.\+\|["*?|~\\…]', '\\&', 'g') .. '"'
endfunction

" What an omnifunc is; see |complete-functions|.
function! verbatim#complete(findstart, base) abort
  return a:findstart ? verbatim#words#start() : verbatim#words#matches(a:base)
endfunction

" For a 'statusline': what goes on, or nothing.
function! verbatim#status() abort
  return verbatim#list#busy() ? 'verbatim …' : ''
endfunction

function! s:phrase(text, missing) abort
  if a:text !~# '\S'
    call verbatim#list#warn(a:missing)
    return
  endif
  call verbatim#search(verbatim#quote(a:text))
endfunction

" The text of the last selection. Registers are left as they were.
function! s:selected() abort
  let [unnamed, z, view] = [getreginfo('"'), getreginfo('z'), winsaveview()]
  try
    noautocmd silent keepjumps normal! gv"zy
    return getreg('z')
  finally
    call setreg('z', z)
    call setreg('"', unnamed)
    call winrestview(view)
  endtry
endfunction
