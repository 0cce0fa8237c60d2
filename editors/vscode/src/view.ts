// A proposal as a diff with Apply, Next Alternative and Discard in its title bar.

import * as vscode from 'vscode';
import { partsOf, pathOf, type Proposal, Proposals, title } from './proposals';

export const SCHEME = 'reloc-proposal';

type Call = (command: string, ...words: unknown[]) => Promise<unknown>;

export class ProposalView implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly proposals = new Proposals();
  private readonly parts: vscode.Disposable[];

  /** `call` runs one of the server's commands. */
  constructor(private readonly call: Call) {
    const command = (name: string, run: (uri?: vscode.Uri) => unknown): vscode.Disposable =>
      vscode.commands.registerCommand(`reloc.proposal.${name}`, run);
    this.parts = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      command('apply', (uri) => this.apply(uri)),
      command('next', (uri) => this.next(uri)),
      command('discard', (uri) => this.discard(uri)),
      command('show', () => this.showLatest()),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const parts = partsOf(uri.path);
    return (parts && this.proposals.get(parts.id)?.choices[parts.number]?.revised) ?? '';
  }

  async received(proposal: Proposal): Promise<void> {
    this.proposals.add(proposal);
    await this.open(proposal, 0);
  }

  async closed(id: string): Promise<void> {
    this.proposals.remove(id);
    await this.closeTabs(id);
  }

  dispose(): void {
    for (const part of this.parts) {
      part.dispose();
    }
  }

  private async open(proposal: Proposal, number: number): Promise<void> {
    const revised = vscode.Uri.from({ scheme: SCHEME, path: pathOf(proposal, number) });
    await vscode.commands.executeCommand('setContext', 'reloc.hasAlternatives', proposal.choices.length > 1);
    await vscode.commands.executeCommand(
      'vscode.diff', vscode.Uri.parse(proposal.uri), revised, title(proposal, number), { preview: true },
    );
  }

  private async showLatest(): Promise<void> {
    const latest = this.proposals.latest;
    if (latest) {
      await this.open(latest, 0);
    } else {
      await vscode.window.showInformationMessage('ReLoc: no proposal waits.');
    }
  }

  private async apply(uri?: vscode.Uri): Promise<void> {
    const shown = this.shown(uri);
    if (shown) {
      const { proposal, number } = shown;
      if (await this.call('reloc.apply', proposal.id, number)) {
        await vscode.window.showTextDocument(vscode.Uri.parse(proposal.uri));
      }
    }
  }

  private async next(uri?: vscode.Uri): Promise<void> {
    const shown = this.shown(uri);
    if (shown) {
      const { proposal, number } = shown;
      await this.closeTabs(proposal.id);
      await this.open(proposal, (number + 1) % proposal.choices.length);
    }
  }

  private async discard(uri?: vscode.Uri): Promise<void> {
    const shown = this.shown(uri);
    if (shown) {
      await this.call('reloc.discard', shown.proposal.id);
    }
  }

  /** The revision in `uri`, or else in the editor that is looked at. */
  private shown(uri?: vscode.Uri): { proposal: Proposal; number: number } | undefined {
    const active = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const where = uri?.scheme === SCHEME ? uri : active instanceof vscode.TabInputTextDiff ? active.modified : undefined;
    const parts = where?.scheme === SCHEME ? partsOf(where.path) : undefined;
    const proposal = parts && this.proposals.get(parts.id);
    return proposal && { proposal, number: parts.number };
  }

  private async closeTabs(id: string): Promise<void> {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const ours = tabs.filter(({ input }) => {
      const uri = input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
      return uri?.scheme === SCHEME && partsOf(uri.path)?.id === id;
    });
    await vscode.window.tabGroups.close(ours);
  }
}
