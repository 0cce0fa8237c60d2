// The position of the cursor, which chooses the function for a command.

import * as vscode from 'vscode';

/** Document, line and version at the cursor. Outside of a Python file: a message to the user, and `undefined`. */
export function cursor(): { uri: string; line: number; version: number } | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'python') {
    void vscode.window.showInformationMessage('ReLoc: put the cursor on a function in a Python file first.');
    return undefined;
  }
  return { uri: editor.document.uri.toString(), line: editor.selection.active.line, version: editor.document.version };
}
