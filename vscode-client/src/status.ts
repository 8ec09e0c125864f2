/** The language status item beside the language's name: state, model and device of the server. */

import * as vscode from 'vscode';

/** What `groundstate.debugInformation` answers, as far as it is shown. */
export interface DebugInformation {
  version?: string;
  python?: string;
  model?: string | null;
  device?: string | null;
}

export class Status implements vscode.Disposable {
  readonly #item = vscode.languages.createLanguageStatusItem('groundstate.status', [{ language: 'python' }]);

  constructor() {
    this.#item.name = 'groundstate';
    this.starting();
  }

  /** What the item says now, with what is said when the pointer is on its command. */
  get text(): string {
    return `${this.#item.text}: ${this.#item.detail ?? ''}; ${this.#item.command?.tooltip ?? ''}`;
  }

  starting(): void {
    this.#show('groundstate', 'starting', vscode.LanguageStatusSeverity.Information, true);
    this.#item.command = { title: 'Show Logs', command: 'groundstate.showLogs' };
  }

  running(information: DebugInformation, source: string): void {
    const model = information.model ? `${information.model} on ${information.device ?? 'cpu'}` : 'exact rules only';
    const version = information.version ? `version ${information.version}, ` : '';
    this.#show('groundstate', model, vscode.LanguageStatusSeverity.Information, false);
    this.#item.command = { title: 'Restart', command: 'groundstate.restart', tooltip: `${version}from ${source}` };
  }

  stopped(why: string): void {
    this.#show('groundstate is off', why, vscode.LanguageStatusSeverity.Information, false);
    this.#item.command = { title: 'Restart', command: 'groundstate.restart' };
  }

  failed(problem: string): void {
    this.#show('groundstate has no server', problem, vscode.LanguageStatusSeverity.Error, false);
    this.#item.command = { title: 'Install…', command: 'groundstate.installServer' };
  }

  #show(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    this.#item.text = text;
    this.#item.detail = detail;
    this.#item.severity = severity;
    this.#item.busy = busy;
  }

  dispose(): void {
    this.#item.dispose();
  }
}
