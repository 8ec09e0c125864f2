import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { BUG, api, eventually, equal, folder, open, runAll, set, shows, test } from '../harness';

interface StandIn {
  choose(path: string | undefined): void;
}

const standIn = async (id: string): Promise<StandIn> =>
  (await vscode.extensions.getExtension<StandIn>(id)?.activate()) as StandIn;
const python = (name: string): string => join(folder(), `interpreters/${name}.sh`);
const wasUsed = (name: string): boolean => existsSync(`${python(name)}.used`);

async function runsFrom(source: string): Promise<void> {
  const { status } = await api();
  await eventually(`a server from ${source}`, () => status().includes('version') && status().includes(`from ${source}`));
}

test('without a choice the interpreter is that of PATH', async () => {
  await open('first.py', BUG);
  await runsFrom('PATH');
});

test('one chosen in the Python extension is taken, and a finding is shown with it', async () => {
  const document = await open('second.py', BUG);
  await shows(document, 'GS102');
  const { pid } = await api();
  const before = pid();
  (await standIn('ms-python.python')).choose(python('one'));
  await runsFrom('the Python extension');
  equal(wasUsed('one'), true);
  equal(pid() !== before, true);
  await shows(document, 'GS102');
});

test('another choice starts another server', async () => {
  const document = await open('third.py', BUG);
  (await standIn('ms-python.python')).choose(python('two'));
  await eventually('the other interpreter', () => wasUsed('two'));
  await runsFrom('the Python extension');
  await shows(document, 'GS102');
});

test('Python Environments come before the Python extension', async () => {
  await open('fourth.py', BUG);
  (await standIn('ms-python.vscode-python-envs')).choose(python('three'));
  await runsFrom('Python Environments');
  equal(wasUsed('three'), true);
});

test('the setting comes before both', async () => {
  await open('fifth.py', BUG);
  await set('interpreter', python('four'));
  await runsFrom('the setting groundstate.interpreter');
  equal(wasUsed('four'), true);
});

test('an interpreter without groundstate is named, with what to do', async () => {
  await open('sixth.py', BUG);
  await set('interpreter', python('bare'));
  const { status, pid } = await api();
  await eventually('the problem', () => status().includes(`groundstate is not installed in ${python('bare')}`));
  equal(pid(), undefined);
});

test('an interpreter that does not run is named', async () => {
  await open('seventh.py', BUG);
  await set('interpreter', '/nowhere/python');
  const { status } = await api();
  await eventually('the problem', () => status().includes('/nowhere/python does not run'));
});

test('a path stands above every interpreter; one that is not there is passed over', async () => {
  const document = await open('eighth.py', BUG);
  await set('path', ['/nowhere/groundstate', join(process.env.GROUNDSTATE_TEST_PYTHON ?? '', '../groundstate')]);
  await runsFrom('the setting groundstate.path');
  await shows(document, 'GS102');
});

export const run = runAll;
