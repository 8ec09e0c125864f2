// Tests inside the real extension host: `npm test [SUITE…]`.

import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildExtension, builtSuite } from './building.mjs';
import { folderWith, python, requireEditors, root, runInHost } from './workbench.mjs';

const PROJECT = { 'pyproject.toml': '[tool.groundstate]\nselect = ["GS1"]\n' };

/** An interpreter that leaves a mark beside itself. */
const USED = `#!/bin/sh\ntouch "$0.used"\nexec '${python}' "$@"\n`;

/** An interpreter that sees only the standard library. */
const BARE = `#!/bin/sh\nunset PYTHONPATH\nexec "$('${python}' -c 'import sys; print(sys._base_executable)')" -S "$@"\n`;

/** A module that leaves a mark when it is imported. */
const HOSTILE = 'import os\nopen(os.path.join(os.path.dirname(os.path.abspath(__file__)), "was-run"), "w").close()\n';

/** Files of a workspace's own choice, which the server is to load, read or write. */
const HOSTILE_PATHS = ['model = "chosen/model"', 'baseline = "chosen/known.json"', 'cache-dir = "chosen/cache"', 'interpreter = "hostile.sh"', ''].join('\n');

/** Each suite with the workbench that it needs. */
const SUITES = {
  editing: async () => ({
    folder: await folderWith(PROJECT),
    settings: { 'groundstate.interpreter': python },
  }),
  workspace: async () => ({
    folder: await folderWith({ ...PROJECT, 'closed.py': 'undefined_one\n' }),
    settings: { 'groundstate.interpreter': python, 'groundstate.diagnosticMode': 'workspace' },
  }),
  interpreter: async () => ({
    folder: await folderWith({
      ...PROJECT,
      ...Object.fromEntries(['one', 'two', 'three', 'four'].map((name) => [`interpreters/${name}.sh`, USED])),
      'interpreters/bare.sh': BARE,
    }),
    extensions: ['python', 'environments'].map((name) => join(root, 'test/stand-ins', name)),
    path: dirname(python),
  }),
  folders: async () => {
    const folder = await folderWith({
      'loud/pyproject.toml': PROJECT['pyproject.toml'],
      'quiet/pyproject.toml': PROJECT['pyproject.toml'],
      'quiet/.vscode/settings.json': JSON.stringify({ 'groundstate.ignore': ['GS102'] }),
      'both.code-workspace': JSON.stringify({ folders: [{ path: 'loud' }, { path: 'quiet' }] }),
    });
    const settings = { 'groundstate.interpreter': python };
    return { folder, query: `workspace=${join(folder, 'both.code-workspace')}`, settings };
  },
  untrusted: async () => ({
    folder: await folderWith({
      'pyproject.toml': `[tool.groundstate]\nselect = ["GS102", "GS317"]\n${HOSTILE_PATHS}`,
      'chosen/known.json': '{"version": 1, "findings": {}}\n',
      'chosen/model/manifest.json': '{}',
      '.vscode/settings.json': JSON.stringify({
        'groundstate.path': ['${workspaceFolder}/hostile.sh'],
        'groundstate.interpreter': '${workspaceFolder}/hostile.sh',
        'groundstate.model': 'chosen/model',
        'groundstate.baseline': 'chosen/known.json',
        'groundstate.cache-dir': 'chosen/cache',
      }),
      'hostile.sh': '#!/bin/sh\ntouch "$(dirname "$0")/was-run"\n',
      ...Object.fromEntries(
        ['groundstate/__init__', 'sitecustomize', 'numpy', 'json'].map((name) => [`${name}.py`, HOSTILE]),
      ),
    }),
    trust: true,
    path: dirname(python),
  }),
  bundled: async () => ({
    folder: await folderWith({ ...PROJECT, 'bare.sh': BARE }),
    settings: { 'groundstate.interpreter': '${workspaceFolder}/bare.sh' },
    timeout: 900_000,
  }),
};

await requireEditors();
await buildExtension();
const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const [name, workbench] of Object.entries(SUITES)) {
  if (wanted.length && !wanted.includes(name)) {
    continue;
  }
  const tests = await builtSuite(name);
  const options = await workbench();
  console.log(`== ${name}`);
  const extensions = [root, ...(options.extensions ?? [])];
  const { code, output } = await runInHost({ tests, ...options, extensions }).catch((error) => ({ code: error, output: '' }));
  await rm(options.folder, { recursive: true, force: true });
  console.log(output.trimEnd());
  const counts = /^(\d+) passed, (\d+) failed$/m.exec(output);
  passed += Number(counts?.[1] ?? 0);
  failed += Number(counts?.[2] ?? 0);
  if (!counts || (code !== 0 && counts[2] === '0')) {
    console.log(`FAIL ${name} did not end: exit ${code}`);
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
