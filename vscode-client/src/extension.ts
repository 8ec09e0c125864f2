/** What VS Code calls: the extension starts, offers its commands, and stops. */

import * as vscode from 'vscode';
import { bundledWheel, installBundled } from './bundled';
import { EnergyView } from './energyView';
import { newEnoughPython } from './launch';
import { Server } from './server';
import { SECTION } from './settings';
import { Status } from './status';

const EXAMPLE = `"""An example: put the cursor on the squiggle and press Ctrl+. (Cmd+. on a Mac)."""


def mean(values):
    return sum(values) / len(value)
`;

let server: Server | undefined;

/** What `activate` returns, for tests and for extensions that build on this one. */
export interface Api {
  /** What the language status item says. */
  status(): string;
  /** The process of the running server. */
  pid(): number | undefined;
  /** What the running server says of itself; undefined without one. */
  information(): Promise<unknown>;
  /** What the energy view shows. */
  energy(): unknown;
}

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const log = vscode.window.createOutputChannel('groundstate', { log: true });
  const status = new Status();
  const running = new Server(context, log, status);
  server = running;
  const energy = new EnergyView(context.extensionUri, running);
  const commands: Record<string, (...args: never[]) => unknown> = {
    restart: () => running.restart('asked for'),
    showLogs: () => log.show(),
    showEnergy: (place?: Parameters<EnergyView['show']>[0]) => energy.show(place),
    debugInformation: () => showDebugInformation(context, running, status),
    addToBaseline: (finding: unknown) => running.execute('groundstate.addToBaseline', finding), // of a quick fix
    installServer: () => installServer(context, running, log),
    selectInterpreter: () => selectInterpreter(),
    openExample: () => openExample(),
  };
  context.subscriptions.push(log, status, running, energy);
  for (const [name, action] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(`${SECTION}.${name}`, action));
  }
  void running.restart('the extension was activated'); // not waited for: VS Code counts it as time to activate
  return {
    status: () => status.text,
    pid: () => running.client?.serverProcess?.pid,
    information: () => running.execute('groundstate.debugInformation'),
    energy: () => energy.drawn,
  };
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function showDebugInformation(context: vscode.ExtensionContext, running: Server, status: Status): Promise<void> {
  const content = JSON.stringify(
    {
      extension: context.extension.packageJSON.version as unknown,
      vscode: vscode.version,
      trusted: vscode.workspace.isTrusted,
      status: status.text,
      server: (await running.execute('groundstate.debugInformation')) ?? null,
    },
    undefined,
    2,
  );
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language: 'json' }));
}

async function installServer(
  context: vscode.ExtensionContext,
  running: Server,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const wheel = bundledWheel(context);
  const python = await newEnoughPython(context, log);
  if (!wheel || !python) {
    const lacking = wheel ? 'Python 3.11 or later' : 'bundled server (the extension was built without one)';
    void vscode.window.showErrorMessage(
      `groundstate: there is no ${lacking}. Run \`pip install "groundstate[cpu]"\` in your environment instead.`,
    );
    return;
  }
  const title = 'groundstate: installing the server into the extension’s own environment';
  try {
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, async () =>
      installBundled(context, python, wheel, log),
    );
  } catch (error) {
    log.error(`install: ${String(error)}`);
    const chosen = await vscode.window.showErrorMessage(`groundstate: ${String(error)}.`, 'Show Logs');
    if (chosen) {
      log.show();
    }
    return;
  }
  await running.restart('the bundled server was installed');
}

/** The Python extension's own list where it is there, else a file dialog for our setting. */
async function selectInterpreter(): Promise<void> {
  if ((await vscode.commands.getCommands(true)).includes('python.setInterpreter')) {
    await vscode.commands.executeCommand('python.setInterpreter');
    return;
  }
  const chosen = await vscode.window.showOpenDialog({ title: 'Python interpreter', canSelectMany: false });
  if (chosen?.[0]) {
    const target = vscode.workspace.workspaceFolders
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration(SECTION).update('interpreter', chosen[0].fsPath, target);
  }
}

async function openExample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'python', content: EXAMPLE });
  await vscode.window.showTextDocument(document);
}
