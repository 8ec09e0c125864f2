// The extension and the test suites, compiled for the extension host.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './workbench.mjs';

export const out = join(root, 'test/out');
const OPTIONS = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };

export async function buildExtension() {
  await build({
    ...OPTIONS,
    entryPoints: [join(root, 'src/extension.ts')],
    outfile: join(root, 'dist/extension.js'),
    sourcemap: 'linked',
  });
}

/** The path of the compiled suite `name`. */
export async function builtSuite(name) {
  await mkdir(out, { recursive: true });
  const outfile = join(out, `${name}.js`);
  await build({ ...OPTIONS, entryPoints: [join(root, `test/suites/${name}.ts`)], outfile });
  return outfile;
}
