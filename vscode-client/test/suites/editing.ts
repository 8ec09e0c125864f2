import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { type Range, drawing } from '../../src/energy';
import { BUG, MENDED, actions, api, codes, equal, eventually, findings, open, pause, runAll, say, set, shows, test } from '../harness';

test('a finding is shown at its place, with rule and page', async () => {
  const document = await open('place.py', BUG);
  await shows(document, 'GS102');
  const [finding] = findings(document);
  equal(finding?.range, new vscode.Range(1, 29, 1, 34));
  equal(typeof finding?.code, 'object');
});

test('the status item names the model', async () => {
  const { status } = await api();
  await eventually('a described server', () => /version \d/.test(status()) && /exact rules only| on cpu/.test(status()));
});

test('the preferred quick fix changes the text, and the finding goes', async () => {
  const document = await open('fix.py', BUG);
  await shows(document, 'GS102');
  const preferred = await eventually('a preferred action', async () =>
    (await actions(document, new vscode.Range(1, 30, 1, 30))).find((action) => action.isPreferred),
  );
  equal(await vscode.workspace.applyEdit(preferred.edit as vscode.WorkspaceEdit), true);
  equal(document.getText(), MENDED);
  await shows(document);
});

test('the ignore action silences the line', async () => {
  const document = await open('ignore.py', BUG);
  await shows(document, 'GS102');
  const offered = await actions(document, new vscode.Range(1, 30, 1, 30));
  const ignore = offered.find((action) => action.title.includes('on this line'));
  await vscode.workspace.applyEdit(ignore?.edit as vscode.WorkspaceEdit);
  equal(document.getText().includes('groundstate: ignore[GS102]'), true);
  await shows(document);
});

test('typing brings findings and takes them away', async () => {
  const document = await open('typing.py', MENDED);
  const editor = vscode.window.activeTextEditor as vscode.TextEditor;
  await editor.edit((edit) => edit.delete(new vscode.Range(1, 34, 1, 35)));
  await shows(document, 'GS102');
  await editor.edit((edit) => edit.insert(new vscode.Position(1, 34), 's'));
  await shows(document);
});

test('a finding that holds is never withdrawn while the text changes elsewhere', async () => {
  const document = await open('steady.py', BUG);
  await shows(document, 'GS102');
  let withdrawn = 0;
  const listening = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    if (uris.some((uri) => uri.toString() === document.uri.toString()) && codes(document).length === 0) {
      withdrawn += 1;
    }
  });
  const editor = vscode.window.activeTextEditor as vscode.TextEditor;
  for (let line = 2; line < 12; line++) {
    await editor.edit((edit) => edit.insert(new vscode.Position(line, 0), `x${line} = ${line}\n`));
    await pause(60);
  }
  await pause(500);
  listening.dispose();
  equal(withdrawn, 0);
  equal(codes(document), ['GS102']);
});

test('columns are right behind wide characters', async () => {
  const document = await open('wide.py', 'def mean(values):\n    return "😀é", len(value)\n');
  await shows(document, 'GS102');
  equal(document.getText(findings(document)[0]?.range), 'value');
});

test('hover tells the rule', async () => {
  const document = await open('hover.py', BUG);
  await shows(document, 'GS102');
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    new vscode.Position(1, 30),
  );
  equal(JSON.stringify(hovers.map((hover) => hover.contents.map((part) => (part as vscode.MarkdownString).value))).includes('GS102'), true);
});

test('an unsaved new document is checked', async () => {
  await vscode.commands.executeCommand('groundstate.openExample');
  await shows((vscode.window.activeTextEditor as vscode.TextEditor).document, 'GS102');
});

test('cells of a notebook share their names', async () => {
  const cell = (text: string): vscode.NotebookCellData =>
    new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python');
  const notebook = await vscode.workspace.openNotebookDocument(
    'jupyter-notebook',
    new vscode.NotebookData([cell('values = [1]\n'), cell('print(values, valeus)\n')]),
  );
  await vscode.window.showNotebookDocument(notebook);
  await shows(notebook.cellAt(1).document, 'GS102');
  equal(codes(notebook.cellAt(0).document), []);
});

