// The entry of the extension: starts the server and registers the commands.

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

/** Revise the function at the cursor for another objective than a repair. */
async function improve(running: Server, objective: string): Promise<unknown> {
  const at = cursor();
  return at && running.call('reloc.revise', at.uri, at.line, at.version, { objective });
}

/** Store the API key of a model server in VS Code's secret store, and restart the server with it. */
async function setApiKey(context: vscode.ExtensionContext, running: Server): Promise<void> {
  const prompt = 'The API key of your model server. It is kept in the secret store. Leave the field empty to remove the key.';
  const key = await vscode.window.showInputBox({ prompt, password: true, ignoreFocusOut: true });
  if (key === undefined) {
    return;
  }
  await (key === '' ? context.secrets.delete('reloc.apiKey') : context.secrets.store('reloc.apiKey', key));
  await running.restart();
}
