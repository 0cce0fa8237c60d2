// Where this extension differs from the default behaviour of the client library.

import * as vscode from 'vscode';
import type { ConfigurationParams, Middleware, ProgressToken } from 'vscode-languageclient/node';
import { cursor } from './cursor';
import { isPage, type Page } from './page';
import type { SearchProgress } from './progress';
import { projectInterpreter } from './python';
import { forServer } from './settings';

export function middleware(progress: SearchProgress, page: Page): Middleware {
  return {
    executeCommand: async (command, args: unknown[], next) => {
      const complete = command === 'reloc.revise' ? atCursor(args) : args;
      if (complete === undefined) {
        return undefined;
      }
      const result: unknown = await next(command, complete);
      if (command === 'reloc.debugInformation' && typeof result === 'string') {
        await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: result }));
      }
      return result;
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
      // The server requests its settings itself.
      didChangeConfiguration: (_, next) => next([]),
      configuration: async (params: ConfigurationParams, token, next) => {
        const sections = await next(params, token);
        if (!Array.isArray(sections)) {
          return sections;
        }
        return Promise.all(
          params.items.map(async (item, index) => {
            const folder = item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri);
            return forServer(sections[index], await projectInterpreter(folder));
          }),
        );
      },
    },
  };
}

/** The arguments of `reloc.revise`. A command from the palette or a menu has none: it gets those of the cursor, if any. */
function atCursor(args: unknown[]): unknown[] | undefined {
  if (typeof args[0] === 'string') {
    return args;
  }
  const at = cursor();
  return at && [at.uri, at.line];
}
