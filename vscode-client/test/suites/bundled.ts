import * as vscode from 'vscode';
import { BUG, api, eventually, open, runAll, shows, test } from '../harness';

test('without a server the status item says so', async () => {
  await open('before.py', BUG);
  const { status } = await api();
  await eventually('the problem', () => status().includes('has no server') && status().includes('not installed'));
});

test('the command installs the bundled server, and findings come', async () => {
  const document = await open('after.py', BUG);
  await vscode.commands.executeCommand('groundstate.installServer');
  const { status } = await api();
  await eventually('the bundled server', () => status().includes('from the bundled server'));
  await shows(document, 'GS102');
});

export const run = runAll;
