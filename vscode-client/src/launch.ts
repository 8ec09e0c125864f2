/** The command that starts the server, or why there is none. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { bundledPython } from './bundled';
import { type Interpreter, findInterpreter, isExecutable } from './interpreter';
import { launchSettings } from './settings';

const run = promisify(execFile);

export interface Launch {
  command: string;
  args: string[];
  /** A folder that is not the workspace: Python must not find modules there. */
  cwd: string;
  /** Where the server comes from, in words. */
  source: string;
  interpreter: Interpreter | undefined;
}

/** There is no server; `problem` is one line that says why. */
export interface Missing {
  problem: string;
}

/** What an interpreter has, found without importing anything from it. */
interface Contents {
  version: [number, number];
  missing: string[];
}

const NEEDED = ['groundstate', 'groundstate_energy', 'numpy', 'pygls', 'tokenizers', 'tree_sitter', 'tree_sitter_python'];
const PROBE = `import sys; sys.path[:1] = []
from importlib.util import find_spec
import json
print(json.dumps({"version": sys.version_info[:2], "missing": [n for n in ${JSON.stringify(NEEDED)} if find_spec(n) is None]}))`;
const OLDEST: [number, number] = [3, 11];

export async function findLaunch(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): Promise<Launch | Missing> {
  const scope = vscode.workspace.workspaceFolders?.[0]?.uri;
  const settings = launchSettings(scope);
  const cwd = context.globalStorageUri.fsPath;
  await vscode.workspace.fs.createDirectory(context.globalStorageUri);
  const interpreter = await findInterpreter(settings, scope, log);

  for (const path of settings.path) {
    if (await isExecutable(path)) {
      return { command: path, args: serverArguments(), cwd, source: 'the setting groundstate.path', interpreter };
    }
    log.warn(`server: ${path} (from groundstate.path) is not there or cannot be run`);
  }

  let problem = 'the setting groundstate.importStrategy wants the bundled server, which is not installed';
  if (settings.importStrategy === 'fromEnvironment') {
    problem = interpreter
      ? await problemOf(interpreter.path, cwd)
      : 'no Python interpreter was found';
    if (interpreter && problem === '') {
      return { ...inPython(interpreter.path, cwd), source: interpreter.source, interpreter };
    }
    log.info(`server: ${problem}`);
  }
  const bundled = bundledPython(context);
  if (await isExecutable(bundled)) {
    return { ...inPython(bundled, cwd), source: 'the bundled server', interpreter };
  }
  return { problem };
}

function inPython(python: string, cwd: string): Pick<Launch, 'command' | 'args' | 'cwd'> {
  return { command: python, args: ['-P', '-m', 'groundstate', ...serverArguments()], cwd };
}

/** A workspace that is not trusted names, in its own `pyproject.toml`, no model, interpreter, cache or baseline. */
function serverArguments(): string[] {
  return vscode.workspace.isTrusted ? ['server'] : ['server', '--untrusted'];
}

/** Why the server cannot run in `python`; empty when it can. */
async function problemOf(python: string, cwd: string): Promise<string> {
  let contents: Contents;
  try {
    contents = JSON.parse((await run(python, ['-c', PROBE], { cwd, timeout: 20_000 })).stdout) as Contents;
  } catch (error) {
    return `${python} does not run: ${String(error).split('\n')[0]}`;
  }
  const [major, minor] = contents.version;
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return `${python} is Python ${major}.${minor}, and the server needs ${OLDEST.join('.')} or later`;
  }
  if (contents.missing.includes('groundstate')) {
    return `groundstate is not installed in ${python}`;
  }
  return contents.missing.length ? `${python} has groundstate, but lacks ${contents.missing.join(', ')}` : '';
}

/** The folder that `groundstate.installServer` needs a Python for: any that is new enough. */
export async function newEnoughPython(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): Promise<string | undefined> {
  const scope = vscode.workspace.workspaceFolders?.[0]?.uri;
  const found = await findInterpreter(launchSettings(scope), scope, log);
  const cwd = context.globalStorageUri.fsPath;
  const named = process.platform === 'win32' ? [] : ['python3.14', 'python3.13', 'python3.12', 'python3.11'];
  const folders = (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':');
  const candidates = [found?.path, ...named.flatMap((name) => folders.map((folder) => join(folder, name)))];
  for (const python of candidates) {
    if (python && (await isExecutable(python)) && !/ is Python | does not run/.test(await problemOf(python, cwd))) {
      return python;
    }
  }
  return undefined;
}
