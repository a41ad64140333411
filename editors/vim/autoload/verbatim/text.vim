" autoload/verbatim/text.vim - documents whose places are in no file (mail, what a filter made): a buffer
" verbatim://PATH that holds the text as it was indexed. Governed by doc/verbatim.txt.
" SPDX-License-Identifier: GPL-2.0-or-later

let s:patience = 10
let s:scheme = 'verbatim://'

" What to call the buffer of a document, whose path is as rows show it.
function! verbatim#text#name(path) abort
  return s:scheme .. a:path
endfunction

" Fills the buffer that is being read. It waits for the daemon.
function! verbatim#text#read(name) abort
  try
    let answer = verbatim#client#wait([], 'text ' .. a:name[len(s:scheme) :], s:patience)
  catch /^verbatim: /
    call verbatim#list#warn(v:exception[10:])
    return
  endtry
  let status = get(answer, 'status', {})
  if get(status, 'ok', 0)
    call s:fill(map(answer.rows, 'v:val.text'))
  else
    call verbatim#list#warn(get(status, 'message', 'no daemon answers on ' .. verbatim#address#get().name))
  endif
endfunction

function! s:fill(lines) abort
  setlocal modifiable noreadonly undolevels=-1
  silent keepjumps %delete _
  call setline(1, a:lines)
  setlocal buftype=nowrite noswapfile nomodified nomodifiable readonly undolevels<
endfunction
