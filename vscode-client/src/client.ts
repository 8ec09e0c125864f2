/** The language client: how it starts the server and what it tells it. */

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as vscode from 'vscode';
import {
  CloseAction,
  type DynamicFeature,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type StaticFeature,
} from 'vscode-languageclient/node';
import type { Launch } from './launch';
import { SECTION, serverSettings } from './settings';

/**
 * A client without `ExecuteCommandFeature`, which would register the server's commands with VS Code under names that the
 * extension's own commands have.
 */
class Client extends LanguageClient {
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    if ('registrationType' in feature && feature.registrationType.method === 'workspace/executeCommand') {
      return;
    }
    super.registerFeature(feature);
  }
}

export type { Client };

export function createClient(launch: Launch, log: vscode.LogOutputChannel, analysed: () => void): Client {
  let usual: ErrorHandler | undefined;
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'python' },
      { scheme: 'untitled', language: 'python' },
      { notebook: '*', language: 'python' },
    ],
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // The server decides by its settings `run` and `delay` whether the answer comes now, later or with a save.
    diagnosticPullOptions: { onChange: true, onSave: true },
    errorHandler: {
      // A server that died while it was written to: its end is told next, and starts another.
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: async () => {
        const result = await (usual ??= client.createDefaultErrorHandler()).closed();
        return result.action === CloseAction.Restart ? { ...result, handled: true } : result;
      },
    },
    stdioOptions: { stdout: byLine((line) => log.info(line)), stderr: byLine((line) => logged(line, log)) },
    initializationOptions: serverSettings(),
    middleware: {
      workspace: {
        // Of itself the client would send all of the section: defaults, which would stand above the project's settings.
        didChangeConfiguration: async () =>
          client.sendNotification('workspace/didChangeConfiguration', { settings: { [SECTION]: serverSettings() } }),
        configuration: (params) =>
          params.items.map((item) => {
            if (item.section !== SECTION) {
              return null;
            }
            const scope = item.scopeUri ? vscode.Uri.parse(item.scopeUri) : undefined;
            const chosen = launch.interpreter?.chosen ? { interpreter: launch.interpreter.path } : {};
            return { ...chosen, ...serverSettings(scope) };
          }),
      },
      provideDiagnostics: async (document, previousResultId, token, next) => {
        const report = await next(document, previousResultId, token);
        analysed();
        return report;
      },
      handleDiagnostics: (uri, diagnostics, next) => {
        next(uri, diagnostics);
        analysed();
      },
    },
  };
  const executable = { command: launch.command, args: launch.args, options: { cwd: launch.cwd } };
  const client = new Client(SECTION, 'groundstate', executable, options);
  return client;
}

function byLine(take: (line: string) => void): (input: Readable) => void {
  return (input) => void createInterface({ input, crlfDelay: Infinity }).on('line', take);
}

/** A line of the server's standard error, under the level that its logging gave it; a traceback's lines are errors. */
function logged(line: string, log: vscode.LogOutputChannel): void {
  const [, level, text] = /^\S+ \S+ (DEBUG|INFO|WARNING) (.*)/.exec(line) ?? [];
  if (level === 'WARNING') {
    log.warn(text ?? line);
  } else if (level) {
    log.info(text ?? line); // the server was told how much to say
  } else {
    log.error(line);
  }
}
