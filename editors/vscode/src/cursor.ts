// Where the user is: the function that a command is meant for.

import * as vscode from 'vscode';

/** Document, line and version of the cursor; where it is in no Python file the user is told, and there is none. */
export function cursor(): { uri: string; line: number; version: number } | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'python') {
    void vscode.window.showInformationMessage('ReLoc: put the cursor on a function in a Python file first.');
    return undefined;
  }
  return { uri: editor.document.uri.toString(), line: editor.selection.active.line, version: editor.document.version };
}
