// Tests that run inside a real VS Code's extension host, in a window of a real browser.
//
//     node host.mjs TOOLS ADDRESS TESTS WORKSPACE FOLDER
//
// TESTS is "trusted" or "untrusted"; they write a report beside the workspace. FOLDER takes a screenshot of the end.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { opened, until } from './browser.mjs';

const [tools, address, tests, workspace, folder] = process.argv.slice(2);
const extension = path.join(tools, 'editors/vscode');
const report = path.join(workspace, '../report.json');
const remote = (file) => `vscode-remote://remote${file}`;
const payload = [
  ['extensionDevelopmentPath', remote(extension)],
  ['extensionTestsPath', remote(path.join(extension, `dist/host/${tests}.js`))],
];

/** What the user types into the input box for the key: first a key, later nothing, which removes the key. */
const keys = ['a-key-that-nobody-may-read', ''];

const query = `&payload=${encodeURIComponent(JSON.stringify(payload))}`;
const { page, close } = await opened(tools, address, workspace, path.join(folder, `${tests}.png`), query);
try {
  await until('the report', async () => {
    if (await page.locator('.quick-input-widget input[type=password]').isVisible()) {
      await page.keyboard.type(keys.shift() ?? '');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.quick-input-widget input[type=password]', { state: 'hidden' });
    }
    return existsSync(report);
  }, 240);
} finally {
  await close();
}
