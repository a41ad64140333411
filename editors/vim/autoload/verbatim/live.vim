" autoload/verbatim/live.vim - a search at every stroke: the query is typed in the command line, the quickfix list
" follows. Each stroke cancels the search before it. Governed by doc/verbatim.txt.
" SPDX-License-Identifier: GPL-2.0-or-later

let s:live = {}

function! verbatim#live#start(initial) abort
  let window = win_getid()
  let opened = getqflist({'winid': 0}).winid
  let s:live = {'query': '', 'timer': 0, 'before': getqflist({'nr': 0}).nr}
  call setqflist([], ' ', {'nr': '$', 'title': 'Verbatim'})
  let s:live.id = getqflist({'nr': '$', 'id': 0}).id
  call s:ask(a:initial)
  augroup verbatim_live
    autocmd!
    autocmd CmdlineChanged @ call s:typed()
  augroup END
  try
    let query = input('Verbatim: ', a:initial, 'customlist,verbatim#words#cmdline')
  catch /^Vim:Interrupt$/
    let query = ''
  finally
    autocmd! verbatim_live
    call timer_stop(s:live.timer)
  endtry
  if query =~# '\S'
    call s:accept(query)
  else
    call s:abandon(window, opened)
  endif
endfunction

function! s:typed() abort
  call timer_stop(s:live.timer)
  let query = getcmdline()
  let s:live.timer = timer_start(get(g:, 'verbatim_debounce', 80), {-> s:ask(query)})
endfunction

" A query that is only half typed may be no query yet: what was found before stays until it is one.
function! s:ask(query) abort
  if a:query ==# s:live.query || a:query !~# '\S'
    return
  endif
  let s:live.query = a:query
  call verbatim#list#search(a:query, {'id': s:live.id, 'limit': get(g:, 'verbatim_live_limit', 200), 'page': 1,
        \ 'quiet': 1, 'changed': {-> execute('redraw', '')}})
endfunction

" The whole answer, and the cursor in its window.
function! s:accept(query) abort
  call verbatim#list#search(a:query, {'id': s:live.id})
  let window = getqflist({'winid': 0}).winid
  if window
    call win_gotoid(window)
  endif
endfunction

" Back to the list of before.
function! s:abandon(window, opened) abort
  call verbatim#list#stop_quietly()
  if !a:opened
    cclose
  endif
  if s:live.before > 0
    silent execute s:live.before .. 'chistory'
  endif
  call win_gotoid(a:window)
  redraw
endfunction
