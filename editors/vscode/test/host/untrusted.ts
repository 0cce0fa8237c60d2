// In a workspace that the user does not trust the extension is not active.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { runs } from './runner';
import { extension, open, server } from './window';

export const run = runs(() => {
  describe('ReLoc in a window that does not trust its workspace', () => {
    it('is not active and has no commands', async () => {
      assert.equal(vscode.workspace.isTrusted, false);
      await open('ranges.py');
      assert.notEqual(extension()?.isActive, true);
      const commands = await vscode.commands.getCommands(true);
      assert.deepEqual(commands.filter((command) => command.startsWith('reloc.')), []);
      assert.equal(server(), undefined);
    });
  });
});
