// `npm run measure [RUNS]`: milliseconds from opening a file to its first finding, in a VS Code that was just started and
// with no cache; till the model is loaded too, when learned findings follow; and the server's memory when 20 files are
// open. The modules of the server are compiled before, as an installation does. Fails when the median or the peak is over
// its limit.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExtension, builtSuite } from './building.mjs';
import { folderWith, python, requireEditors, root, runInHost } from './workbench.mjs';

const MOST_MILLISECONDS = 3000;
const MOST_MEGABYTES = 500;

/** Modules of the standard library that are opened, besides the one with the finding. */
const MODULES = [
  'argparse', 'ast', 'bdb', 'calendar', 'cmd', 'codecs', 'configparser', 'contextlib', 'copy', 'csv',
  'dataclasses', 'difflib', 'enum', 'fractions', 'ftplib', 'gettext', 'heapq', 'imaplib', 'inspect',
];

await requireEditors();
const library = execFileSync(python, ['-c', 'import os; print(os.path.dirname(os.__file__))'], { encoding: 'utf8' }).trim();
const files = Object.fromEntries(MODULES.map((name) => [`${name}_.py`, readFileSync(join(library, `${name}.py`), 'utf8')]));
const lines = Object.values(files).reduce((sum, text) => sum + text.split('\n').length, 0);
await buildExtension();
const tests = await builtSuite('measure');
const compiled = await mkdtemp(join(tmpdir(), 'groundstate-compiled-'));
const environment = { PYTHONPYCACHEPREFIX: compiled, PYTHONDONTWRITEBYTECODE: '' };
execFileSync(python, ['-c', 'import groundstate.__main__, groundstate.lsp.server, groundstate_energy.engine'], {
  env: { ...process.env, ...environment },
});
const runs = Number(process.argv[2] ?? 5);
const all = [];
console.log(`| run | load before | first finding, ms | of these until the server ran, ms | CPU of the server till then, ms | model loaded, ms | server after 1 file, MB | after 20 files, MB | peak, MB |`);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (let run = 1; run <= runs; run++) {
  const folder = await folderWith({ 'pyproject.toml': '[tool.groundstate]\n', ...files });
  const load = loadavg()[0].toFixed(1);
  const settings = { 'groundstate.interpreter': python };
  const { code, output } = await runInHost({ tests, folder, settings, extensions: [root], environment });
  await rm(folder, { recursive: true, force: true });
  const found = /^measured (.*)$/m.exec(output);
  if (code !== 0 || !found) {
    console.error(`exit ${code}\n${output}`);
    process.exit(2);
  }
  const measured = JSON.parse(found[1]);
  all.push(measured);
  const { first, started, cpu, loaded, one, twenty, peak } = measured;
  console.log(`| ${run} | ${load} of ${cpus().length} | ${first} | ${started} | ${cpu} | ${loaded} | ${one} | ${twenty} | ${peak} |`);
}
await rm(compiled, { recursive: true, force: true });
const median = all.map(({ first }) => first).sort((a, b) => a - b)[Math.floor(all.length / 2)];
const peak = Math.max(...all.map((item) => item.peak));
console.log(`median ${median} ms (limit ${MOST_MILLISECONDS}), peak ${peak} MB (limit ${MOST_MEGABYTES}); 20 files of ${lines} lines in all`);
process.exit(median <= MOST_MILLISECONDS && peak <= MOST_MEGABYTES ? 0 : 1);
