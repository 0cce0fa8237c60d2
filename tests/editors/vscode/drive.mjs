// A user in a real VS Code (code-server), in a real browser, with the extension installed from its package.
//
//     node drive.mjs TOOLS PACKAGE SCENARIO WORKSPACE FOLDER
//
// TOOLS holds node_modules with code-server and playwright-core, FOLDER takes what is made on the way. Prints "ok", or
// what went wrong, and leaves a screenshot of the end in FOLDER.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';

const [tools, vsix, scenario, workspace, folder] = process.argv.slice(2);
const { chromium } = createRequire(path.join(tools, 'package.json'))('playwright-core');
const ENTRY = path.join(tools, 'node_modules/code-server/out/node/entry.js');
const FOLDERS = ['--user-data-dir', path.join(folder, 'user'), '--extensions-dir', path.join(folder, 'extensions')];
const SETTINGS = {
  'files.autoSave': 'off',
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.startupEditor': 'none',
  'editor.minimap.enabled': false,
  'workbench.colorTheme': 'Default Dark Modern',
};
const environment = { ...process.env, XDG_CONFIG_HOME: path.join(folder, 'config') };

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Wait until `condition` gives something; what it gave. */
async function until(what, condition, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

async function opened(trusted, more) {
  mkdirSync(path.join(folder, 'user/User'), { recursive: true });
  writeFileSync(path.join(folder, 'user/User/settings.json'), JSON.stringify({ ...SETTINGS, ...more }));
  const installed = spawnSync('node', [ENTRY, ...FOLDERS, '--install-extension', vsix], { env: environment });
  if (installed.status !== 0) throw new Error(String(installed.stderr));
  const port = await freePort();
  const flags = ['--auth', 'none', '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  if (trusted) flags.push('--disable-workspace-trust');
  const server = spawn('node', [ENTRY, ...FOLDERS, '--bind-addr', `127.0.0.1:${port}`, ...flags, workspace], {
    env: environment,
    detached: true,
    stdio: 'ignore',
  });
  const address = `http://127.0.0.1:${port}`;
  await until('code-server', () => fetch(`${address}/healthz`).then((answer) => answer.ok, () => false));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${address}/?folder=${workspace}`);
  await page.waitForSelector('.monaco-workbench .part.editor', { timeout: 60000 });
  const close = async () => {
    await page.screenshot({ path: path.join(folder, `${scenario}.png`) });
    await browser.close();
    process.kill(-server.pid, 'SIGTERM');
  };
  return { page, close };
}

const user = (page) => ({
  async open(name, line) {
    await page.keyboard.press('Control+p');
    await page.keyboard.type(name);
    await page.waitForSelector(`.quick-input-list .monaco-list-row[aria-label*="${name}"]`);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.tab.active[aria-label*="${name}"]`);
    await page.keyboard.press('Control+g');
    await page.keyboard.type(`:${line}`);
    await page.keyboard.press('Enter');
  },
  /** Choose an action of the light bulb; the server may have to start first. */
  async lightBulb(title) {
    const exactly = new RegExp(`^\\s*${title}\\s*$`);
    const row = page.locator('.action-widget .monaco-list-row', { hasText: exactly });
    await until(title, async () => {
      await page.keyboard.press('Control+.');
      await page.waitForTimeout(500);
      if (await row.count()) return true;
      await page.keyboard.press('Escape');
      return false;
    });
    await until('the row to be chosen', async () => {
      if (await page.locator('.action-widget .monaco-list-row.focused', { hasText: exactly }).count()) return true;
      await page.keyboard.press('ArrowDown');
      return false;
    }, 10);
    await page.keyboard.press('Enter');
  },
  async command(title) {
    await page.keyboard.press('F1');
    await page.waitForSelector('.quick-input-widget input');
    await page.keyboard.type(title);
    await page.waitForSelector(`.quick-input-list .monaco-list-row[aria-label*="${title}"]`);
    await page.keyboard.press('Enter');
  },
  tab: (text, seconds) => page.waitForSelector(`.tab[aria-label*="${text}"]`, { timeout: (seconds ?? 60) * 1000 }),
  noTab: (text) => page.waitForSelector(`.tab[aria-label*="${text}"]`, { state: 'detached', timeout: 10000 }),
  titleButton: (text) => page.click(`.editor-actions a.action-label[aria-label^="${text}"]`),
});

const read = (name) => readFileSync(path.join(workspace, name), 'utf8');

const SCENARIOS = {
  /** Light bulb, diff, Apply, save: the bug is gone from the disk. */
  async apply() {
    const { page, close } = await opened(true);
    const they = user(page);
    try {
      const before = read('ranges.py');
      await they.open('ranges.py', 1);
      await they.lightBulb('Revise with ReLoc');
      await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
      if (read('ranges.py') !== before) throw new Error('the file was written before Apply');
      await page.waitForTimeout(500);
      await page.screenshot({ path: path.join(folder, 'diff.png') });
      await they.titleButton('Apply');
      await they.noTab('ReLoc: clamp');
      await page.keyboard.press('Control+s');
      await until('the saved revision', () => read('ranges.py').includes('min(value, high)'), 10);
    } finally {
      await close();
    }
  },

  /** A proposal is discarded: nothing changes. */
  async discard() {
    const { page, close } = await opened(true);
    const they = user(page);
    try {
      const before = read('ranges.py');
      await they.open('ranges.py', 1);
      await they.command('Revise with ReLoc');
      await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
      await they.titleButton('Discard');
      await they.noTab('ReLoc: clamp');
      await page.keyboard.press('Control+s');
      if (read('ranges.py') !== before) throw new Error('the file was changed');
    } finally {
      await close();
    }
  },

  /** A search without an end is cancelled in its notification. */
  async cancel() {
    const { page, close } = await opened(true, { 'reloc.budget.seconds': 600 });
    const they = user(page);
    try {
      await they.open('hopeless.py', 1);
      await they.lightBulb('Revise with ReLoc');
      const notice = page.locator('.notification-toast', { hasText: 'searching revisions of never' });
      await notice.waitFor({ timeout: 60000 });
      await page.screenshot({ path: path.join(folder, 'progress.png') });
      await notice.locator('.monaco-button', { hasText: 'Cancel' }).click();
      await notice.waitFor({ state: 'detached', timeout: 5000 });
    } finally {
      await close();
    }
  },

  /** In a workspace that is not trusted nothing is started. */
  async untrusted() {
    const { page, close } = await opened(false);
    const they = user(page);
    try {
      await they.open('ranges.py', 1);
      await page.waitForTimeout(5000);
      await page.keyboard.press('Control+.');
      await page.waitForTimeout(1000);
      const rows = await page.locator('.action-widget .monaco-list-row', { hasText: 'ReLoc' }).count();
      if (rows) throw new Error('an action is offered in a workspace that is not trusted');
    } finally {
      await close();
    }
  },
};

try {
  await SCENARIOS[scenario]();
  console.log('ok');
} catch (error) {
  console.log(String(error?.stack ?? error));
  process.exitCode = 1;
}
