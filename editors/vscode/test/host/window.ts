// Helpers of the tests that run inside a window.

import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { workspace } from './runner';

export const extension = (): vscode.Extension<unknown> | undefined => vscode.extensions.getExtension('reloc-lsp.reloc');

/** Wait until `condition` returns a value; that value. */
export async function until<T>(what: string, condition: () => T | Promise<T>): Promise<Exclude<T, false | null | undefined>> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const value = await condition();
    if (value) {
      return value as Exclude<T, false | null | undefined>;
    }
  }
  throw new Error(`timeout while waiting for ${what}`);
}

/** Open a file of the workspace with the cursor at its beginning. */
export async function open(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(vscode.Uri.file(path.join(workspace(), name)), { selection: new vscode.Range(0, 0, 0, 0) });
}

/** The labels of the tabs that show proposals. */
export function proposals(): string[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.scheme === 'reloc-proposal').map((tab) => tab.label);
}

export interface Process {
  readonly pid: number;
  readonly environment: ReadonlyMap<string, string>;
}

/** The language server: the child of this extension host that runs it. */
export function server(): Process | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) {
    const stat = read(pid, 'stat');
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent === String(process.pid) && read(pid, 'cmdline').includes('reloc_lsp')) {
      const pairs = read(pid, 'environ').split('\0').map((pair) => pair.split(/=(.*)/s));
      return { pid, environment: new Map(pairs.map(([name, value]) => [name ?? '', value ?? ''])) };
    }
  }
  return undefined;
}

/** Empty once the process has ended. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