test('settings change without a restart', async () => {
  const document = await open('settings.py', BUG);
  await shows(document, 'GS102');
  const before = (await api()).pid();
  await set('ignore', ['GS102']);
  await shows(document);
  await set('ignore', undefined);
  await shows(document, 'GS102');
  equal((await api()).pid(), before);
});

test('enable switches the findings off and on', async () => {
  const document = await open('enable.py', BUG);
  await shows(document, 'GS102');
  await set('enable', false);
  await shows(document);
  await set('enable', undefined);
  await shows(document, 'GS102');
});

test('with run = onSave a text is checked when it is saved', async () => {
  const document = await open('saved.py', MENDED);
  await set('run', 'onSave');
  await eventually('the setting', async () => JSON.stringify(await (await api()).information()).includes('"run":"onSave"'));
  await (vscode.window.activeTextEditor as vscode.TextEditor).edit((edit) => edit.delete(new vscode.Range(1, 34, 1, 35)));
  await pause(1500);
  equal(codes(document), []);
  await document.save();
  await shows(document, 'GS102');
  await set('run', undefined);
});

test('a changed pyproject.toml is applied', async () => {
  const document = await open('project.py', BUG);
  await shows(document, 'GS102');
  const uri = vscode.Uri.joinPath(document.uri, '../pyproject.toml');
  const before = await vscode.workspace.fs.readFile(uri);
  await vscode.workspace.fs.writeFile(uri, Buffer.from('[tool.groundstate]\nselect = ["GS1"]\nignore = ["GS102"]\n'));
  await shows(document);
  await vscode.workspace.fs.writeFile(uri, before);
  await shows(document, 'GS102');
});

test('a killed server is started again with the same findings', async () => {
  const document = await open('killed.py', BUG);
  await shows(document, 'GS102');
  const { pid } = await api();
  const before = pid() as number;
  process.kill(before, 'SIGKILL');
  await eventually('another server', () => pid() !== undefined && pid() !== before);
  await shows(document, 'GS102');
  const preferred = await eventually('a preferred action', async () =>
    (await actions(document, new vscode.Range(1, 30, 1, 30))).find((action) => action.isPreferred),
  );
  await vscode.workspace.applyEdit(preferred.edit as vscode.WorkspaceEdit);
  equal(document.getText(), MENDED);
});

test('a server that dies while it is written to is started again', async () => {
  const document = await open('written.py', BUG);
  await shows(document, 'GS102');
  const { pid } = await api();
  const before = pid() as number;
  const asked = [0, 1, 2, 3].map((character) => {
    if (character === 1) {
      process.kill(before, 'SIGKILL');
    }
    return vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, new vscode.Position(0, character));
  });
  await Promise.allSettled(asked);
  await eventually('another server', () => pid() !== undefined && pid() !== before);
  await shows(document, 'GS102');
});

test('the command restarts the server', async () => {
  const document = await open('restarted.py', BUG);
  await shows(document, 'GS102');
  const { pid } = await api();
  const before = pid();
  await vscode.commands.executeCommand('groundstate.restart');
  await eventually('another server', () => pid() !== undefined && pid() !== before);
  await shows(document, 'GS102');
});

test('the energy view draws the function under the cursor and follows it', async () => {
  await set('select', ['ALL']);
  const document = await open('energy.py', 'def first(values):\n    return len(values)\n\n\ndef second(items):\n    total = sum(items)\n    return total / len(items)\n');
  const editor = vscode.window.activeTextEditor as vscode.TextEditor;
  editor.selection = new vscode.Selection(1, 11, 1, 11);
  await vscode.commands.executeCommand('groundstate.showEnergy');
  const { energy } = await api();
  const drawn = (): string => JSON.stringify(energy() ?? '');
  await eventually('a drawing of the first function', () => drawn().includes('first, lines 1 to 2'));
  equal(drawn().includes('"heat":'), true);
  await vscode.window.showTextDocument(document);
  (vscode.window.activeTextEditor as vscode.TextEditor).selection = new vscode.Selection(5, 5, 5, 5);
  await eventually('a drawing of the second function', () => drawn().includes('second, lines 5 to 7'));
  await set('select', undefined);
});

