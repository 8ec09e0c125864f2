/** The life of the server: started, restarted when what it depends on changes, stopped. One operation at a time. */

import * as vscode from 'vscode';
import { State } from 'vscode-languageclient/node';
import { type Client, createClient } from './client';
import { watchInterpreters } from './interpreter';
import { findLaunch } from './launch';
import { RESTART_KEYS, SECTION } from './settings';
import type { DebugInformation, Status } from './status';

export class Server implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #status: Status;
  readonly #disposables: vscode.Disposable[] = [];
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when the server starts, stops, or has analysed a document. */
  readonly onDidChange = this.#changed.event;
  #client: Client | undefined;
  #queue: Promise<void> = Promise.resolve();
  #hasToldProblem = false;
  #isDescribed = false;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, status: Status) {
    this.#context = context;
    this.#log = log;
    this.#status = status;
    const later = debounced(() => void this.restart('the interpreter changed'), 300);
    this.#disposables.push(
      vscode.workspace.onDidChangeConfiguration((event) => {
        const key = RESTART_KEYS.find((name) => event.affectsConfiguration(`${SECTION}.${name}`));
        if (key) {
          void this.restart(`the setting groundstate.${key} changed`);
        }
        if (event.affectsConfiguration(SECTION)) {
          this.#isDescribed = false; // by the next analysis it may have another model
        }
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.restart('the workspace is trusted now')),
      watchInterpreters(later),
      this.#changed,
    );
  }

  /** The client while its server runs. */
  get client(): Client | undefined {
    return this.#client?.state === State.Running ? this.#client : undefined;
  }

  /** Stop the server, if one runs, and start one. */
  restart(why: string): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      this.#log.info(`start: ${why}`);
      await this.#stop();
      await this.#start();
    });
    return this.#queue;
  }

  async #start(): Promise<void> {
    this.#status.starting();
    const launch = await findLaunch(this.#context, this.#log);
    if ('problem' in launch) {
      this.#fail(launch.problem);
      return;
    }
    this.#log.info(`server: ${launch.command} ${launch.args.join(' ')} (from ${launch.source})`);
    const client = createClient(launch, this.#log, () => {
      if (!this.#isDescribed) {
        this.#isDescribed = true;
        void this.#describe(client, launch.source);
      }
      this.#changed.fire();
    });
    client.onDidChangeState(({ newState }) => {
      this.#isDescribed = false; // a server that was started again tells about itself again
      void vscode.commands.executeCommand('setContext', 'groundstate.running', newState === State.Running);
      if (newState === State.Running) {
        this.#status.running({ version: client.initializeResult?.serverInfo?.version }, launch.source);
      } else if (newState === State.Starting) {
        this.#status.starting();
      } else {
        this.#status.stopped('the server stopped');
      }
      this.#changed.fire();
    });
    this.#client = client;
    try {
      await client.start();
    } catch (error) {
      this.#fail(`the server did not start: ${String(error)}`);
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) {
      await client.dispose(3000).catch((error: unknown) => this.#log.warn(`stop: ${String(error)}`));
    }
  }

  async #describe(client: Client, source: string): Promise<void> {
    const information = (await this.#ask(client, 'groundstate.debugInformation')) as DebugInformation | undefined;
    if (information && this.client === client) {
      this.#status.running(information, source);
    }
  }

  /** The answer of the server's command; undefined without a server, or where it has no such command. */
  async execute(command: string, ...args: unknown[]): Promise<unknown> {
    return this.client && this.#ask(this.client, command, ...args);
  }

  async #ask(client: Client, command: string, ...args: unknown[]): Promise<unknown> {
    const offered = client.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
    if (!offered.includes(command)) {
      return undefined;
    }
    try {
      return await client.sendRequest('workspace/executeCommand', { command, arguments: args });
    } catch (error) {
      this.#log.warn(`${command}: ${String(error)}`);
      return undefined;
    }
  }

  #fail(problem: string): void {
    this.#log.error(problem);
    this.#status.failed(problem);
    this.#changed.fire();
    if (!this.#hasToldProblem) {
      this.#hasToldProblem = true; // once a session; the status item goes on saying it
      void this.#guide(problem);
    }
  }

  async #guide(problem: string): Promise<void> {
    const choices: Record<string, string> = {
      'Install Bundled Server': 'groundstate.installServer',
      'Select Interpreter': 'groundstate.selectInterpreter',
      'Show Logs': 'groundstate.showLogs',
    };
    const chosen = await vscode.window.showWarningMessage(`groundstate: ${problem}.`, ...Object.keys(choices));
    if (chosen) {
      await vscode.commands.executeCommand(choices[chosen] ?? '');
    }
  }

  async stop(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#stop());
    await this.#queue;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

function debounced(action: () => void, milliseconds: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}
