import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { BUG, actions, api, equal, eventually, folder, open, runAll, shows, test } from '../harness';

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

test('nothing of the workspace was run', async () => {
  equal(existsSync(join(folder(), 'was-run')), false);
});

export const run = runAll;
