;;; eglot.el --- What a user of Emacs and eglot does  -*- lexical-binding: t -*-
;; emacs --batch -l SETUP -l eglot.el, in the project's folder; SETUP is the documented set-up.

(require 'eglot)
(require 'flymake)

(setq eglot-sync-connect 150
      eglot-connect-timeout 150)

(defun gs-eventually (what holds)
  "Wait until HOLDS gives something; fail with WHAT."
  (let ((end (+ (float-time) 150)) found)
    (while (not (setq found (funcall holds)))
      (when (> (float-time) end)
        (message "FAIL %s did not happen" what)
        (kill-emacs 1))
      (sleep-for 0.1)
      ;; What idle timers do, which do not run in batch mode.
      (when (eglot-current-server) (eglot--signal-textDocument/didChange))
      (when flymake-mode (flymake-start)))
    found))

(defun gs-findings ()
  "The codes of the findings, from their texts."
  (let (codes)
    (dolist (item (flymake-diagnostics))
      (when (string-match "GS[0-9]+" (flymake-diagnostic-text item))
        (push (match-string 0 (flymake-diagnostic-text item)) codes)))
    codes))

(defun gs-actions ()
  "The quick fixes at the finding."
  (goto-char (point-min))
  (search-forward "len(value")
  (append (eglot-code-actions (- (point) 3) (point)) nil))

(defun gs-action (pattern)
  "Run the quick fix whose title matches PATTERN."
  (let ((action (seq-find (lambda (item) (string-match pattern (plist-get item :title))) (gs-actions))))
    (unless action
      (message "FAIL no action %s" pattern)
      (kill-emacs 1))
    (eglot-execute (eglot-current-server) action)))

(find-file "mean.py")
(python-mode)
;; `M-x eglot' asks nothing here; `eglot-ensure' would wait for a command loop, which batch mode has not.
(apply #'eglot (eglot--guess-contact))
(gs-eventually "the connection" #'eglot-current-server)
(gs-eventually "the finding" (lambda () (equal (gs-findings) '("GS102"))))
(message "ok   the finding is shown")

(let ((eglot-confirm-server-edits nil))
  (gs-action "on this line"))
(gs-eventually "the comment" (lambda () (string-search "groundstate: ignore[GS102]" (buffer-string))))
(gs-eventually "silence" (lambda () (null (gs-findings))))
(message "ok   the ignore action silences the line")
(erase-buffer)
(insert "def mean(values):\n    return sum(values) / len(value)\n")
(gs-eventually "the finding again" (lambda () (equal (gs-findings) '("GS102"))))
(message "ok   typing brings the finding back")

(setq-default eglot-workspace-configuration '(:groundstate (:ignore ["GS102"])))
(eglot-signal-didChangeConfiguration (eglot-current-server))
(gs-eventually "silence by settings" (lambda () (null (gs-findings))))
(setq-default eglot-workspace-configuration '(:groundstate (:ignore [])))
(eglot-signal-didChangeConfiguration (eglot-current-server))
(gs-eventually "the finding after settings" (lambda () (equal (gs-findings) '("GS102"))))
(message "ok   settings change without a restart")

(let ((server (eglot-current-server)))
  (signal-process (jsonrpc--process server) 'SIGKILL)
  (gs-eventually "the end of the server" (lambda () (not (jsonrpc-running-p server))))
  (eglot-reconnect server)
  (gs-eventually "another connection" (lambda () (not (eq server (eglot-current-server))))))
(gs-eventually "the finding after the restart" (lambda () (equal (gs-findings) '("GS102"))))
(message "ok   a killed server is started again")

(let ((eglot-confirm-server-edits nil))
  (gs-action "by .values"))
(gs-eventually "the repair" (lambda () (string-search "len(values)" (buffer-string))))
(gs-eventually "nothing found" (lambda () (null (gs-findings))))
(save-buffer)
(message "ok   the quick fix changes the text")
(kill-emacs 0)
