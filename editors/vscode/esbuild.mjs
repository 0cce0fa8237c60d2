// Bundles the extension; with --tests its tests without VS Code, with --host the tests that run inside VS Code.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const inFolder = (folder) => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => `${folder}/${entry.name}`);
const [entryPoints, outdir] = process.argv.includes('--tests')
  ? [inFolder('test'), 'dist/test']
  : process.argv.includes('--host')
    ? [inFolder('test/host'), 'dist/host']
    : [['src/extension.ts'], 'dist'];
await build({
  entryPoints,
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', 'mocha'],
  minify: outdir === 'dist',
  logLevel: 'warning',
});
