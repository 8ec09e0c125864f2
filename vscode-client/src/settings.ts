/** The section `groundstate` of the settings: what the extension uses itself, and what it hands to the server. */

import * as vscode from 'vscode';

export const SECTION = 'groundstate';

/** Keys that only the extension reads. Every other key goes to the server. */
const OWN_KEYS = new Set(['path', 'importStrategy', 'interpreter', 'trace']);

/** Keys that name files or folders, which a workspace that is not trusted does not choose; also those not in package.json. */
const PATH_KEYS = new Set(['model', 'baseline', 'cache-dir']);

/** Keys whose change needs another server process; all else is told to the running one. */
export const RESTART_KEYS = ['path', 'interpreter', 'importStrategy'];

export interface LaunchSettings {
  path: string[];
  interpreter: string | null;
  importStrategy: 'fromEnvironment' | 'useBundled';
}

export function launchSettings(scope?: vscode.Uri): LaunchSettings {
  const section = vscode.workspace.getConfiguration(SECTION, scope);
  return {
    path: section.get<string[]>('path', []).map(expanded),
    interpreter: ((chosen) => (chosen ? expanded(chosen) : null))(section.get<string | null>('interpreter', null)),
    importStrategy: section.get('importStrategy', 'fromEnvironment'),
  };
}

/**
 * The settings of `scope` that the user or the workspace set. A default is left out: it must not stand above what the
 * project's `pyproject.toml` says.
 */
export function serverSettings(scope?: vscode.Uri): Record<string, unknown> {
  const section = vscode.workspace.getConfiguration(SECTION, scope);
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(section)) {
    const found = section.inspect(key);
    const usersOnly = PATH_KEYS.has(key) && !vscode.workspace.isTrusted;
    const chosen = usersOnly ? [] : [found?.workspaceValue, found?.workspaceFolderValue];
    const isSet = [found?.globalValue, ...chosen].some((value) => value !== undefined && value !== null);
    if (isSet && !OWN_KEYS.has(key) && typeof section[key] !== 'function') {
      values[key] = usersOnly ? found?.globalValue : section.get(key);
    }
  }
  return values;
}

/** `text` with `~`, `${workspaceFolder}` and `${env:NAME}` replaced, as other extensions do. */
function expanded(text: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return text
    .replace(/^~(?=$|[\\/])/, process.env.HOME ?? process.env.USERPROFILE ?? '~')
    .replaceAll('${workspaceFolder}', folder)
    .replace(/\$\{env:(\w+)\}/g, (_, name: string) => process.env[name] ?? '');
}
