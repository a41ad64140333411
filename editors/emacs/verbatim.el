;;; verbatim.el --- Exact phrase and proximity search -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: GPL-2.0-or-later

;; Author: The Verbatim developers
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: matching, tools

;;; Commentary:

;; Verbatim finds exact wording in large piles of text: phrases, words near
;; each other, quotations that several documents share.  This package asks its
;; daemon, verbatim-queryd, over the daemon's socket:
;;
;;   M-x verbatim-search          matches of a query, in a buffer like grep's
;;   M-x verbatim-search-region   the text of the region, as a phrase
;;   M-x verbatim-search-word     the word at point
;;   M-x verbatim-trace-region    who else carries the words of the region
;;   M-x verbatim-trace-buffer    who else carries the words of the buffer
;;   M-x verbatim-live            a search while you type
;;   M-x verbatim-stop            stops what runs
;;   M-x verbatim-check           says whether all is there that is needed
;;
;; `next-error' and all keys of `grep-mode' work in the buffer of matches.  In
;; texts, words of the index are completed and M-? searches after
;;
;;   (add-hook 'text-mode-hook #'verbatim-setup)
;;
;; Nothing waits for an answer: rows are shown as they come, a new search
;; cancels the one before, and when the daemon is restarted it is found again.

;;; Code:

