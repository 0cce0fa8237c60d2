// package.json is consistent with itself and with the files that it names.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Contributed {
  readonly commands: readonly { readonly command: string }[];
  readonly menus: Record<string, readonly { readonly command: string }[]>;
  readonly keybindings: readonly { readonly command: string }[];
  readonly walkthroughs: readonly {
    readonly steps: readonly { readonly description: string; readonly media: { readonly markdown: string }; readonly completionEvents?: readonly string[] }[];
  }[];
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as { contributes: Contributed };
const declared = new Set(contributes.commands.map(({ command }) => command));
const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

test('menus and keys name commands that are declared', () => {
  const named = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
  assert.deepEqual(named.filter((command) => !declared.has(command)), []);
});

test('the steps of the walkthrough name commands that are declared, and pages that are there', () => {
  const linked = steps.flatMap(({ description }) => [...description.matchAll(/\(command:([\w.]+)/g)].map((found) => found[1] ?? ''));
  const awaited = steps.flatMap((step) => step.completionEvents ?? []).map((event) => event.replace('onCommand:', ''));
  assert.ok(linked.length > 0);
  const relocCommands = [...linked, ...awaited].filter((command) => command.startsWith('reloc.'));
  assert.deepEqual(relocCommands.filter((command) => !declared.has(command)), []);
  for (const { media } of steps) {
    assert.ok(existsSync(media.markdown), media.markdown);
  }
});
