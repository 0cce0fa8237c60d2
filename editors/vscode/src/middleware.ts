// Where this extension does something else than the client's library would.

import * as vscode from 'vscode';
import type { ConfigurationParams, Middleware, ProgressToken } from 'vscode-languageclient/node';
import { cursor } from './cursor';
import { isPage, type Page } from './page';
import type { SearchProgress } from './progress';
import { projectInterpreter } from './python';
import { forServer } from './settings';

export function middleware(progress: SearchProgress, page: Page): Middleware {
  return {
    executeCommand: async (command, words: unknown[], next) => {
      const placed = command === 'reloc.revise' ? placedAtCursor(words) : words;
      if (placed === undefined) {
        return undefined;
      }
      const answer: unknown = await next(command, placed);
      if (command === 'reloc.debugInformation' && typeof answer === 'string') {
        await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: answer }));
      }
      return answer;
    },
    handleWorkDoneProgress: (token: ProgressToken, value) => {
      progress.handle(token, value);
    },
    window: {
      showDocument: async (params, token, next) => {
        const uri = vscode.Uri.parse(params.uri);
        if (params.external !== true || !isPage(uri)) {
          return next(params, token);
        }
        await page.show(uri);
        return { success: true };
      },
    },
    workspace: {
      // The server asks for what it wants to know.
      didChangeConfiguration: (_, next) => next([]),
      configuration: async (params: ConfigurationParams, token, next) => {
        const sections = await next(params, token);
        if (!Array.isArray(sections)) {
          return sections;
        }
        return Promise.all(
          params.items.map(async (item, place) => {
            const folder = item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri);
            return forServer(sections[place], await projectInterpreter(folder));
          }),
        );
      },
    },
  };
}

/** A command from the palette or a menu has no place yet: it is that of the cursor, if there is one. */
function placedAtCursor(words: unknown[]): unknown[] | undefined {
  if (typeof words[0] === 'string') {
    return words;
  }
  const at = cursor();
  return at && [at.uri, at.line];
}
