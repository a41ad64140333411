" plugin/verbatim.vim - the commands of Verbatim, for Vim 9 and Neovim; what they do is loaded when first used.
" Governed by doc/verbatim.txt. SPDX-License-Identifier: GPL-2.0-or-later
if exists('g:loaded_verbatim') || &compatible
  finish
endif
let g:loaded_verbatim = 1

command! -nargs=1 -complete=customlist,verbatim#words#cmdline Verbatim call verbatim#search(<q-args>)
command! -bar VerbatimWord call verbatim#word()
command! -bar -range VerbatimSelection call verbatim#selection()
command! -nargs=? -complete=customlist,verbatim#words#cmdline VerbatimLive call verbatim#live#start(<q-args>)
command! -nargs=? -range=% VerbatimTrace call verbatim#trace(<q-args>, <line1>, <line2>)
command! -bar VerbatimStop call verbatim#stop()
command! -bar VerbatimHealth call verbatim#health#show()

nnoremap <silent> <Plug>(verbatim-word) :<C-U>call verbatim#word()<CR>
xnoremap <silent> <Plug>(verbatim-selection) :<C-U>call verbatim#selection()<CR>
xnoremap <silent> <Plug>(verbatim-trace) :VerbatimTrace<CR>
nnoremap <silent> <Plug>(verbatim-live) :<C-U>call verbatim#live#start('')<CR>

augroup verbatim_text
  autocmd!
  autocmd BufReadCmd verbatim://* ++nested call verbatim#text#read(expand('<amatch>'))
augroup END
