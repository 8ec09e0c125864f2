import * as vscode from 'vscode';
import { BUG, codes, equal, findings, runAll, shows, test } from '../harness';

function folderNamed(name: string): vscode.WorkspaceFolder {
  return vscode.workspace.workspaceFolders?.find((item) => item.name === name) as vscode.WorkspaceFolder;
}

async function openIn(name: string): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.joinPath(folderNamed(name).uri, 'mean.py');
  await vscode.workspace.fs.writeFile(uri, Buffer.from(BUG));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

test('each folder of a workspace has its own settings', async () => {
  const loud = await openIn('loud');
  await shows(loud, 'GS102');
  const quiet = await openIn('quiet');
  await shows(quiet);
  equal(codes(loud), ['GS102']);
});

test('a setting of one folder changes that folder only, without a restart', async () => {
  const quiet = await openIn('quiet');
  await shows(quiet);
  const section = vscode.workspace.getConfiguration('groundstate', quiet.uri);
  await section.update('ignore', undefined, vscode.ConfigurationTarget.WorkspaceFolder);
  await shows(quiet, 'GS102');
  equal(findings(quiet).length, 1);
});

export const run = runAll;
