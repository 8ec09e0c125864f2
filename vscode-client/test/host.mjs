// Tests inside the real extension host: `npm test [SUITE…]`.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { folderWith, python, requireEditors, root, runInHost } from './workbench.mjs';

const PROJECT = { 'pyproject.toml': '[tool.groundstate]\nselect = ["GS1"]\n' };

/** Each suite with the workbench that it needs. */
const SUITES = {
  editing: async () => ({
    folder: await folderWith(PROJECT),
    settings: { 'groundstate.interpreter': python },
  }),
};

await requireEditors();
const out = join(root, 'test/out');
await mkdir(out, { recursive: true });
await build({
  entryPoints: [join(root, 'src/extension.ts')],
  outfile: join(root, 'dist/extension.js'),
  bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], sourcemap: 'linked',
});
const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const [name, workbench] of Object.entries(SUITES)) {
  if (wanted.length && !wanted.includes(name)) {
    continue;
  }
  const tests = join(out, `${name}.js`);
  await build({
    entryPoints: [join(root, `test/suites/${name}.ts`)],
    outfile: tests,
    bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'],
  });
  const options = await workbench();
  console.log(`== ${name}`);
  const { code, output } = await runInHost({ tests, ...options, extensions: [root, ...(options.extensions ?? [])] });
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
