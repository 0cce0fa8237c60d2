// The server process: started with the first Python file, restarted on request. One runs at a time.

import * as path from 'node:path';
import * as vscode from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type ServerOptions,
  State,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { middleware } from './middleware';
import { Page } from './page';
import { SearchProgress } from './progress';
import type { Proposal } from './proposals';
import { serverInterpreter } from './python';
import { ProposalView } from './view';

/** The experimental capabilities: this client displays proposals itself and asks the user for instructions. */
const CAPABILITIES: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    const experimental = (capabilities.experimental ?? {}) as Record<string, unknown>;
    capabilities.experimental = { ...experimental, reloc: { proposals: true, input: true } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};

/** The params of `reloc/instruction`. */
interface InstructionParams {
  readonly uri: string;
  readonly where: string | number;
  readonly version: number | null;
  readonly prompt: string;
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private changing: Promise<void> = Promise.resolve();
  private pending = false;
  private readonly view = new ProposalView((command, ...args) => this.call(command, ...args));
  private readonly page = new Page();
  private readonly progress = new SearchProgress(
    (token) => void this.client?.sendNotification('window/workDoneProgress/cancel', { token }),
    (running) => {
      this.status.busy = running > 0;
    },
  );
  private readonly status: vscode.LanguageStatusItem;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly channel: vscode.LogOutputChannel,
  ) {
    this.status = vscode.languages.createLanguageStatusItem('reloc', { language: 'python' });
    this.status.name = 'ReLoc';
    this.status.command = { title: 'Show Logs', command: 'reloc.showLogs' };
  }

  /** Start or restart the server. Calls before a pending restart begins are merged into it. */
  restart(): Promise<void> {
    if (!this.pending) {
      this.pending = true;
      this.changing = this.changing.then(async () => {
        this.pending = false;
        await this.stop();
        await this.start();
      });
    }
    return this.changing;
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose(3000);
    } catch (error) {
      this.channel.error(`The server did not end by itself. ${String(error)}`);
    }
  }

  /** Run a command of the server. */
  async call(command: string, ...args: unknown[]): Promise<unknown> {
    if (this.client === undefined) {
      throw new Error('ReLoc: the server is not running. The command "ReLoc: Restart Server" starts it.');
    }
    return this.client.sendRequest('workspace/executeCommand', { command, arguments: args });
  }

  dispose(): void {
    this.view.dispose();
    this.page.dispose();
    this.status.dispose();
    this.channel.dispose();
  }

  private async start(): Promise<void> {
    try {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      const python = await serverInterpreter(folder);
      const client = new LanguageClient('reloc', 'ReLoc', await this.program(python, folder), this.options());
      client.registerFeature(CAPABILITIES);
      client.onNotification('reloc/proposal', (proposal: Proposal) => void this.view.received(proposal));
      client.onNotification('reloc/proposalClosed', ({ id }: { id: string }) => void this.view.closed(id));
      client.onNotification('reloc/instruction', (params: InstructionParams) => void this.instruct(params));
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Stopped) {
          this.progress.dispose();
          this.view.serverEnded();
        }
      });
      this.client = client;
      await client.start();
      this.status.text = 'ReLoc';
      this.status.detail = python;
      this.status.severity = vscode.LanguageStatusSeverity.Information;
    } catch (error) {
      // Not awaited: the next start may come before the user closes the message.
      void this.failed(error instanceof Error ? error.message : String(error));
    }
  }

  private async failed(message: string): Promise<void> {
    this.channel.error(message);
    this.status.text = 'ReLoc is not running';
    this.status.severity = vscode.LanguageStatusSeverity.Error;
    if ((await vscode.window.showErrorMessage(message, 'Show Logs')) !== undefined) {
      this.channel.show();
    }
  }

  private async program(python: string, folder: vscode.Uri | undefined): Promise<ServerOptions> {
    const settings = vscode.workspace.getConfiguration('reloc.server', folder);
    const env: NodeJS.ProcessEnv = { ...process.env };
    if (settings.get('importStrategy') === 'useBundled') {
      env['PYTHONPATH'] = [this.context.asAbsolutePath(path.join('bundled', 'libs')), env['PYTHONPATH']]
        .filter(Boolean)
        .join(path.delimiter);
    }
    const key = await this.context.secrets.get('reloc.apiKey');
    if (key !== undefined) {
      env[vscode.workspace.getConfiguration('reloc.model').get('keyVariable', 'RELOC_API_KEY')] = key;
    }
    const args = ['-m', 'reloc_lsp', 'server', '--stdio'];
    return { command: python, args, options: { env } };
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: 'file', language: 'python' }],
      outputChannel: this.channel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      middleware: middleware(this.progress, this.page),
    };
  }

  /** Ask the user for the instruction that the server requests, and begin the search with it. */
  private async instruct(params: InstructionParams): Promise<void> {
    const instruction = await vscode.window.showInputBox({ prompt: params.prompt, ignoreFocusOut: true });
    if (instruction !== undefined && instruction.trim() !== '') {
      const objective = { objective: 'instruct', instruction };
      await this.call('reloc.revise', params.uri, params.where, params.version, objective);
    }
  }
}
