// The page about a search, in a tab of the editor. The page loads nothing from outside; its own content security policy
// forbids that.

import * as vscode from 'vscode';

/** Whether a document of `window/showDocument` is such a page. */
export function isPage(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && uri.path.endsWith('.html');
}

export class Page implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;

  /** Show the page in the file `uri`; an open tab of an earlier page is reused. */
  async show(uri: vscode.Uri): Promise<void> {
    const html = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    this.panel ??= this.opened();
    this.panel.webview.html = html;
    this.panel.reveal();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private opened(): vscode.WebviewPanel {
    const options = { enableScripts: true, localResourceRoots: [] };
    const panel = vscode.window.createWebviewPanel('reloc.page', 'ReLoc: What the Search Did', vscode.ViewColumn.Active, options);
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    return panel;
  }
}
