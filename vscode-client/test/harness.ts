/** A few words for tests inside the extension host. */

import { appendFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Api } from '../src/extension';

type Test = [name: string, body: () => Promise<void>];

const tests: Test[] = [];

export const python = process.env.GROUNDSTATE_TEST_PYTHON ?? '';
export const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
export const BUG = 'def mean(values):\n    return sum(values) / len(value)\n';
export const MENDED = 'def mean(values):\n    return sum(values) / len(values)\n';

export function test(name: string, body: () => Promise<void>): void {
  tests.push([name, body]);
}

/** A line of the report. */
export function say(line: string): void {
  appendFileSync(process.env.GROUNDSTATE_TEST_RESULTS ?? '', `${line}\n`);
}

/** Runs what `test` collected; throws at the end when one failed, which makes the exit code. */
export async function runAll(): Promise<void> {
  let failed = 0;
  for (const [name, body] of tests) {
    const started = Date.now();
    try {
      await body();
      say(`ok   ${name} (${Date.now() - started} ms)`);
    } catch (error) {
      failed += 1;
      say(`FAIL ${name}\n${error instanceof Error ? error.stack : String(error)}`);
    }
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  }
  say(`${tests.length - failed} passed, ${failed} failed`);
  if (failed > 0) {
    throw new Error(`${failed} failed`);
  }
}

export async function eventually<T>(what: string, get: () => T | Promise<T>, seconds = 150): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await get();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`${what} did not happen in ${seconds} s; status: ${(await api()).status()}`);
    }
    await pause(50);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

export function equal(got: unknown, wanted: unknown): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    throw new Error(`wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  }
}

export async function api(): Promise<Api> {
  return (await vscode.extensions.getExtension<Api>('groundstate.groundstate')?.activate()) as Api;
}

/** A new file with `text`, on disk and in the editor. */
export async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(folder()), name);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

export function findings(document: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(document.uri).filter((item) => item.source === 'groundstate');
}

export function codes(document: vscode.TextDocument): string[] {
  return findings(document).map(({ code }) => String(typeof code === 'object' ? code.value : code));
}

export async function shows(document: vscode.TextDocument, ...wanted: string[]): Promise<void> {
  await eventually(`findings [${wanted.join()}]`, () => JSON.stringify(codes(document)) === JSON.stringify(wanted));
}

/** The code actions at `range`. VS Code cancels a request when the file's diagnostics change under it; then it is asked again. */
export async function actions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  return eventually('code actions', async () => {
    try {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider', document.uri, range, undefined, 10,
      );
      return found.length > 0 ? found : undefined;
    } catch (error) {
      if (error instanceof vscode.CancellationError || String(error).startsWith('Canceled')) {
        return undefined;
      }
      throw error;
    }
  });
}

export async function set(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('groundstate').update(key, value, vscode.ConfigurationTarget.Workspace);
}
