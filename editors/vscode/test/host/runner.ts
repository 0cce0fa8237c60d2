// Runs tests inside VS Code's extension host (the module for `extensionTestsPath`).

import * as path from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';

/** The `run` function for VS Code: runs the tests that `define` defines and writes their report beside the workspace. */
export function runs(define: () => void): () => Promise<void> {
  return () => {
    const output = path.join(workspace(), '..', 'report.json');
    const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, reporter: 'json', reporterOptions: { output } });
    mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
    define();
    return new Promise((resolve, reject) => {
      mocha.run((failures) => {
        if (failures > 0) {
          reject(new Error(`${String(failures)} tests failed`));
        } else {
          resolve();
        }
      });
    });
  };
}

export function workspace(): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder === undefined) {
    throw new Error('no folder is open');
  }
  return folder;
}
