// The progress of a search as a notification with the best revision so far and a Cancel button. The client library shows
// it in the status bar only.

import * as vscode from 'vscode';
import type { ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from 'vscode-languageclient/node';

type Value = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

interface Shown {
  readonly report: vscode.Progress<{ message?: string; increment?: number }>;
  readonly end: () => void;
  percentage: number;
}

/**
 * Shows the progress of searches. `cancel` is called with the token of a search that the user stops, and `changed` with
 * the number of running searches.
 */
export class SearchProgress implements vscode.Disposable {
  private readonly shown = new Map<ProgressToken, Shown>();

  constructor(
    private readonly cancel: (token: ProgressToken) => void,
    private readonly changed: (running: number) => void,
  ) {}

  handle(token: ProgressToken, value: Value): void {
    if (value.kind === 'begin') {
      this.begin(token, value.title);
    } else if (value.kind === 'end') {
      this.shown.get(token)?.end();
    } else {
      const shown = this.shown.get(token);
      const percentage = value.percentage ?? shown?.percentage ?? 0;
      shown?.report.report({ message: value.message ?? '', increment: percentage - shown.percentage });
      if (shown) {
        shown.percentage = percentage;
      }
    }
  }

  /** End every progress, because the server has ended. */
  dispose(): void {
    for (const shown of this.shown.values()) {
      shown.end();
    }
  }

  private begin(token: ProgressToken, title: string): void {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(
      options,
      (report, cancellation) =>
        new Promise<void>((resolve) => {
          const end = (): void => {
            this.shown.delete(token);
            this.changed(this.shown.size);
            resolve();
          };
          this.shown.set(token, { report, end, percentage: 0 });
          this.changed(this.shown.size);
          cancellation.onCancellationRequested(() => {
            this.cancel(token);
          });
        }),
    );
  }
}
