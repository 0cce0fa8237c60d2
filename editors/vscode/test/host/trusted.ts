// The extension in a window: it starts, passes settings to the server, and restarts it without losing a proposal.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { runs } from './runner';
import { extension, open, proposals, server, until } from './window';

/** The key that `host.mjs` types into the input box. */
const KEY = 'a-key-that-nobody-may-read';

async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('reloc').update(name, value, vscode.ConfigurationTarget.Workspace);
}

async function restarted(pid: number): Promise<number> {
  const found = await until('another server', () => {
    const current = server();
    return current && current.pid !== pid && current;
  });
  return found.pid;
}

/** Search for a revision of `clamp`, and restart the server while its proposal is shown. */
async function proposalOfAnEndedServer(): Promise<vscode.TextDocument> {
  const { document } = await open('ranges.py');
  await vscode.commands.executeCommand('reloc.revise');
  await until('the proposal', () => proposals().includes('ReLoc: clamp: 0/2 → 2/2 tests'));
  await vscode.commands.executeCommand('reloc.restart');
  assert.equal(proposals().length, 1, 'the proposal is still shown');
  return document;
}

export const run = runs(() => {
  describe('ReLoc in a window that trusts its workspace', () => {
    it('begins with the first Python file', async () => {
      assert.equal(extension()?.isActive, false);
      await open('ranges.py');
      await until('the extension to begin', () => extension()?.isActive);
      assert.ok(server());
    });

    it('has every command that it declares', async () => {
      const { contributes } = extension()?.packageJSON as { contributes: { commands: { command: string }[] } };
      const declared = contributes.commands.map(({ command }) => command);
      await until('the commands', async () => {
        const there = await vscode.commands.getCommands(true);
        return declared.every((command) => there.includes(command));
      });
    });

    it('sends a changed setting to the running server', async () => {
      const before = server()?.pid;
      await set('budget.seconds', 7);
      await until('the setting', async () => {
        const text = await vscode.commands.executeCommand<string>('reloc.debugInformation');
        return text.includes('seconds=7');
      });
      assert.equal(server()?.pid, before);
      await set('budget.seconds', undefined);
    });

    it('restarts the server and ends the old process', async () => {
      const before = (await until('the server', server)).pid;
      await vscode.commands.executeCommand('reloc.restart');
      const now = await restarted(before);
      assert.throws(() => process.kill(before, 0), 'the old server runs on');
      assert.equal(server()?.pid, now);
    });

    it('runs again when an invalid setting is corrected', async () => {
      await set('server.interpreter', '/no/such/python');
      await until('the server to end', () => server() === undefined);
      await set('server.interpreter', undefined);
      await until('the server', server);
    });

    it('passes the key in the secret store to the server until it is removed', async () => {
      const before = (await until('the server', server)).pid;
      await vscode.commands.executeCommand('reloc.setApiKey');
      const withKey = await restarted(before);
      assert.equal(server()?.environment.get('RELOC_API_KEY'), KEY);
      await vscode.commands.executeCommand('reloc.restart');
      const still = await restarted(withKey);
      assert.equal(server()?.environment.get('RELOC_API_KEY'), KEY);
      await vscode.commands.executeCommand('reloc.setApiKey');
      await restarted(still);
      assert.equal(server()?.environment.get('RELOC_API_KEY'), undefined);
    });

    it('keeps a proposal on screen when the server is restarted: it can be discarded', async () => {
      const document = await proposalOfAnEndedServer();
      const before = document.getText();
      await vscode.commands.executeCommand('reloc.proposal.discard');
      await until('the view to close', () => proposals().length === 0);
      assert.equal(document.getText(), before);
    });

    it('keeps a proposal on screen when the server is restarted: it can be applied', async () => {
      const document = await proposalOfAnEndedServer();
      await vscode.commands.executeCommand('reloc.proposal.apply');
      await until('the view to close', () => proposals().length === 0);
      assert.ok(document.getText().includes('min(value, high)'), document.getText());
      assert.ok(document.isDirty, 'the file was written');
      await vscode.commands.executeCommand('undo');
      assert.ok(!document.getText().includes('min(value, high)'), 'one undo takes it back');
    });

    it('starts a new server after the old one was killed', async () => {
      const { pid } = await until('the server', server);
      process.kill(pid, 'SIGKILL');
      await restarted(pid);
      await open('ranges.py');
      await until('an answer', async () => {
        const text = await vscode.commands.executeCommand<string>('reloc.debugInformation').then((found) => found, () => '');
        return text.includes('reloc-lsp');
      });
    });
  });
});
