/** The server that the extension brings as a wheel, installed into an environment of the extension's own when asked. */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** The Python of the extension's own environment, whether it is there or not. */
export function bundledPython(context: vscode.ExtensionContext): string {
  const parts = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  return join(environmentFolder(context), ...parts);
}

function environmentFolder(context: vscode.ExtensionContext): string {
  return join(context.globalStorageUri.fsPath, `server-${String(context.extension.packageJSON.version)}`);
}

/** The wheel inside the extension; undefined in an extension that was built without one. */
export function bundledWheel(context: vscode.ExtensionContext): string | undefined {
  const folder = join(context.extensionPath, 'bundled');
  try {
    const name = readdirSync(folder).find((entry) => entry.endsWith('.whl'));
    return name && join(folder, name);
  } catch {
    return undefined;
  }
}

/**
 * Makes the extension's own environment with the wheel and what it depends on, from the user's package index.
 *
 * @throws Error when a step fails; what is half made is taken away.
 */
export async function installBundled(
  context: vscode.ExtensionContext,
  python: string,
  wheel: string,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const folder = environmentFolder(context);
  await rm(folder, { recursive: true, force: true });
  try {
    await logged(python, ['-m', 'venv', folder], log);
    await logged(bundledPython(context), ['-m', 'pip', 'install', '--disable-pip-version-check', `${wheel}[cpu]`], log);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function logged(command: string, args: string[], log: vscode.LogOutputChannel): Promise<void> {
  log.info(`run: ${command} ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => log.info(data.toString().trimEnd()));
    }
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args.slice(0, 3).join(' ')} failed`))));
  });
}
