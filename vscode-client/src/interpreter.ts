/** Which Python interpreter is meant: a setting, Python Environments, the Python extension, PATH, in this order. */

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { LaunchSettings } from './settings';

export interface Interpreter {
  path: string;
  /** Where it comes from, in words for the log. */
  source: string;
  /** Whether the user chose it; one that merely is on PATH says nothing about the project's packages. */
  chosen: boolean;
}

/** What `ms-python.vscode-python-envs` exports, as far as it is used here. */
interface EnvironmentsApi {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
  onDidChangeEnvironment?: vscode.Event<unknown>;
}

/** What `ms-python.python` exports, as far as it is used here. */
interface PythonApi {
  environments: {
    getActiveEnvironmentPath(scope?: vscode.Uri): { path: string };
    resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const ENVIRONMENTS = 'ms-python.vscode-python-envs';
const PYTHON = 'ms-python.python';

export async function findInterpreter(
  settings: LaunchSettings,
  scope: vscode.Uri | undefined,
  log: vscode.LogOutputChannel,
): Promise<Interpreter | undefined> {
  const found = await firstInterpreter(settings, scope, log);
  log.info(found ? `interpreter: ${found.path} (from ${found.source})` : 'interpreter: none found');
  return found;
}

async function firstInterpreter(
  settings: LaunchSettings,
  scope: vscode.Uri | undefined,
  log: vscode.LogOutputChannel,
): Promise<Interpreter | undefined> {
  if (settings.interpreter) {
    return { path: settings.interpreter, source: 'the setting groundstate.interpreter', chosen: true };
  }
  // A workspace chooses its environment itself, so in one that is not trusted nobody is asked for it.
  if (vscode.workspace.isTrusted) {
    const sources: [string, (scope: vscode.Uri | undefined) => Promise<string | undefined>][] = [
      ['Python Environments', fromEnvironments],
      ['the Python extension', fromPython],
    ];
    for (const [source, ask] of sources) {
      try {
        const path = await ask(scope);
        if (path) {
          return { path, source, chosen: true };
        }
        log.info(`interpreter: none from ${source}`);
      } catch (error) {
        log.warn(`interpreter: ${source} did not answer: ${String(error)}`);
      }
    }
  } else {
    log.info('interpreter: the workspace is not trusted, its environments are not used');
  }
  const path = await onPath();
  return path ? { path, source: 'PATH', chosen: false } : undefined;
}

async function exportsOf<T>(id: string): Promise<T | undefined> {
  const extension = vscode.extensions.getExtension<T>(id);
  return extension && (extension.isActive ? extension.exports : await extension.activate());
}

async function fromEnvironments(scope: vscode.Uri | undefined): Promise<string | undefined> {
  const api = await exportsOf<EnvironmentsApi>(ENVIRONMENTS);
  return (await api?.getEnvironment(scope))?.execInfo?.run?.executable;
}

async function fromPython(scope: vscode.Uri | undefined): Promise<string | undefined> {
  const environments = (await exportsOf<PythonApi>(PYTHON))?.environments;
  if (!environments) {
    return undefined;
  }
  const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(scope));
  return resolved?.executable.uri?.fsPath;
}

/** The first Python of PATH. Relative entries are passed over: they would mean files of the workspace. */
async function onPath(): Promise<string | undefined> {
  const names = process.platform === 'win32' ? ['python.exe'] : ['python3', 'python'];
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)) {
    for (const name of names) {
      const path = join(folder, name);
      if (await isExecutable(path)) {
        return path;
      }
    }
  }
  return undefined;
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Calls `changed` when another environment is chosen, also in an extension that is installed later. */
export function watchInterpreters(changed: () => void): vscode.Disposable {
  const listening = new Map<string, vscode.Disposable>();
  async function listen(): Promise<void> {
    const environments = vscode.extensions.getExtension(ENVIRONMENTS) && (await exportsOf<EnvironmentsApi>(ENVIRONMENTS));
    if (environments?.onDidChangeEnvironment && !listening.has(ENVIRONMENTS)) {
      listening.set(ENVIRONMENTS, environments.onDidChangeEnvironment(changed));
    }
    const python = vscode.extensions.getExtension(PYTHON) && (await exportsOf<PythonApi>(PYTHON));
    if (python?.environments && !listening.has(PYTHON)) {
      listening.set(PYTHON, python.environments.onDidChangeActiveEnvironmentPath(changed));
    }
  }
  function listenWhereTrusted(): void {
    if (vscode.workspace.isTrusted) {
      listen().catch(() => undefined); // an extension that does not start has nothing to tell
    }
  }
  listenWhereTrusted();
  const installed = vscode.extensions.onDidChange(listenWhereTrusted);
  const trusted = vscode.workspace.onDidGrantWorkspaceTrust(listenWhereTrusted);
  return new vscode.Disposable(() => vscode.Disposable.from(installed, trusted, ...listening.values()).dispose());
}
