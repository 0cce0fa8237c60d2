// The interpreter that runs the server, and the project's own interpreter, which the Python extensions know.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { newEnough } from './settings';

const run = promisify(execFile);
const VERSION = 'import sys; print("%d.%d" % sys.version_info[:2])';

interface PythonEnvironments {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
}

interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: unknown): Promise<{ executable?: { uri?: vscode.Uri } } | undefined>;
  };
}

/** The interpreter that is chosen for a folder, if a Python extension knows it. */
export async function projectInterpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const environments = await api<PythonEnvironments>('ms-python.vscode-python-envs');
  const chosen = await environments?.getEnvironment(folder);
  if (chosen?.execInfo?.run?.executable !== undefined) {
    return chosen.execInfo.run.executable;
  }
  const python = await api<PythonExtension>('ms-python.python');
  const resolved = await python?.environments.resolveEnvironment(python.environments.getActiveEnvironmentPath(folder));
  return resolved?.executable?.uri?.fsPath;
}

/**
 * The Python that runs the server: that of the setting `reloc.server.interpreter`, else the first one that is new enough.
 * Throws an error for the user if there is none.
 */
export async function serverInterpreter(folder: vscode.Uri | undefined): Promise<string> {
  const setting = vscode.workspace.getConfiguration('reloc.server', folder).get<string | null>('interpreter');
  const candidates = setting ? [setting] : [await projectInterpreter(folder), 'python3', 'python', 'py'];
  for (const candidate of candidates) {
    if (candidate !== undefined && (await isSuitable(candidate))) {
      return candidate;
    }
  }
  const missing = setting ? `${setting} is not. Set another one` : 'none was found. Set one';
  throw new Error(`ReLoc needs Python 3.11 or later, but ${missing} in the setting reloc.server.interpreter.`);
}

async function isSuitable(python: string): Promise<boolean> {
  try {
    return newEnough((await run(python, ['-c', VERSION], { timeout: 10_000 })).stdout);
  } catch {
    return false;
  }
}

async function api<T>(id: string): Promise<T | undefined> {
  const extension = vscode.extensions.getExtension<T>(id);
  try {
    return await extension?.activate();
  } catch {
    return undefined; // An error of the other extension must not stop this one.
  }
}