test('a code lens shows the free energy of each function, and opens the view', async () => {
  await set('select', ['ALL']);
  await set('codeLens', true);
  const document = await open('lens.py', 'def mean(values):\n    return sum(values) / len(values)\n');
  const lenses = await eventually('a lens', async () => {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10);
    return found.length === 1 ? found : undefined;
  });
  const { command } = lenses[0] as vscode.CodeLens;
  equal(/^free energy \d/.test(command?.title ?? ''), true);
  equal(command?.command, 'groundstate.showEnergy');
  await vscode.commands.executeCommand(command?.command ?? '', ...(command?.arguments ?? []));
  const { energy } = await api();
  await eventually('the view', () => JSON.stringify(energy() ?? '').includes('mean, lines 1 to 2'));
  await set('codeLens', undefined);
  await set('select', undefined);
});

test('the baseline action silences the finding and writes the file', async () => {
  const document = await open('known.py', BUG);
  await set('baseline', 'baseline.json');
  await shows(document, 'GS102');
  const offered = await eventually('the action', async () =>
    (await actions(document, new vscode.Range(1, 30, 1, 30))).find((action) => /baseline/.test(action.title)),
  );
  await vscode.commands.executeCommand(offered.command?.command ?? '', ...(offered.command?.arguments ?? []));
  await shows(document);
  const written = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(document.uri, '../baseline.json'));
  equal(Buffer.from(written).toString().includes('GS102'), true);
  await set('baseline', undefined);
  await shows(document, 'GS102');
});

test('with twenty files open and the model loaded the server stays below 500 MB', async () => {
  await set('select', ['ALL']);
  for (let number = 0; number < 20; number++) {
    const body = Array.from({ length: 40 }, (_, at) => `def f${at}(values, other):\n    total = sum(values)\n    return total / len(other)\n`);
    const document = await open(`many${number}.py`, `${body.join('\n\n')}\n\nprint(undefined_${number})\n`);
    await eventually('findings', () => codes(document).includes('GS102'));
  }
  const { pid, status: shown } = await api();
  await eventually('the model in the status item', () => / on cpu/.test(shown()));
  const status = readFileSync(`/proc/${pid()}/status`, 'utf8');
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  await set('select', undefined);
  say(`     ${megabytes.toFixed(0)} MB`);
  equal(megabytes < 500, true);
});

test('tokens are cut out of the lines of a drawing', async () => {
  const range = (line: number, from: number, endLine: number, to: number): Range => ({
    start: { line, character: from },
    end: { line: endLine, character: to },
  });
  const shown = drawing(
    {
      uri: '', version: 1, freeEnergy: 0.5, terms: ['learned'],
      unit: { name: 'f', range: range(1, 0, 3, 0) },
      tokens: [{ range: range(2, 2, 2, 4), heat: 1 }, { range: range(1, 3, 2, 1), heat: 0.01 }],
      edits: [],
    },
    (line) => ['zero', 'first', 'second', 'third'][line] ?? '',
  );
  equal(shown.lines, [
    { number: 2, pieces: [{ text: 'fir', heat: 0 }, { text: 'st', heat: 1 }] },
    { number: 3, pieces: [{ text: 's', heat: 1 }, { text: 'e', heat: 0 }, { text: 'co', heat: 9 }, { text: 'nd', heat: 0 }] },
  ]);
});

test('debug information opens as JSON', async () => {
  await vscode.commands.executeCommand('groundstate.debugInformation');
  const shown = JSON.parse(vscode.window.activeTextEditor?.document.getText() ?? '') as Record<string, unknown>;
  equal(typeof shown.status, 'string');
  equal((shown.server as { version?: string }).version !== undefined, true);
});

export const run = runAll;
