import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { BUG, api, equal, eventually, folder, open, pause, runAll, say, shows, test } from '../harness';

/** Megabytes (10^6 bytes) of a process under one of the names of `/proc/PID/status`. */
function megabytes(pid: number, name: string): number {
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round((Number(kibibytes) * 1024) / 1e6);
}

/** Milliseconds of CPU that a process has used, in steps of 10. */
function used(pid: number): number {
  const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
  return (user + system) * 10;
}

/** Waits until a process has used no CPU for two seconds. */
async function idle(pid: number): Promise<void> {
  for (let before = -1; before !== used(pid); await pause(2000)) {
    before = used(pid);
  }
}

test('from opening a file to its first finding, then 20 files', async () => {
  const opened = Date.now();
  let started = 0;
  const document = await open('mean.py', BUG);
  const running = eventually('a server', async () => (await api()).pid()).then(() => (started = Date.now() - opened));
  await shows(document, 'GS102');
  const first = Date.now() - opened;
  await running;
  const pid = (await api()).pid() as number;
  const cpu = used(pid);
  await eventually('the model', async () => ((await (await api()).information()) as { model: unknown }).model);
  const loaded = Date.now() - opened;
  await idle(pid);
  const one = megabytes(pid, 'VmRSS');
  for (const [name] of await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder()))) {
    if (name.endsWith('_.py')) {
      const other = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(vscode.Uri.file(folder()), name));
      await vscode.window.showTextDocument(other, { preview: false });
    }
  }
  const count = async (): Promise<number> =>
    ((await (await api()).information()) as { openDocuments: unknown[] }).openDocuments.length;
  await eventually('20 open files', async () => (await count()) === 20);
  await idle(pid);
  equal(await count(), 20);
  say(`measured ${JSON.stringify({ first, started, cpu, loaded, one, twenty: megabytes(pid, 'VmRSS'), peak: megabytes(pid, 'VmHWM') })}`);
});

export const run = runAll;
