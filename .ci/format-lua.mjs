// Formats the plugin for Neovim and its tests with StyLua as its npm package has it, by the plugin's own stylua.toml.
//
//     node format-lua.mjs FOLDER [--check]
//
// FOLDER holds node_modules with @johnnymorganz/stylua. With --check nothing is written: the status is 1 if a file would be.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [folder, check] = process.argv.slice(2);
const stylua = createRequire(path.resolve(folder, 'package.json'))('@johnnymorganz/stylua');
const root = path.join(import.meta.dirname, '..');

const options = [...readFileSync(path.join(root, 'editors/neovim/stylua.toml'), 'utf8').matchAll(/^(\w+) = (.*)$/gm)];

/** The options as StyLua wants them; each call takes one for its own. */
function configuration() {
  const config = stylua.Config.new();
  for (const [, key, value] of options) {
    // Words are those of an enumeration with the option's name: indent_type, IndentType.
    const words = stylua[key.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())];
    config[key] = words ? words[JSON.parse(value)] : JSON.parse(value);
  }
  return config;
}

for (const part of ['editors/neovim', 'tests/editors/neovim']) {
  for (const name of readdirSync(path.join(root, part), { recursive: true }).filter((file) => file.endsWith('.lua'))) {
    const file = path.join(root, part, name);
    const text = readFileSync(file, 'utf8');
    const formatted = stylua.formatCode(text, configuration(), undefined, stylua.OutputVerification.Full);
    if (formatted === text) continue;
    if (check) {
      console.error(`${path.join(part, name)} is not formatted: node .ci/format-lua.mjs FOLDER`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, formatted);
    }
  }
}
