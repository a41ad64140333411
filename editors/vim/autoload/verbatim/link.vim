" autoload/verbatim/link.vim - one connection, as Vim makes it (a channel) or Neovim (a socket): bytes there, pieces of
" lines back. It knows no protocol. SPDX-License-Identifier: GPL-2.0-or-later

" Opens address (address.vim). on_pieces is given what came, split at line breaks: the first piece goes on where the
" last one of the time before ended. on_close is told once, unless verbatim#link#close() came first. Returns a link, or
" {} when nobody answers.
function! verbatim#link#open(address, on_pieces, on_close) abort
  let link = {'address': a:address, 'pieces': a:on_pieces, 'closed': a:on_close, 'open': 1}
  return has('nvim') ? s:nvim_open(link) : s:vim_open(link)
endfunction

" Whether the text could be handed over.
function! verbatim#link#send(link, text) abort
  try
    if has('nvim')
      return chansend(a:link.id, a:text) > 0
    endif
    call ch_sendraw(a:link.id, a:text)
    return ch_status(a:link.id) ==# 'open'
  catch
    return 0
  endtry
endfunction

function! verbatim#link#close(link) abort
  let a:link.open = 0
  try
    if has('nvim')
      call chanclose(a:link.id)
    else
      call ch_close(a:link.id)
    endif
  catch
  endtry
endfunction

" ---- Vim ----

function! s:vim_open(link) abort
  let address = a:link.address
  let name = address.kind ==# 'unix' ? 'unix:' .. address.path : address.host .. ':' .. address.port
  let options = {'mode': 'raw', 'callback': function('s:vim_pieces', [a:link]),
        \ 'close_cb': function('s:vim_closed', [a:link])}
  if address.kind !=# 'unix'
    let options.waittime = 2000
  endif
  try
    let a:link.id = ch_open(name, options)
    return ch_status(a:link.id) ==# 'open' ? a:link : {}
  catch /^Vim\%((\a\+)\)\=:E\%(898\|901\|902\|903\)/
    return {}
  endtry
endfunction

function! s:vim_pieces(link, channel, text) abort
  if a:link.open
    call a:link.pieces(split(a:text, "\n", 1))
  endif
endfunction

function! s:vim_closed(link, channel) abort
  call s:closed(a:link)
endfunction

" ---- Neovim ----

function! s:nvim_open(link) abort
  let address = a:link.address
  let [mode, name] = address.kind ==# 'unix' ? ['pipe', address.path] :
        \ ['tcp', substitute(address.host, '[][]', '', 'g') .. ':' .. address.port]
  try
    let a:link.id = sockconnect(mode, name, {'on_data': function('s:nvim_pieces', [a:link])})
    return a:link.id > 0 ? a:link : {}
  catch
    return {}
  endtry
endfunction

function! s:nvim_pieces(link, id, pieces, event) abort
  if a:pieces ==# ['']
    call s:closed(a:link)
  elseif a:link.open
    call a:link.pieces(a:pieces)
  endif
endfunction

" ---- both ----

function! s:closed(link) abort
  if a:link.open
    let a:link.open = 0
    call a:link.closed()
  endif
endfunction
