// A proposal as a diff with Apply, Next Alternative and Discard in its title bar.

import * as vscode from 'vscode';
import { difference } from './difference';
import { caution, certainty, partsOf, pathOf, type Proposal, Proposals, title } from './proposals';

/** How long the status bar shows how likely a revision is right. */
const STATUS_MILLISECONDS = 15_000;

export const SCHEME = 'reloc-proposal';

type Call = (command: string, ...args: unknown[]) => Promise<unknown>;

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
    await Promise.all(this.proposals.outdatedBy(proposal).map((id) => this.closed(id)));
    this.proposals.add(proposal);
    await this.open(proposal, 0);
  }

  async closed(id: string): Promise<void> {
    this.proposals.remove(id);
    await this.closeTabs(id);
  }

  /** The server has ended: its proposals stay, and are applied or discarded without it. */
  serverEnded(): void {
    this.proposals.orphan();
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
    const toCheck = caution(proposal, number);
    if (toCheck !== undefined) {
      void vscode.window.showWarningMessage(toCheck);
    }
    const certain = certainty(proposal, number);
    if (certain !== undefined && proposal.confidence?.question) {
      void vscode.window.showInformationMessage(certain);
    } else if (certain !== undefined) {
      vscode.window.setStatusBarMessage(certain, STATUS_MILLISECONDS);
    }
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
      const orphan = this.proposals.isOrphan(proposal.id);
      if (await (orphan ? this.applyHere(proposal, number) : this.call('reloc.apply', proposal.id, number))) {
        await vscode.window.showTextDocument(vscode.Uri.parse(proposal.uri));
      }
    }
  }

  /** Apply a revision whose server has ended. Returns false if the text is not the one that the revision was made for. */
  private async applyHere(proposal: Proposal, number: number): Promise<boolean> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(proposal.uri));
    if (document.getText() !== proposal.original) {
      const name = vscode.workspace.asRelativePath(document.uri);
      void vscode.window.showWarningMessage(
        `ReLoc: ${name} has changed since the revision of ${proposal.qualname} was shown, and the server that made it has ` +
          'ended, so it was not applied: run Revise with ReLoc again.',
      );
      return false;
    }
    const { start, end, text } = difference(proposal.original, proposal.choices[number]?.revised ?? proposal.original);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    const applied = await vscode.workspace.applyEdit(edit);
    if (applied) {
      await this.closed(proposal.id);
    }
    return applied;
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
      const { id } = shown.proposal;
      await (this.proposals.isOrphan(id) ? this.closed(id) : this.call('reloc.discard', id));
    }
  }

  /** The revision in `uri`, else the one in the active editor. */
  private shown(uri?: vscode.Uri): { proposal: Proposal; number: number } | undefined {
    const active = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const where = uri?.scheme === SCHEME ? uri : active instanceof vscode.TabInputTextDiff ? active.modified : undefined;
    const parts = where?.scheme === SCHEME ? partsOf(where.path) : undefined;
    const proposal = parts && this.proposals.get(parts.id);
    return proposal && { proposal, number: parts.number };
  }

  private async closeTabs(id: string): Promise<void> {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const tabsOfProposal = tabs.filter(({ input }) => {
      const uri = input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
      return uri?.scheme === SCHEME && partsOf(uri.path)?.id === id;
    });
    await vscode.window.tabGroups.close(tabsOfProposal);
  }
}
