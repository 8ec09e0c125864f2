/** The energy view: the unit under the cursor as a heat map, with its best edits. */

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { type Edit, type Energy, drawing } from './energy';
import type { Server } from './server';

const PAUSE_MS = 150;

/** What the webview sends: it is ready, or an edit of the list was clicked. */
type Message = { kind: 'ready' } | { kind: 'reveal' | 'apply'; edit: number };

interface Place {
  uri: string;
  position: { line: number; character: number };
}

export class EnergyView implements vscode.WebviewViewProvider, vscode.Disposable {
  static readonly id = 'groundstate.energy';
  readonly #extension: vscode.Uri;
  readonly #server: Server;
  readonly #disposables: vscode.Disposable[] = [];
  #view: vscode.WebviewView | undefined;
  #shown: Energy | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The client whose answer is waited for: a server has one question at a time, for it reads them one after the other. */
  #asking: Server['client'];
  #isOutdated = false;
  /** The last message to the webview. */
  drawn: unknown;

  constructor(extension: vscode.Uri, server: Server) {
    this.#extension = extension;
    this.#server = server;
    this.#disposables.push(
      vscode.window.registerWebviewViewProvider(EnergyView.id, this),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (!this.#isShown(textEditor)) {
          this.#soon();
        }
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.#soon()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) {
          this.#soon();
        }
      }),
      server.onDidChange(() => {
        const editor = vscode.window.activeTextEditor;
        if (editor && !this.#isShown(editor)) {
          this.#soon();
        }
      }),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    const media = vscode.Uri.joinPath(this.#extension, 'media');
    view.webview.options = { enableScripts: true, localResourceRoots: [media] };
    view.webview.html = page(view.webview, media);
    view.webview.onDidReceiveMessage((message: Message) => void this.#receive(message));
    view.onDidChangeVisibility(() => this.#soon());
    view.onDidDispose(() => {
      this.#view = undefined;
    });
  }

  /** Open the view on a place, or on the cursor's. */
  async show(place?: Place): Promise<void> {
    if (place) {
      const { line, character } = place.position;
      const at = new vscode.Position(line, character);
      await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), { selection: new vscode.Range(at, at) });
    }
    await vscode.commands.executeCommand(`${EnergyView.id}.focus`, { preserveFocus: true });
    await this.#update();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    if (this.#view?.visible) {
      this.#timer = setTimeout(() => void this.#update(), PAUSE_MS);
    }
  }

  /** Whether what is drawn is of this text and of the unit under the cursor. */
  #isShown(editor: vscode.TextEditor): boolean {
    const { start, end } = this.#shown?.unit.range ?? {};
    return (
      this.#shown?.uri === editor.document.uri.toString() &&
      this.#shown.version === editor.document.version &&
      start !== undefined &&
      end !== undefined &&
      new vscode.Range(start.line, start.character, end.line, end.character).contains(editor.selection.active)
    );
  }

  async #update(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== 'python') {
      this.#draw(undefined, 'Put the cursor into a Python function.');
      return;
    }
    if (!this.#server.client) {
      this.#draw(undefined, 'The server is not running. The log says why: run “groundstate: Show Logs”.');
      return;
    }
    if (this.#asking === this.#server.client) {
      this.#isOutdated = true;
      return;
    }
    const client = (this.#asking = this.#server.client);
    this.#isOutdated = false;
    const { line, character } = editor.selection.active;
    const uri = this.#server.client.code2ProtocolConverter.asUri(editor.document.uri);
    const answer = await this.#server.execute('groundstate.showEnergy', { uri, position: { line, character } });
    if (this.#asking !== client) {
      return; // another server was asked meanwhile
    }
    this.#asking = undefined;
    if (this.#isOutdated) {
      await this.#update(); // the cursor moved on meanwhile
      return;
    }
    if (answer === undefined && this.#shown) {
      return; // the text changed meanwhile: what is drawn stays until the pause after the change
    }
    if (isEnergy(answer)) {
      this.#draw({ ...answer, uri: editor.document.uri.toString() }, '', editor.document);
    } else {
      const reason = (answer as { reason?: string } | null | undefined)?.reason;
      this.#draw(undefined, reason ?? 'There is no unit of code at the cursor.');
    }
  }

  #draw(energy: Energy | undefined, notice: string, document?: vscode.TextDocument): void {
    this.#shown = energy;
    const drawn =
      energy && document
        ? drawing(energy, (line) => (line < document.lineCount ? document.lineAt(line).text : ''))
        : undefined;
    this.drawn = { notice, drawing: drawn };
    void this.#view?.webview.postMessage(this.drawn);
  }

  async #receive(message: Message): Promise<void> {
    if (message.kind === 'ready') {
      await this.#update();
      return;
    }
    const edit = this.#shown?.edits[message.edit];
    if (!edit || !this.#shown) {
      return;
    }
    const uri = vscode.Uri.parse(this.#shown.uri);
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.version !== this.#shown.version) {
      return; // the edit was for another text
    }
    if (message.kind === 'apply') {
      await vscode.workspace.applyEdit(workspaceEdit(uri, edit));
    }
    const { start, end } = edit.range;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    await vscode.window.showTextDocument(document, { selection, preserveFocus: true });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

function isEnergy(answer: unknown): answer is Energy {
  return typeof answer === 'object' && answer !== null && 'unit' in answer && 'edits' in answer;
}

function workspaceEdit(uri: vscode.Uri, edit: Edit): vscode.WorkspaceEdit {
  const change = new vscode.WorkspaceEdit();
  for (const { range, newText } of edit.replacements) {
    const { start, end } = range;
    change.replace(uri, new vscode.Range(start.line, start.character, end.line, end.character), newText);
  }
  return change;
}

/** The page: nothing from elsewhere, no inline style, one script. What is drawn comes as a message and is set as text. */
function page(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${address('energy.css')}">
<title>Energy</title>
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${address('energy.js')}"></script>
</body>
</html>`;
}
