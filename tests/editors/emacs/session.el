;;; session.el --- A real Emacs with eglot: choose the code action, answer the question, save  -*- lexical-binding: t -*-
;;
;; emacs --batch -l session.el FILE ANSWER

(require 'package)
(package-initialize)
(require 'eglot)
(require 'project)

(setq eglot-confirm-server-initiated-edits nil
      eglot-autoshutdown t
      make-backup-files nil
      last-nonmenu-event t) ; a key, so that choices are read and no menu pops up

(defvar questions nil "The questions of the server, the latest first.")

(defun choose (answer)
  "Return a `completing-read' that picks the code action, and then ANSWER."
  (lambda (prompt collection &rest _)
    (let ((titles (all-completions "" collection)))
      (push (format "%s %s" prompt titles) questions)
      (cond ((member "Revise with ReLoc" titles) "Revise with ReLoc")
            ((member answer titles) answer)
            (t (error "%s is not among %s" answer titles))))))

(defun wait (seconds holds what)
  "Process output until HOLDS returns non-nil; fail after SECONDS with the name WHAT."
  (let ((limit (+ (float-time) seconds)))
    (while (not (funcall holds))
      (when (> (float-time) limit)
        (error "Timeout while waiting for %s; questions so far: %S" what questions))
      (accept-process-output nil 0.1))))

(let* ((file (pop command-line-args-left))
       (answer (pop command-line-args-left)))
  (find-file file)
  (let ((before (buffer-string)))
    (eglot '(python-mode) (cons 'transient default-directory) 'eglot-lsp-server '("reloc-lsp" "--stdio") "python")
    (wait 60 (lambda () (and (eglot-current-server) eglot--managed-mode)) "the server")
    (goto-char (point-min))
    (cl-letf (((symbol-function 'completing-read) (choose answer)))
      (eglot-code-actions (point) (line-end-position) nil t)
      (wait 120 (lambda () (cl-some (lambda (asked) (string-match-p answer asked)) questions)) "the question")
      (if (equal answer "Apply")
          (wait 30 (lambda () (not (equal (buffer-string) before))) "the edit")
        (ignore-errors (wait 1 #'ignore "an edit that must not come"))))
    (save-buffer)
    (princ (mapconcat #'identity (reverse questions) "\n"))
    (eglot-shutdown (eglot-current-server))))
