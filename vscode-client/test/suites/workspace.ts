import * as vscode from 'vscode';
import { BUG, equal, eventually, open, pause, runAll, shows, test } from '../harness';

/** Names of the files that have findings. */
function names(): string[] {
  return vscode.languages
    .getDiagnostics()
    .filter(([, found]) => found.length > 0)
    .map(([uri]) => uri.path.split('/').pop() ?? '')
    .sort();
}

function file(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri as vscode.Uri;
  return vscode.Uri.joinPath(folder, name);
}

async function write(name: string, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(file(name), Buffer.from(text));
}

test('files that are not open have findings, which follow the disk', async () => {
  const document = await open('open.py', BUG);
  await shows(document, 'GS102');
  await eventually('findings of closed.py', () => names().includes('closed.py'));
  await write('closed.py', 'x = 1\n');
  await eventually('no findings of closed.py', () => !names().includes('closed.py'));
  await write('new.py', 'undefined_two\n');
  await eventually('findings of new.py', () => names().includes('new.py'));
});

test('findings move with a folder, and go with it', async () => {
  const shown = (folder: string): boolean =>
    vscode.languages.getDiagnostics().some(([uri, found]) => uri.path.endsWith(`/${folder}/inner.py`) && found.length > 0);
  await write('before/inner.py', 'undefined_five\n');
  await eventually('findings of the new folder', () => shown('before'));
  await vscode.workspace.fs.rename(file('before'), file('after'));
  await eventually('findings at the new place only', () => shown('after') && !shown('before'));
  await vscode.workspace.fs.delete(file('after'), { recursive: true });
  await eventually('no findings of the folder', () => !shown('after'));
});

test('a file keeps its findings when it is opened and closed', async () => {
  await write('kept.py', 'undefined_three\n');
  await eventually('findings of kept.py', () => names().includes('kept.py'));
  const kept = await vscode.workspace.openTextDocument(file('kept.py'));
  await vscode.window.showTextDocument(kept);
  await shows(kept, 'GS102');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await pause(5000);
  equal(names().includes('kept.py'), true);
});

test('cells of a notebook know each other, and each has its findings', async () => {
  const cells = ['width = 1\n%matplotlib inline', 'print(width, undefined_four)'].map(
    (text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python'),
  );
  const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData(cells));
  await vscode.window.showNotebookDocument(notebook);
  await shows(notebook.cellAt(1).document, 'GS102');
  await shows(notebook.cellAt(0).document);
});

export const run = runAll;
