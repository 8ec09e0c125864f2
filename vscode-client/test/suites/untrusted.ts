import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { BUG, actions, api, equal, eventually, folder, open, runAll, shows, test } from '../harness';

interface Information {
  trusted: boolean;
  projects: { settings: Record<string, unknown>; model: unknown }[];
}

test('the workspace is not trusted', async () => {
  equal(vscode.workspace.isTrusted, false);
});

test('findings and quick fixes come from a server that the workspace did not choose', async () => {
  const document = await open('mean.py', BUG);
  await shows(document, 'GS102');
  const { status } = await api();
  await eventually('a server', () => status().includes('from PATH'));
  const offered = await actions(document, new vscode.Range(1, 30, 1, 30));
  equal(offered.some((action) => action.isPreferred), true);
});

test('no model, interpreter, baseline or cache is taken that the workspace names', async () => {
  const document = await open('named.py', BUG);
  await shows(document, 'GS102');
  const offered = await actions(document, new vscode.Range(1, 30, 1, 30));
  equal(offered.filter((action) => action.title.includes('baseline') && !action.disabled).length, 0);
  const server = (await (await api()).information()) as Information;
  equal(server.trusted, false);
  equal(server.projects.length > 0, true);
  for (const { settings, model } of server.projects) {
    equal(settings.select, ['GS102', 'GS317']); // no default of the editor's stands above the project's settings
    equal([settings.model, settings.interpreter, settings.baseline, settings['cache-dir']], [null, null, null, null]);
    equal(JSON.stringify(model).includes(folder()), false);
  }
  equal(existsSync(join(folder(), 'chosen/cache')), false);
  equal(readFileSync(join(folder(), 'chosen/known.json'), 'utf8'), '{"version": 1, "findings": {}}\n');
});

test('nothing of the workspace was run', async () => {
  equal(existsSync(join(folder(), 'was-run')), false);
});

export const run = runAll;
