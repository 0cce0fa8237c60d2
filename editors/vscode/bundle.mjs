// Puts the server and what it needs into bundled/libs: pure Python only, so that one package serves every machine.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

const python = process.env.PYTHON ?? 'python3';
const packages = ['pygls>=2.1,<3', 'lsprotocol', 'attrs', 'cattrs', 'typing_extensions', 'platformdirs'];
const pip = [
  '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', 'bundled/libs', '--no-deps',
  '--no-compile', '--implementation', 'py', '--only-binary', ':all:',
];
rmSync('bundled', { recursive: true, force: true });
execFileSync(python, [...pip, ...packages], { stdio: 'inherit' });
execFileSync(python, [...pip.slice(0, -4), '../..'], { stdio: 'inherit' });
rmSync('bundled/libs/bin', { recursive: true, force: true });
cpSync('../../LICENSE', 'LICENSE');
