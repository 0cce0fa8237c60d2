// A browser with a window of code-server, and what a user does there.
import { createRequire } from 'node:module';
import path from 'node:path';

/** Wait until `condition` returns a value; that value. */
export async function until(what, condition, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`timeout while waiting for ${what}`);
}

/** A window on `workspace`, and `close`, which takes a screenshot `picture`. `query` is appended to the URL. */
export async function opened(tools, address, workspace, picture, query = '') {
  const { chromium } = createRequire(path.join(tools, 'package.json'))('playwright-core');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60000);
  await page.goto(`${address}/?folder=${workspace}${query}`, { waitUntil: 'commit' });
  await page.waitForSelector('.monaco-workbench .part.editor', { timeout: 120000 });
  const close = async () => {
    await page.screenshot({ path: picture });
    // Leaving the page ends the extension host, which closing the browser would not. Unsaved text must not prevent it.
    page.on('dialog', (dialog) => dialog.accept());
    await page.goto('about:blank');
    await browser.close();
  };
  return { page, close };
}

const exactly = (title) => new RegExp(`^\\s*${title}\\s*$`);

export const user = (page) => ({
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
  /** Go back to the tab of a file. The tab of a proposal for it also contains the file's name. */
  async back(name) {
    const tab = (active) => `.tab${active}[aria-label*="${name}"]:not([aria-label*="ReLoc: "])`;
    await page.click(tab(''));
    await page.waitForSelector(tab('.active'));
    await page.keyboard.press('Control+Home');
  },
  /** Open the light bulb once it has an action; the server may have to start first. */
  async menuWith(title) {
    const row = page.locator('.action-widget .monaco-list-row', { hasText: exactly(title) });
    await until(title, async () => {
      await page.keyboard.press('Control+.');
      await page.waitForTimeout(500);
      if (await row.count()) return true;
      await page.keyboard.press('Escape');
      return false;
    });
  },
  /** Choose an action of the light bulb. */
  async lightBulb(title) {
    await this.menuWith(title);
    await until('the row to be chosen', async () => {
      if (await page.locator('.action-widget .monaco-list-row.focused', { hasText: exactly(title) }).count()) return true;
      await page.keyboard.press('ArrowDown');
      return false;
    }, 10);
    await page.keyboard.press('Enter');
  },
  /** Choose a command of the palette, which shows the commands that are enabled when it opens. */
  async command(title) {
    const row = page.locator(`.quick-input-list .monaco-list-row[aria-label*="${title}"]`).first();
    await until(`the command ${title}`, async () => {
      await page.keyboard.press('F1');
      await page.waitForSelector('.quick-input-widget input');
      await page.keyboard.type(title);
      if (await row.waitFor({ timeout: 3000 }).then(() => true, () => false)) return true;
      await page.keyboard.press('Escape');
      return false;
    });
    await page.keyboard.press('Enter');
  },
  /** Replace a line with `text` and keep its indentation. */
  async retype(line, text) {
    await page.keyboard.press('Control+g');
    await page.keyboard.type(`:${line}`);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.type(text);
  },
  // Long, because a search may take long on a slow machine.
  tab: (text) => page.waitForSelector(`.tab[aria-label*="${text}"]`, { timeout: 150000 }),
  noTab: (text) => page.waitForSelector(`.tab[aria-label*="${text}"]`, { state: 'detached', timeout: 10000 }),
  notice: (text) => page.waitForSelector(`.notification-toast:has-text("${text}")`, { timeout: 20000 }),
  titleButton: (text) => page.click(`.editor-actions a.action-label[aria-label^="${text}"]`),
});