(require 'cl-lib)
(require 'compile)
(require 'json)
(require 'subr-x)
(require 'thingatpt)
(require 'xref)

(defgroup verbatim nil
  "Exact phrase and proximity search."
  :group 'matching
  :prefix "verbatim-")

(defcustom verbatim-socket nil
  "Where the daemon is: \"unix:PATH\", \"HOST:PORT\" or \"[IPV6]:PORT\".
When nil, where it listens when it is told nothing: verbatim.sock in
$XDG_RUNTIME_DIR, or in verbatim-UID in the temporary folder."
  :type '(choice (const :tag "Default socket" nil) string))

(defcustom verbatim-limit 10000
  "Rows that are fetched at most.
A daemon allows 100000 unless told otherwise."
  :type 'natnum)

(defcustom verbatim-live-limit 200
  "Rows that `verbatim-live' shows while you type."
  :type 'natnum)

(defcustom verbatim-debounce 0.08
  "Seconds that must pass after a key before `verbatim-live' asks."
  :type 'number)

(defcustom verbatim-patience 3
  "Seconds in which a daemon that went away, or is too busy, is asked again."
  :type 'number)

(defcustom verbatim-timeout 1
  "Seconds that completion and xref wait for an answer."
  :type 'number)

(defcustom verbatim-trace-run 4
  "Words in unbroken succession that a traced passage must have."
  :type 'natnum)

(defcustom verbatim-trace-coverage 0
  "Per cent of the traced text that a passage must share."
  :type 'natnum)

(defvar verbatim-history nil
  "Queries that were asked.")

;;;; Where the daemon is

(defun verbatim--address ()
  "The address of the daemon, as it is written."
  (or verbatim-socket
      (concat "unix:"
              (let ((runtime (getenv "XDG_RUNTIME_DIR"))
                    (tmp (getenv "TMPDIR")))
                (if (and runtime (string-prefix-p "/" runtime))
                    (concat runtime "/verbatim.sock")
                  (format "%s/verbatim-%d/verbatim.sock"
                          (if (and tmp (string-prefix-p "/" tmp)) tmp "/tmp")
                          (user-uid)))))))

(defun verbatim--connection (address)
  "ADDRESS as arguments of `make-network-process'."
  (cond ((string-match "\\`\\(?:unix:\\)?\\([/~].*\\)\\'" address)
         (list :family 'local
               :service (expand-file-name (match-string 1 address))))
        ((string-match "\\`\\(?:\\[\\(.+\\)\\]\\|\\([^:]+\\)\\):\\([0-9]+\\)\\'"
                       address)
         (list :host (or (match-string 1 address) (match-string 2 address))
               :service (string-to-number (match-string 3 address))))
        ((user-error "%s: unix:PATH, HOST:PORT or [IPV6]:PORT is needed"
                     address))))

;;;; Requests and replies

;; One connection, made when it is needed.  Replies come in the order of the
;; requests.  What came is kept in the buffer of the process and worked off in
;; slices of some milliseconds, so that a large reply leaves Emacs to its user.

(defconst verbatim--slice 0.02
  "Seconds of work on a reply before Emacs has its turn.")

(defconst verbatim--garbage (* 16 1024 1024)
  "Bytes that a slice of work may leave before they are collected.")

(defconst verbatim--rows-at-once 100
  "Rows that are handed over together.")

(cl-defstruct (verbatim--request (:copier nil))
  "What was asked.
ROWS is called with lists of rows, as often as needed; then DONE with a plist
about how it ended: (:ok t :rows N :KEY VALUE ...) or (:ok nil :code N
:message TEXT :KEY VALUE ...).  When the connection goes away before that, LOST
is called instead.  None is called once DROPPED is set."
  tag rows done lost status over dropped)

(defvar verbatim--process nil "The connection.")
(defvar verbatim--process-address nil "Where it goes.")
(defvar verbatim--waiting nil "Requests without an answer, the oldest first.")
(defvar verbatim--answered nil "The request whose rows come now.")
(defvar verbatim--rows-left 0 "Rows that are still to come for it.")
(defvar verbatim--tags 0 "The number of the last tag.")
(defvar verbatim--timer nil "The timer of the next slice of work.")
(defvar verbatim--working nil "Non-nil inside a slice of work.")
(defvar verbatim--was-connected nil
  "Non-nil when there was a daemon, so that it may come back.")

(defun verbatim--disconnect ()
  "End the connection."
  (when verbatim--process
    (let ((process verbatim--process))
      (verbatim--closed)
      (set-process-sentinel process #'ignore)
      (delete-process process)
      (when (buffer-live-p (process-buffer process))
        (kill-buffer (process-buffer process))))))

(defun verbatim--connect ()
  "Make a connection unless there is one; return nil when nobody answers."
  (let ((address (verbatim--address)))
    (unless (and (process-live-p verbatim--process)
                 (equal address verbatim--process-address))
      (verbatim--disconnect)
      (let ((where (verbatim--connection address))
            (process-adaptive-read-buffering nil))
        (when (setq verbatim--process
                    (ignore-errors
                      (apply #'make-network-process
                             :name "verbatim" :noquery t :coding 'utf-8-unix
                             :buffer (generate-new-buffer " *verbatim-daemon*")
                             :filter #'verbatim--filter
                             :sentinel #'verbatim--sentinel where)))
          (with-current-buffer (process-buffer verbatim--process)
            (buffer-disable-undo))
          (setq verbatim--process-address address
                verbatim--was-connected t)
          (verbatim--send (list "set format json")))))
    verbatim--process))

(defun verbatim--send (lines &optional request)
  "Send LINES; the last one is REQUEST.  Return nil when that failed."
  (let ((text nil))
    (dolist (line lines)
      (let ((one (if (and request (eq line (car (last lines))))
                     request
                   (make-verbatim--request))))
        (setf (verbatim--request-tag one)
              (format "@%d" (cl-incf verbatim--tags)))
        (push (concat (verbatim--request-tag one) " " line "\n") text)
        (setq verbatim--waiting (nconc verbatim--waiting (list one)))))
    (condition-case nil
        (progn
          (process-send-string verbatim--process
                               (apply #'concat (nreverse text)))
          t)
      (error
       (when request (setf (verbatim--request-dropped request) t))
       (verbatim--disconnect)
       nil))))

(cl-defun verbatim--ask (settings line &key rows done lost)
  "Send SETTINGS, a list of requests, and LINE.
ROWS, DONE and LOST are those of the struct `verbatim--request', which is
returned, or nil when there is no connection."
  (let ((request (make-verbatim--request :rows rows :done done :lost lost)))
    (and (verbatim--connect)
         (verbatim--send (append settings (list line)) request)
         request)))

(defun verbatim--drop (request)
  "Forget REQUEST and ask the daemon to do so."
  (when (and request (not (verbatim--request-over request)))
    (setf (verbatim--request-dropped request) t)
    (when (process-live-p verbatim--process)
      (verbatim--send (list "cancel")))))

(defun verbatim--call (request function &rest arguments)
  "Call FUNCTION of REQUEST with ARGUMENTS, unless it was dropped."
  (when (and function (not (verbatim--request-dropped request)))
    (apply function arguments)))

(defun verbatim--filter (process text)
  "Keep TEXT, which PROCESS has sent, and work on it."
  (when (buffer-live-p (process-buffer process))
    (with-current-buffer (process-buffer process)
      (save-excursion
        (goto-char (point-max))
        (insert text)))
    (when (and (eq process verbatim--process) (not verbatim--timer))
      (verbatim--work))))

(defun verbatim--work (&optional _)
  "Work off what has come, for a slice of time."
  (when (timerp verbatim--timer)
    (cancel-timer verbatim--timer))
  (setq verbatim--timer nil)
  (when (and verbatim--process (not verbatim--working))
    (let ((process verbatim--process)
          (end (+ (float-time) verbatim--slice))
          (gc-cons-threshold (max gc-cons-threshold verbatim--garbage))
          (verbatim--working t))
      (unwind-protect
          (while (and (verbatim--take process)
                      (eq process verbatim--process)
                      (< (float-time) end)
                      (not (input-pending-p))))
        (when (and (eq process verbatim--process)
                   (verbatim--line-end process))
          (setq verbatim--timer
                (run-with-timer 0.001 nil #'verbatim--work)))))))

(defun verbatim--line-end (process)
  "The position behind the first line that PROCESS has sent, or nil."
  (with-current-buffer (process-buffer process)
    (save-excursion
      (goto-char (point-min))
      (and (search-forward "\n" nil t) (point)))))

(defun verbatim--take (process)
  "Take a status line or some rows that PROCESS has sent; nil: there is none."
  (when (verbatim--line-end process)
    (if (> verbatim--rows-left 0)
        (verbatim--take-rows process)
      (verbatim--take-status process))
    t))

(defun verbatim--take-status (process)
  "Take a status line that PROCESS has sent."
  (let ((line (with-current-buffer (process-buffer process)
                (delete-and-extract-region (point-min)
                                           (verbatim--line-end process))))
        (request (pop verbatim--waiting)))
    (when request
      (let ((status (verbatim--status (substring line 0 -1) request)))
        (setf (verbatim--request-status request) status)
        (setq verbatim--answered request
              verbatim--rows-left (or (plist-get status :rows) 0))
        (when (= verbatim--rows-left 0)
          (verbatim--finish))))))

(defun verbatim--take-rows (process)
  "Take some rows that PROCESS has sent.
Those that nobody wants any more are passed over."
  (let* ((request verbatim--answered)
         (wanted (and (verbatim--request-rows request)
                      (not (verbatim--request-dropped request))))
         (most (if wanted
                   (min verbatim--rows-left verbatim--rows-at-once)
                 verbatim--rows-left))
         (n 0)
         (rows nil))
    (with-current-buffer (process-buffer process)
      (goto-char (point-min))
      (let ((start (point)))
        (while (and (< n most) (search-forward "\n" nil t))
          (when wanted
            (save-excursion
              (goto-char start)
              (push (verbatim--parse) rows)))
          (setq start (point))
          (cl-incf n))
        (delete-region (point-min) start)))
    (cl-decf verbatim--rows-left n)
    (when wanted
      (verbatim--call request (verbatim--request-rows request)
                      (nreverse rows)))
    (when (and (eq request verbatim--answered) (= verbatim--rows-left 0))
      (verbatim--finish))))

(defun verbatim--parse ()
  "The JSON object at point, as a plist with vectors."
  (if (fboundp 'json-parse-buffer)
      (json-parse-buffer :object-type 'plist :array-type 'array
                         :null-object nil :false-object nil)
    (let ((json-object-type 'plist) (json-array-type 'vector))
      (json-read))))

(defun verbatim--finish ()
  "The answer is whole."
  (let ((request verbatim--answered))
    (setq verbatim--answered nil)
    (setf (verbatim--request-over request) t)
    (verbatim--call request (verbatim--request-done request)
                    (verbatim--request-status request))))

(defun verbatim--status (line request)
  "The status LINE in answer to REQUEST, as a plist."
  (let ((head (concat "\\`" (verbatim--request-tag request) " ")))
    (cond ((string-match (concat head "OK \\([0-9]+\\)\\(.*\\)\\'") line)
           (append (list :ok t :rows (string-to-number (match-string 1 line)))
                   (verbatim--keys (match-string 2 line))))
          ((string-match (concat head "ERR \\([0-9]+\\) \\([^ ]+\\) "
                                 "\\(\\(?:\\(?:column\\|offset\\)=[0-9]+ \\)*\\)"
                                 "\\(.*\\)\\'")
                         line)
           (append (list :ok nil :code (string-to-number (match-string 1 line))
                         :message (match-string 4 line))
                   (verbatim--keys (match-string 3 line))))
          ((list :ok nil :code 0
                 :message "what answers is no verbatim-queryd")))))

(defun verbatim--keys (text)
  "The KEY=VALUE words of TEXT as a plist."
  (cl-loop for word in (split-string text " " t)
           for at = (cl-position ?= word)
           when at
           append (list (intern (concat ":" (substring word 0 at)))
                        (substring word (1+ at)))))

(defun verbatim--sentinel (process _)
  "PROCESS has ended."
  (when (eq process verbatim--process)
    (verbatim--disconnect)))

(defun verbatim--closed ()
  "Nothing more comes from the connection."
  (let ((lost (append (and verbatim--answered (list verbatim--answered))
                      verbatim--waiting)))
    (when (timerp verbatim--timer)
      (cancel-timer verbatim--timer))
    (setq verbatim--process nil verbatim--answered nil verbatim--waiting nil
          verbatim--rows-left 0 verbatim--timer nil)
    (dolist (request lost)
      (setf (verbatim--request-over request) t)
      (verbatim--call request (verbatim--request-lost request)))))

(defun verbatim--ask-and-wait (settings line)
  "The rows of the reply to LINE after SETTINGS.
Those that come within `verbatim-timeout' seconds; signals what the daemon
complains of."
  (let* ((rows nil) (over nil) (complaint nil)
         (end (+ (float-time) verbatim-timeout))
         (request (verbatim--ask
                   settings line
                   :rows (lambda (some) (setq rows (nconc rows some)))
                   :done (lambda (status)
                           (setq over t
                                 complaint (plist-get status :message)))
                   :lost (lambda () (setq over t)))))
    (unless request
      (user-error "No daemon answers on %s" (verbatim--address)))
    (while (and (not over) (< (float-time) end))
      (accept-process-output verbatim--process 0.02)
      (verbatim--work))
    (unless over
      (verbatim--drop request))
    (when complaint
      (user-error "%s" complaint))
    rows))

;;;; Places

;; A place is a vector of file, line and column.  Many are kept: those of one
;; file share its name.

(defvar verbatim--last-file "" "The file of the last place.")

(defun verbatim--place (row)
  "The place of ROW."
  (let* ((bytes (plist-get row :abspath_b64))
         (file (cond ((equal (plist-get row :source) "text")
                      (verbatim--text-name (plist-get row :path)))
                     (bytes
                      (decode-coding-string
                       (base64-decode-string bytes)
                       (or file-name-coding-system
                           default-file-name-coding-system 'utf-8)))
                     ((plist-get row :abspath)))))
    (unless (equal file verbatim--last-file)
      (setq verbatim--last-file file))
    (vector verbatim--last-file (plist-get row :line)
            (plist-get row :column))))

(defun verbatim--position (line column)
  "The position in this buffer of the byte COLUMN of LINE, both from 1.
Columns count bytes of UTF-8, and so does Emacs inside."
  (save-restriction
    (widen)
    (save-excursion
      (goto-char (point-min))
      ;; Where carriage returns are shown as line breaks, they are none in the
      ;; index.
      (unless (eq (coding-system-eol-type buffer-file-coding-system) 2)
        (forward-line (1- line)))
      (let ((mark (if (and (bobp) (eq (char-after) #xfeff)) 3 0)))
        (or (byte-to-position (+ (position-bytes (point)) mark (1- column)))
            (point-max))))))

(defun verbatim--go (place)
  "Move point to PLACE, which is in the file of this buffer."
  (let ((position (verbatim--position (aref place 1) (aref place 2))))
    (when (and (buffer-narrowed-p)
               (not (<= (point-min) position (point-max))))
      (widen))
    (goto-char position)))

;;;; Documents whose places are in no file

;; Mail, or what a filter made of a PDF, has lines of its own, which only the
;; daemon has.  Such a document has a name that begins with `verbatim--scheme'
;; and is read through a file name handler, so that all of Emacs can visit it.
;; What the name ends in hides what the path ends in: the text is no PDF.

(defconst verbatim--scheme "/verbatim:" "How names of texts begin.")
(defconst verbatim--ending " (text)" "How names of texts end.")
(defconst verbatim--text-timeout 10 "Seconds to wait for a text.")

(defun verbatim--text-name (path)
  "The name under which the text of the document PATH is visited."
  (concat verbatim--scheme path verbatim--ending))

(defun verbatim--insert-text (name &optional visit _begin _end replace)
  "Insert the text called NAME; VISIT and REPLACE: see `insert-file-contents'."
  (let* ((verbatim-timeout verbatim--text-timeout)
         (path (string-remove-suffix
                verbatim--ending (string-remove-prefix verbatim--scheme name)))
         (rows (verbatim--ask-and-wait nil (concat "text " path)))
         (inhibit-read-only t)
         (start (point)))
    (when replace
      (erase-buffer))
    (save-excursion
      (dolist (row rows)
        (insert (plist-get row :text) "\n"))
      (setq start (- (point) start)))
    (setq buffer-file-coding-system 'utf-8-unix)
    (when visit
      (setq buffer-file-name name)
      (set-visited-file-modtime (current-time))
      (set-buffer-modified-p nil))
    (list name start)))

(defun verbatim--text-handler (operation &rest arguments)
  "Do OPERATION on the name of a text, the first of ARGUMENTS."
  (let ((name (car arguments)))
    (pcase operation
      ('insert-file-contents (apply #'verbatim--insert-text arguments))
      ((or 'file-exists-p 'file-readable-p 'file-regular-p
           'verify-visited-file-modtime)
       t)
      ((or 'file-attributes 'file-directory-p 'file-locked-p 'file-modes
           'file-newer-than-file-p 'file-remote-p 'file-symlink-p
           'file-writable-p 'lock-file 'make-auto-save-file-name
           'set-visited-file-modtime 'unlock-file 'vc-registered)
       nil)
      ((or 'abbreviate-file-name 'expand-file-name 'file-truename) name)
      ;; One name in no folder, whatever slashes are in it.
      ('file-name-directory "/")
      ('file-name-nondirectory (substring name 1))
      ((or 'write-region 'delete-file 'rename-file 'copy-file)
       (user-error "%s is a text of the index, not a file" name))
      (_ (let ((inhibit-file-name-handlers
                (cons #'verbatim--text-handler
                      (and (eq inhibit-file-name-operation operation)
                           inhibit-file-name-handlers)))
               (inhibit-file-name-operation operation))
           (apply operation arguments))))))

(add-to-list 'file-name-handler-alist
             (cons (concat "\\`" verbatim--scheme "\\(?:.\\|\n\\)*"
                           (regexp-quote verbatim--ending) "\\'")
                   #'verbatim--text-handler))

;;;; The buffer of matches

(defvar-local verbatim--query nil "The query whose matches are shown here.")
(defvar-local verbatim--traced nil
  "When passages are shown here: text, file and line, see `verbatim--trace'.")
(defvar-local verbatim--said nil "How far it is, for the header line.")

(defvar verbatim-mode-map
  (let ((map (make-sparse-keymap)))
    (set-keymap-parent map compilation-minor-mode-map)
    (define-key map "n" #'next-error-no-select)
    (define-key map "p" #'previous-error-no-select)
    (define-key map "s" #'verbatim-search)
    (define-key map [remap kill-compilation] #'verbatim-stop)
    (define-key map [remap recompile] #'revert-buffer)
    map)
  "Keys of `verbatim-mode'.")

(define-derived-mode verbatim-mode compilation-mode "Verbatim"
  "Major mode for the matches of a Verbatim query.
\\{verbatim-mode-map}"
  (setq-local compilation-error-regexp-alist
              '(("^\\(.*?\\):\\([0-9]+\\):\\([0-9]+\\):"
                 verbatim--compilation-file verbatim--compilation-line
                 verbatim--compilation-column)))
  (setq-local compilation-mode-font-lock-keywords nil)
  (setq-local compilation-error-face 'compilation-info)
  (setq-local next-error-function #'verbatim--next-error)
  (setq-local revert-buffer-function
              (lambda (&rest _)
                (if verbatim--traced
                    (apply #'verbatim--trace verbatim--traced)
                  (verbatim-search verbatim--query))))
  (setq-local mode-line-process nil)
  (setq-local truncate-lines t)
  (setq-local header-line-format
              '("" verbatim--query (verbatim--said ("   " verbatim--said))))
  (buffer-disable-undo))

(defun verbatim--place-here (i)
  "Element I of the place on the line where a regexp has matched last."
  (let ((place (get-text-property (match-beginning 0) 'verbatim-place)))
    (and place (aref place i))))

(defun verbatim--compilation-file ()
  "The file of a line, for `compilation-error-regexp-alist'."
  (verbatim--place-here 0))

(defun verbatim--compilation-line ()
  "The line number of a line, for `compilation-error-regexp-alist'."
  (verbatim--place-here 1))

(defun verbatim--compilation-column ()
  "The column of a line, for `compilation-error-regexp-alist'.
It is in bytes, which only tells the matches of one line apart."
  (verbatim--place-here 2))

(defun verbatim--next-error (n &optional reset)
  "Go to the Nth match from here, or from the first one with RESET.
Compilation mode finds the line; the byte is found here."
  (let ((matches (current-buffer)))
    (compilation-next-error-function n reset)
    (let ((place (with-current-buffer matches
                   (get-text-property
                    (save-excursion
                      (goto-char compilation-current-error)
                      (line-beginning-position))
                    'verbatim-place))))
      (when place
        (verbatim--go place)
        (let ((window (get-buffer-window (current-buffer) 0)))
          (when window
            (set-window-point window (point))))))))

(defun verbatim--insert (row)
  "Insert ROW as a line."
  (let ((start (point)) text)
    (insert (format "%s:%d:%d:" (plist-get row :path) (plist-get row :line)
                    (plist-get row :column)))
    (setq text (position-bytes (point)))
    (insert (plist-get row :text) "\n")
    (mapc (lambda (span)
            (put-text-property (byte-to-position (+ text (aref span 0)))
                               (byte-to-position (+ text (aref span 1)))
                               'font-lock-face 'match))
          (plist-get row :spans))
    (put-text-property start (1+ start) 'verbatim-place (verbatim--place row))))

(defun verbatim--insert-rows (buffer rows)
  "Insert ROWS at the end of BUFFER."
  (with-current-buffer buffer
    (let ((inhibit-read-only t))
      (save-excursion
        (goto-char (point-max))
        (mapc #'verbatim--insert rows)))))

(defun verbatim--clear (query &optional traced)
  "Empty this buffer for the matches of QUERY, or the passages of TRACED."
  (let ((inhibit-read-only t)
        (directory default-directory))
    (erase-buffer)
    ;; Compilation mode takes the first message to be behind the first line.
    (insert (if traced "Passages, the best first." "Matches, best documents first.")
            "  RET: visit, n p: show, g: ask again, s: ask something else\n")
    (verbatim-mode)
    (setq default-directory directory
          verbatim--query query
          verbatim--traced traced
          verbatim--said "…")))

;;;; Searching

(cl-defstruct (verbatim--search (:copier nil))
  "A search: its BUFFER is emptied when the first rows come.
TRACED is nil or what `verbatim--traced' says; ITSELF counts the rows that are
the very place that is traced, BESIDE others of its file."
  query buffer limit page quiet began filled request timer traced
  (itself 0) (beside 0))

(defvar verbatim--search nil "The search that runs.")

(defun verbatim--end-search ()
  "End the running search, if there is one."
  (let ((search verbatim--search))
    (setq verbatim--search nil)
    (when search
      (when (timerp (verbatim--search-timer search))
        (cancel-timer (verbatim--search-timer search)))
      (verbatim--drop (verbatim--search-request search)))))

(defun verbatim--start (search)
  "Start SEARCH, and end the one before."
  (verbatim--end-search)
  (setf (verbatim--search-began search) (float-time))
  (setq verbatim--search search)
  (verbatim--try search))

(defun verbatim--try (search)
  "Ask what SEARCH is about."
  (when (eq search verbatim--search)
    (setf (verbatim--search-filled search) nil
          (verbatim--search-itself search) 0
          (verbatim--search-beside search) 0)
    (unless
        (setf (verbatim--search-request search)
              (verbatim--ask
               (verbatim--settings search)
               (verbatim--line search)
               :rows (lambda (rows) (verbatim--add search rows))
               :done (lambda (status) (verbatim--done search status))
               :lost (lambda () (verbatim--again search))))
      (verbatim--again search))))

(defun verbatim--settings (search)
  "The settings that SEARCH needs, as requests."
  (cons (format "set limit %d" (verbatim--search-limit search))
        (if (verbatim--search-traced search)
            (list (format "set trace-run %d" verbatim-trace-run)
                  (format "set trace-coverage %d" verbatim-trace-coverage))
          (list (if (verbatim--search-page search)
                    "set count page"
                  "set count exact")))))

(defun verbatim--line (search)
  "The request that SEARCH is.
The line break that ends every request is the last byte of a traced text."
  (let ((text (car (verbatim--search-traced search))))
    (if text
        (format "trace-bytes %d\n%s"
                (1+ (length (encode-coding-string text 'utf-8-unix))) text)
      (concat "search " (verbatim--search-query search)))))

(defun verbatim--again (search)
  "Try SEARCH again soon: the daemon is gone, or too busy."
  (if (or (not verbatim--was-connected)
          (> (- (float-time) (verbatim--search-began search))
             verbatim-patience))
      (verbatim--fail search (format "no daemon answers on %s; start one: %s"
                                     (verbatim--address)
                                     "verbatim-queryd --index DIR"))
    (setf (verbatim--search-timer search)
          (run-with-timer 0.1 nil #'verbatim--try search))))

(defun verbatim--fill (search rows)
  "Show ROWS of SEARCH."
  (let ((buffer (verbatim--search-buffer search)))
    (when (buffer-live-p buffer)
      (unless (verbatim--search-filled search)
        (with-current-buffer buffer
          (verbatim--clear (verbatim--search-query search)
                           (verbatim--search-traced search)))
        (setf (verbatim--search-filled search) t))
      (verbatim--insert-rows buffer rows))))

(defun verbatim--add (search rows)
  "Show ROWS of SEARCH, unless their buffer was killed meanwhile."
  (if (buffer-live-p (verbatim--search-buffer search))
      (verbatim--fill search (verbatim--others search rows))
    (verbatim--end-search)))

(defun verbatim--others (search rows)
  "ROWS without those that are the very place that SEARCH traces."
  (pcase-let ((`(,_ ,file ,line) (verbatim--search-traced search)))
    (if (null file)
        rows
      (cl-remove-if
       (lambda (row)
         (when (verbatim--same-file (aref (verbatim--place row) 0) file)
           (let ((itself (= (plist-get row :line)
                            (+ line -1 (plist-get (plist-get row :passage)
                                                  :line)))))
             (if itself
                 (cl-incf (verbatim--search-itself search))
               (cl-incf (verbatim--search-beside search)))
             itself)))
       rows))))

(defun verbatim--same-file (name file)
  "Whether NAME is that of FILE, a true name."
  (and (equal (file-name-nondirectory name) (file-name-nondirectory file))
       (equal (file-truename name) file)))

(defun verbatim--say (search text)
  "Show TEXT above the matches of SEARCH, and in the echo area."
  (when (buffer-live-p (verbatim--search-buffer search))
    (with-current-buffer (verbatim--search-buffer search)
      (setq verbatim--said text)
      (force-mode-line-update)))
  (unless (verbatim--search-quiet search)
    (message "Verbatim: %s" text)))

(defun verbatim--done (search status)
  "SEARCH has ended with STATUS."
  (cond ((plist-get status :ok)
         (setq verbatim--search nil)
         (verbatim--fill search nil)
         (verbatim--say search (if (verbatim--search-traced search)
                                   (verbatim--summary-of-trace search status)
                                 (verbatim--summary status "match" "matches"))))
        ((eql (plist-get status :code) 503)
         (verbatim--again search))
        ((verbatim--fail search (verbatim--complaint search status)))))

(defun verbatim--fail (search text)
  "End SEARCH, which has failed because of TEXT."
  (setq verbatim--search nil)
  (unless (verbatim--search-quiet search)
    (verbatim--fill search nil))
  (verbatim--say search text))

(defun verbatim--complaint (search status)
  "What STATUS has against the query of SEARCH."
  (let ((column (plist-get status :column)))
    (if column
        (format "%s (column %s of: %s)" (plist-get status :message) column
                (verbatim--search-query search))
      (plist-get status :message))))

(defun verbatim--many (count one more)
  "COUNT, a string, with the word ONE or MORE."
  (concat count " " (if (equal count "1") one more)))

(defun verbatim--summary-of-trace (search status)
  "The same for STATUS of SEARCH; the place that is traced is in no number."
  (let* ((itself (verbatim--search-itself search))
         (docs (- (string-to-number (plist-get status :docs))
                  (if (and (> itself 0)
                           (= (verbatim--search-beside search) 0))
                      1
                    0)))
         (matches (- (string-to-number (plist-get status :matches)) itself))
         (plus (if (string-suffix-p "+" (plist-get status :docs)) "+" "")))
    (if (= docs 0)
        "nobody else has these words"
      (verbatim--summary (list :docs (format "%d%s" docs plus)
                               :matches (format "%d%s" matches plus)
                               :rows (- (plist-get status :rows) itself)
                               :complete (plist-get status :complete))
                         "passage" "passages"))))

(defun verbatim--summary (status one more)
  "The numbers of matches and documents in STATUS, for people.
Matches are called ONE or MORE."
  (let ((matches (plist-get status :matches)) (docs (plist-get status :docs))
        (rows (plist-get status :rows)))
    (if (equal docs "0")
        "no matches"
      (concat (if (< rows (string-to-number matches))
                  (format "the first %d of " rows)
                "")
              (verbatim--many matches one more) " in "
              (verbatim--many docs "document" "documents")
              (if (equal (plist-get status :complete) "timeout")
                  "; the time for a search was up"
                "")))))

;;;; Queries

(defun verbatim-quote (text)
  "Return TEXT as a phrase for a query."
  (let* ((text (replace-regexp-in-string "\r\n" " " text t t))
         (text (replace-regexp-in-string "[\0-\x1f\x7f]" " " text t t))
         (text (string-trim text " +" " +")))
    (concat "\""
            (replace-regexp-in-string "\\.\\.+\\|[\"*?|~\\…]" "\\\\\\&" text t)
            "\"")))

(defun verbatim--word-bounds ()
  "Where the letters and digits around point begin and end."
  (save-excursion
    (let ((end (progn (skip-chars-forward "[:alnum:]") (point)))
          (start (progn (skip-chars-backward "[:alnum:]") (point))))
      (cons start end))))

(defun verbatim--default-query ()
  "What is likely to be asked: the region, or the word at point."
  (let ((bounds (verbatim--word-bounds)))
    (cond ((use-region-p)
           (verbatim-quote (buffer-substring-no-properties
                            (region-beginning) (region-end))))
          ((< (car bounds) (cdr bounds))
           (buffer-substring-no-properties (car bounds) (cdr bounds))))))

(defvar verbatim--minibuffer-map
  (let ((map (make-sparse-keymap)))
    (set-keymap-parent map minibuffer-local-map)
    (define-key map "\t" #'completion-at-point)
    map)
  "Keys while a query is read.")

(defun verbatim--setup-minibuffer ()
  "Complete words of the index in the minibuffer."
  (add-hook 'completion-at-point-functions #'verbatim-completion-at-point
            nil t))

(defun verbatim--read (default)
  "Read a query; DEFAULT is taken when nothing is typed."
  (minibuffer-with-setup-hook #'verbatim--setup-minibuffer
    (read-from-minibuffer
     (if default (format "Verbatim (default %s): " default) "Verbatim: ")
     nil verbatim--minibuffer-map nil 'verbatim-history default)))

(defun verbatim--matches ()
  "The buffer of matches."
  (get-buffer-create "*verbatim*"))

;;;###autoload
(defun verbatim-search (query)
  "Show the matches of QUERY in a buffer for `next-error'.
When called interactively, the default is the text of the region as a phrase,
or the word at point."
  (interactive (let ((default (verbatim--default-query)))
                 (list (let ((query (verbatim--read default)))
                         (if (string-blank-p query) (or default "") query)))))
  (when (string-blank-p query)
    (user-error "A query is missing"))
  (verbatim--show (make-verbatim--search :query (verbatim--one-line query))))

(defun verbatim--one-line (text)
  "TEXT without control characters."
  (replace-regexp-in-string "[\0-\x1f\x7f]" " " text t t))

(defun verbatim--show (search)
  "Start SEARCH, with its matches in a window."
  (let ((buffer (verbatim--matches)))
    (with-current-buffer buffer
      (unless (derived-mode-p 'verbatim-mode)
        (verbatim--clear (verbatim--search-query search)))
      (setq verbatim--said "…"))
    (setf (verbatim--search-buffer search) buffer
          (verbatim--search-limit search) verbatim-limit)
    (verbatim--start search)
    (display-buffer buffer)
    (setq next-error-last-buffer buffer)))

;;;###autoload
(defun verbatim-search-region (start end)
  "Search for the text between START and END, as a phrase."
  (interactive "r")
  (let ((text (buffer-substring-no-properties start end)))
    (when (string-blank-p text)
      (user-error "The region is empty"))
    (deactivate-mark)
    (verbatim-search (verbatim-quote text))))

;;;###autoload
(defun verbatim-search-word ()
  "Search for the word at point."
  (interactive)
  (let ((bounds (verbatim--word-bounds)))
    (when (= (car bounds) (cdr bounds))
      (user-error "There is no word at point"))
    (verbatim-search (verbatim-quote (buffer-substring-no-properties
                                      (car bounds) (cdr bounds))))))

(defun verbatim--trace (text file line)
  "Show who shares wording with TEXT, which is in FILE at LINE; both may be nil."
  (when (string-blank-p text)
    (user-error "There is no text"))
  (verbatim--show
   (make-verbatim--search
    :query (concat "trace: " (truncate-string-to-width
                              (verbatim--one-line text) 60 nil nil "…"))
    :traced (list text file line))))

;;;###autoload
(defun verbatim-trace-region (start end)
  "Show who shares wording with the text between START and END.
Passages of documents that carry it, verbatim or nearly, the best first; the
place itself is left out."
  (interactive "r")
  (deactivate-mark)
  (verbatim--trace (buffer-substring-no-properties start end)
                   (and buffer-file-name (file-truename buffer-file-name))
                   (line-number-at-pos start t)))

;;;###autoload
(defun verbatim-trace-buffer ()
  "Show who shares wording with the text of this buffer.
See `verbatim-trace-region'."
  (interactive)
  (verbatim-trace-region (point-min) (point-max)))

;;;###autoload
(defun verbatim-stop ()
  "Stop the running search; rows that came stay."
  (interactive)
  (let ((search verbatim--search))
    (verbatim--end-search)
    (when search
      (verbatim--say search "stopped"))))

;;;; Searching while a query is typed

(defvar verbatim--live-query nil "What `verbatim-live' asked last.")
(defvar verbatim--live-timer nil "What waits for the next key.")

(defun verbatim--live-ask (query)
  "Show the first matches of QUERY.
One that is only half typed may be no query yet: then those of before stay."
  (unless (or (string-blank-p query) (equal query verbatim--live-query))
    (setq verbatim--live-query query)
    (verbatim--start (make-verbatim--search
                      :query query :buffer (verbatim--matches) :page t :quiet t
                      :limit verbatim-live-limit))))

(defun verbatim--live-typed ()
  "Ask, when no key follows soon."
  (when (timerp verbatim--live-timer)
    (cancel-timer verbatim--live-timer))
  (let ((query (minibuffer-contents-no-properties)))
    (unless (equal query verbatim--live-query)
      (setq verbatim--live-timer
            (run-with-timer verbatim-debounce nil
                            #'verbatim--live-ask query)))))

(defun verbatim--live-move (n)
  "Show the Nth match from the one that was shown last."
  (let ((window (minibuffer-selected-window)))
    (when (window-live-p window)
      (with-selected-window window
        (setq next-error-last-buffer (verbatim--matches))
        (with-demoted-errors "%S"
          (next-error-no-select n))))))

(defun verbatim-live-next ()
  "Show the next match while a query is typed."
  (interactive)
  (verbatim--live-move 1))

(defun verbatim-live-previous ()
  "Show the match before while a query is typed."
  (interactive)
  (verbatim--live-move -1))

(defvar verbatim-live-map
  (let ((map (make-sparse-keymap)))
    (set-keymap-parent map verbatim--minibuffer-map)
    (define-key map (kbd "<down>") #'verbatim-live-next)
    (define-key map (kbd "<up>") #'verbatim-live-previous)
    (define-key map (kbd "C-n") #'verbatim-live-next)
    (define-key map (kbd "C-p") #'verbatim-live-previous)
    map)
  "Keys of `verbatim-live'.")

(defun verbatim--live-setup ()
  "Follow what is typed in the minibuffer."
  (verbatim--setup-minibuffer)
  (add-hook 'post-command-hook #'verbatim--live-typed nil t))

;;;###autoload
(defun verbatim-live (&optional initial)
  "Search while a query is typed, beginning with INITIAL.
The first matches follow at every key.  Down and up show them in their files,
RET keeps all matches, \\[abort-recursive-edit] goes back to what was shown."
  (interactive (list (and (use-region-p) (verbatim--default-query))))
  (let ((windows (current-window-configuration))
        (query nil))
    (setq verbatim--live-query nil)
    (with-current-buffer (verbatim--matches)
      (verbatim--clear ""))
    (display-buffer (verbatim--matches))
    (unwind-protect
        (setq query (minibuffer-with-setup-hook #'verbatim--live-setup
                      (read-from-minibuffer "Verbatim: " initial
                                            verbatim-live-map nil
                                            'verbatim-history)))
      (when (timerp verbatim--live-timer)
        (cancel-timer verbatim--live-timer))
      (when (or (null query) (string-blank-p query))
        (verbatim--end-search)
        (set-window-configuration windows)))
    (unless (string-blank-p query)
      (verbatim-search query)
      (pop-to-buffer (verbatim--matches)))))

;;;; Words of the index

(defun verbatim--words (prefix)
  "Words of the index that begin with PREFIX, most frequent first."
  (unless (string-empty-p prefix)
    (mapcar (lambda (row) (plist-get row :word))
            (verbatim--ask-and-wait (list "set limit 100")
                                    (concat "words " prefix)))))

(defun verbatim--like (word prefix)
  "WORD, which the index has in lower case, in the case of PREFIX."
  (cond ((not (string-prefix-p (downcase prefix) word)) word)
        ((and (> (length prefix) 1) (equal prefix (upcase prefix))
              (not (equal prefix (downcase prefix))))
         (upcase word))
        ((concat prefix (substring word (length prefix))))))

(defun verbatim--complete (prefix)
  "What PREFIX may become; nothing when no daemon answers."
  (mapcar (lambda (word) (verbatim--like word prefix))
          (condition-case nil
              (verbatim--words prefix)
            (user-error nil))))

;;;###autoload
(defun verbatim-completion-at-point ()
  "Complete the word before point from the index.
For `completion-at-point-functions'."
  (let ((start (save-excursion (skip-chars-backward "[:alnum:]") (point))))
    (when (< start (point))
      (list start (point) (completion-table-dynamic #'verbatim--complete)
            :exclusive 'no))))

;;;; Xref

(cl-defstruct (verbatim--location (:copier nil))
  "A place for xref, and the path of its document."
  path place)

(cl-defmethod xref-location-group ((location verbatim--location))
  "The document of LOCATION."
  (verbatim--location-path location))

(cl-defmethod xref-location-line ((location verbatim--location))
  "The line of LOCATION."
  (aref (verbatim--location-place location) 1))

(cl-defmethod xref-location-marker ((location verbatim--location))
  "The very place of LOCATION."
  (let ((place (verbatim--location-place location)))
    (with-current-buffer (find-file-noselect (aref place 0))
      (copy-marker (verbatim--position (aref place 1) (aref place 2))))))

(defun verbatim--xrefs (query)
  "Matches of QUERY for xref."
  (mapcar (lambda (row)
            (xref-make (plist-get row :text)
                       (make-verbatim--location
                        :path (plist-get row :path)
                        :place (verbatim--place row))))
          (verbatim--ask-and-wait
           (list "set limit 1000" "set count page")
           (concat "search " query))))

;;;###autoload
(defun verbatim-xref-backend ()
  "Find words and queries in the index.  For `xref-backend-functions'."
  'verbatim)

(cl-defmethod xref-backend-identifier-at-point ((_backend (eql verbatim)))
  "The word at point."
  (let ((bounds (verbatim--word-bounds)))
    (and (< (car bounds) (cdr bounds))
         (buffer-substring-no-properties (car bounds) (cdr bounds)))))

(cl-defmethod xref-backend-identifier-completion-table
  ((_backend (eql verbatim)))
  "Words of the index."
  (completion-table-dynamic #'verbatim--complete))

(cl-defmethod xref-backend-definitions ((_backend (eql verbatim)) identifier)
  "Where IDENTIFIER is in a title."
  (verbatim--xrefs (concat "title:" (verbatim-quote identifier))))

(cl-defmethod xref-backend-references ((_backend (eql verbatim)) identifier)
  "Where IDENTIFIER is."
  (verbatim--xrefs (verbatim-quote identifier)))

(cl-defmethod xref-backend-apropos ((_backend (eql verbatim)) pattern)
  "The matches of PATTERN, a query."
  (verbatim--xrefs pattern))

;;;###autoload
(defun verbatim-setup ()
  "Complete words of the index, and find them with xref, in this buffer."
  (add-hook 'completion-at-point-functions #'verbatim-completion-at-point
            nil t)
  (add-hook 'xref-backend-functions #'verbatim-xref-backend nil t))

;;;; Whether all is there

;;;###autoload
(defun verbatim-check ()
  "Say whether a daemon answers, and what is in its index."
  (interactive)
  (verbatim--disconnect)
  (let ((info (car (verbatim--ask-and-wait nil "info"))))
    (message "Verbatim: %s answers: %s documents, %s words, generation %s"
             (verbatim--address) (plist-get info :documents)
             (plist-get info :words) (plist-get info :generation))))

(provide 'verbatim)
;;; verbatim.el ends here
