" autoload/verbatim/health.vim - whether all is there that the plugin needs, for :VerbatimHealth and Neovim's
" :checkhealth. SPDX-License-Identifier: GPL-2.0-or-later

function! verbatim#health#show() abort
  for [level, text] in verbatim#health#report()
    execute 'echohl' {'ok': 'None', 'warn': 'WarningMsg', 'error': 'ErrorMsg'}[level]
    echomsg printf('%-5s %s', level, text)
    echohl None
  endfor
endfunction

" [[level, text] ...], where level is ok, warn or error.
function! verbatim#health#report() abort
  return [s:editor()] + s:daemon()
endfunction

function! s:editor() abort
  if has('nvim')
    return has('nvim-0.7') ? ['ok', 'Neovim is new enough'] : ['error', 'Neovim 0.7 or newer is needed']
  elseif !has('patch-8.2.4684')
    return ['error', 'Vim 9.0 or newer is needed']
  elseif !has('channel') || !has('timers') || !has('quickfix')
    return ['error', 'Vim lacks +channel, +timers or +quickfix: install one with more features (vim-nox, say)']
  endif
  return ['ok', 'Vim is new enough and has +channel, +timers and +quickfix']
endfunction

function! s:daemon() abort
  try
    let name = verbatim#address#get().name
    call verbatim#client#disconnect()
    let rows = verbatim#client#wait([], 'info', 3).rows
  catch /^verbatim: /
    return [['error', v:exception[10:]]]
  endtry
  if empty(rows)
    return [['error', 'no daemon answers on ' .. name .. '; see :help verbatim-daemon']]
  endif
  let info = rows[0]
  let found = [['ok', 'a daemon answers on ' .. name],
        \ ['ok', printf('its index: %d documents, %d words, generation %d, published %s', info.documents, info.words,
        \ info.generation, info.published)]]
  return found + (info.documents == 0 ? [['warn', 'the index is empty: verbatim-indexer fills it']] : [])
endfunction
