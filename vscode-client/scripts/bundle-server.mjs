// The server's wheel into bundled/, with the licence beside package.json: what the vsix carries.
// GROUNDSTATE_PYTHON names the Python that builds it; any with pip will do.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const client = resolve(import.meta.dirname, '..');
const root = resolve(client, '..');
const own = join(root, '.venv/bin/python');
const python = process.env.GROUNDSTATE_PYTHON ?? (existsSync(own) ? own : 'python3');
const bundled = join(client, 'bundled');

rmSync(bundled, { recursive: true, force: true });
mkdirSync(bundled);
copyFileSync(join(root, 'LICENSE'), join(client, 'LICENSE'));
const built = spawnSync(
  python,
  ['-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--no-deps', '--wheel-dir', bundled, root],
  { stdio: 'inherit' },
);
process.exit(built.status ?? 1);
