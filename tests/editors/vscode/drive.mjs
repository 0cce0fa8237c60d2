// A user in a real VS Code (code-server), in a real browser, with the extension installed from its package.
//
//     node drive.mjs TOOLS ADDRESS SCENARIO WORKSPACE FOLDER
//
// TOOLS holds node_modules with playwright-core, ADDRESS is code-server's, FOLDER takes screenshots. Prints
// the error if the scenario fails.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { opened, until, user } from './browser.mjs';

const [tools, address, scenario, workspace, folder] = process.argv.slice(2);
const read = (name) => readFileSync(path.join(workspace, name), 'utf8');

const SCENARIOS = {
  /** Light bulb, diff, Apply, save: the revision is on the disk. */
  async apply(page, they) {
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
  },

  /** A proposal is discarded: nothing changes. */
  async discard(page, they) {
    const before = read('ranges.py');
    await they.open('ranges.py', 1);
    await they.command('Revise with ReLoc');
    await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
    await they.titleButton('Discard');
    await they.noTab('ReLoc: clamp');
    await page.keyboard.press('Control+s');
    if (read('ranges.py') !== before) throw new Error('the file was changed');
  },

  /** The second of two revisions that pass as many tests is applied. */
  async next(page, they) {
    const before = read('sides.py');
    await they.open('sides.py', 1);
    await they.command('Revise with ReLoc');
    await they.tab('tests (1 of');
    await they.titleButton('Next Alternative');
    await they.tab('tests (2 of');
    await they.titleButton('Apply');
    await they.noTab('ReLoc: ');
    await page.keyboard.press('Control+s');
    await until('the saved revision', () => read('sides.py') !== before, 10);
  },

  /** A bug is typed and saved: a hint appears, nothing is changed, and its quick fix shows the revision. */
  async propose(page, they) {
    await they.open('fine.py', 1);
    await they.menuWith('Revise with ReLoc');
    await page.keyboard.press('Escape');
    await they.retype(2, 'return value - value');
    await page.keyboard.press('Control+s');
    const typed = await until('the saved text', () => read('fine.py').includes('value - value') && read('fine.py'), 10);
    await page.waitForSelector('.cdr.squiggly-hint', { timeout: 60000 });
    if (await page.locator('.tab[aria-label*="ReLoc: "]').count()) throw new Error('a view was opened by a save');
    await page.keyboard.press('Control+Home');
    await they.lightBulb("Show ReLoc's revision of double");
    await they.tab('ReLoc: double: 0/1 → 1/1 tests');
    if (read('fine.py') !== typed) throw new Error('the file was changed');
    await they.titleButton('Apply');
    await page.waitForSelector('.cdr.squiggly-hint', { state: 'detached', timeout: 10000 });
  },

  /** The same with `notify`: only a mark for the failing tests appears. */
  async notify(page, they) {
    await they.open('fine.py', 1);
    await they.menuWith('Revise with ReLoc');
    await page.keyboard.press('Escape');
    await they.retype(2, 'return value - value');
    await page.keyboard.press('Control+s');
    await page.waitForSelector('.cdr.squiggly-info', { timeout: 60000 });
    if (!read('fine.py').includes('value - value')) throw new Error('the file was changed');
    if (await page.locator('.tab[aria-label*="ReLoc: "]').count()) throw new Error('a view was opened');
  },

  /** A proposal stays when the server is restarted: it is refused for a changed text, and applied after an undo. */
  async restart(page, they) {
    await they.open('ranges.py', 1);
    await they.command('Revise with ReLoc');
    await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
    await they.command('ReLoc: Restart Server');
    await they.back('ranges.py');
    await page.keyboard.type('#');
    await page.waitForSelector('.tab.active.dirty');
    await they.command('ReLoc: Show the Waiting Proposal');
    await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
    await they.titleButton('Apply');
    await they.notice('ranges.py has changed since the revision of clamp was shown');
    await they.back('ranges.py');
    await page.keyboard.press('Control+z');
    await page.waitForSelector('.tab.active:not(.dirty)');
    await they.command('ReLoc: Show the Waiting Proposal');
    await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
    await they.titleButton('Apply');
    await they.noTab('ReLoc: clamp');
    await page.keyboard.press('Control+s');
    await until('the saved revision', () => read('ranges.py').includes('min(value, high)'), 10);
  },

  /** The page about the search is drawn in a tab, in spite of its content security policy. */
  async trace(page, they) {
    await they.open('ranges.py', 1);
    await they.command('Revise with ReLoc');
    await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
    await they.command('ReLoc: Show What the Last Search Did');
    await they.tab('ReLoc: What the Search Did');
    const inside = await until('the page', async () => {
      for (const frame of page.frames()) {
        if (await frame.locator('h1', { hasText: 'ReLoc: clamp in ranges.py' }).count().catch(() => 0)) return frame;
      }
      return undefined;
    });
    await inside.waitForSelector('.plotly-graph-div .main-svg');
    await until('both charts', async () => (await inside.locator('.plotly-graph-div .main-svg').count()) >= 2);
  },

  /** A search that finds nothing is cancelled in its notification. */
  async cancel(page, they) {
    await they.open('unfixable.py', 1);
    await they.lightBulb('Revise with ReLoc');
    const notice = page.locator('.notification-toast', { hasText: 'searching revisions of never' });
    await notice.waitFor({ timeout: 60000 });
    await page.screenshot({ path: path.join(folder, 'progress.png') });
    await notice.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await notice.waitFor({ state: 'detached', timeout: 5000 });
  },

  /** The extension is not active in an untrusted workspace, and works after the workspace is trusted. */
  async untrusted(page, they) {
    await they.open('ranges.py', 1);
    await page.keyboard.press('Control+.');
    await page.waitForTimeout(1000);
    const rows = await page.locator('.action-widget .monaco-list-row', { hasText: 'ReLoc' }).count();
    if (rows) throw new Error('there is an action in a workspace that is not trusted');
    await page.keyboard.press('Escape');
    await they.command('Workspaces: Manage Workspace Trust');
    await page.click('.workspace-trust-editor .monaco-button:has-text("Trust")');
    await page.waitForSelector('text=You trust this folder');
    await they.back('ranges.py');
    await they.lightBulb('Revise with ReLoc');
    await they.tab('ReLoc: clamp: 0/2 → 2/2 tests');
  },
};

const { page, close } = await opened(tools, address, workspace, path.join(folder, `${scenario}.png`));
try {
  await SCENARIOS[scenario](page, user(page));
} catch (error) {
  console.log(String(error?.stack ?? error));
  process.exitCode = 1;
} finally {
  await close();
}
