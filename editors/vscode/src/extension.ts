// ReLoc in VS Code: starts the server and says what its commands do here.

import * as vscode from 'vscode';
import { cursor } from './cursor';
import { Server } from './server';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const channel = vscode.window.createOutputChannel('ReLoc', { log: true });
  const running = new Server(context, channel);
  server = running;
  const command = (name: string, run: () => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`reloc.${name}`, run);
  context.subscriptions.push(
    running,
    command('restart', () => running.restart()),
    command('showLogs', () => {
      channel.show();
    }),
    command('reviseFile', () => {
      const at = cursor();
      return at && running.call('reloc.revise', at.uri);
    }),
    command('simplify', () => improve(running, 'simplify')),
    command('speedUp', () => improve(running, 'speed-up')),
    command('instruct', () => improve(running, 'instruct')),
    command('setApiKey', () => setApiKey(context, running)),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration('reloc.server')) {
        await running.restart();
      }
    }),
  );
  await running.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Make the function at the cursor better, if its tests pass. */
async function improve(running: Server, objective: string): Promise<unknown> {
  const at = cursor();
  return at && running.call('reloc.revise', at.uri, at.line, at.version, { objective });
}

/** Keep the key of a model server in the editor's secret store, and give it to a new server. */
async function setApiKey(context: vscode.ExtensionContext, running: Server): Promise<void> {
  const prompt = 'The key of your model server; it is kept in the secret store. Empty: forget the key.';
  const key = await vscode.window.showInputBox({ prompt, password: true, ignoreFocusOut: true });
  if (key === undefined) {
    return;
  }
  await (key === '' ? context.secrets.delete('reloc.apiKey') : context.secrets.store('reloc.apiKey', key));
  await running.restart();
}
