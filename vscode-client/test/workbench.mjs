// The real workbench and extension host: code-server, with Chromium as its window.

import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

export const root = resolve(import.meta.dirname, '..');
const editors = resolve(process.env.GROUNDSTATE_EDITORS ?? join(root, '../build/editors'));
const node = join(editors, 'node/node_modules/.bin/node');
const entry = join(editors, 'code-server/node_modules/code-server/out/node/entry.js');
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The Python that has groundstate, which the tests run the server in. */
export const python = resolve(process.env.GROUNDSTATE_PYTHON ?? join(root, '../.venv/bin/python'));

const SETTINGS = {
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'files.autoSave': 'off',
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.untrustedFiles': 'open',
};

/** Refuses to go on without the programs that the tests drive: a test that was not run must not look like one that passed. */
export async function requireEditors() {
  for (const path of [node, entry, chromiumPath, python]) {
    await access(path).catch(() => {
      console.error(`NOT RUN: ${path} is not there. Run tests/editors/install, and say which Python has groundstate: GROUNDSTATE_PYTHON.`);
      process.exit(1);
    });
  }
}

/** A folder with `files` (name to text) that is gone after the run. */
export async function folderWith(files) {
  const folder = await mkdtemp(join(tmpdir(), 'groundstate-vscode-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text, name.endsWith('.sh') ? { mode: 0o755 } : {});
  }
  return folder;
}

/**
 * Runs `use(page, address)` with a fresh installation of VS Code and its page not yet opened.
 *
 * settings: user settings. trust: whether folders must be trusted first. vsix: installed before the start.
 * environment: added to that of the extension host. path: a folder that the login shell puts first in PATH, for VS Code
 * takes PATH from there.
 */
export async function withWorkbench({ settings = {}, trust = false, vsix, environment = {}, path }, use) {
  const home = await mkdtemp(join(tmpdir(), 'groundstate-home-'));
  const port = 18100 + (process.pid % 800);
  const host = `127.0.0.1:${port}`;
  const folders = ['--user-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')];
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), SHELL: '/bin/bash', ...environment };
  const user = { ...SETTINGS, 'security.workspace.trust.enabled': trust, ...settings };
  await mkdir(join(home, 'data/User'), { recursive: true });
  await writeFile(join(home, 'data/User/settings.json'), JSON.stringify(user));
  await writeFile(join(home, '.bash_profile'), path ? `export PATH='${path}':"$PATH"\n` : '');
  if (vsix) {
    await finished(spawn(node, [entry, ...folders, '--install-extension', vsix], { env, stdio: 'inherit' }));
  }
  const args = [entry, '--auth', 'none', '--bind-addr', host, '--disable-telemetry', '--disable-update-check', ...folders];
  let server;
  let answers = false;
  const start = (tries) => {
    server = spawn(node, trust ? args : [...args, '--disable-workspace-trust'], { env, stdio: 'ignore', detached: true });
    server.on('exit', () => !answers && tries > 1 && start(tries - 1)); // it gives up by itself on a busy machine
  };
  start(10);
  let browser;
  try {
    await answering(`http://${host}/healthz`);
    answers = true;
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets'],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultNavigationTimeout(900_000); // the first page of a fresh installation, on a machine with other work
    return await use(page, host, home);
  } finally {
    await browser?.close();
    try {
      process.kill(-server.pid);
    } catch {
      // it is gone already
    }
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Runs the compiled `tests` (a module with `run`) inside the extension host, and gives its exit code. */
export async function runInHost({ tests, extensions, folder, query = `folder=${folder}`, ...options }) {
  const results = join(await mkdtemp(join(tmpdir(), 'groundstate-results-')), 'results.txt');
  await writeFile(results, '');
  const environment = { ...options.environment, GROUNDSTATE_TEST_RESULTS: results, GROUNDSTATE_TEST_PYTHON: python };
  const code = await withWorkbench({ ...options, environment }, async (page, host) => {
    let exited;
    const exit = new Promise((done) => (exited = done));
    await page.exposeFunction('codeAutomationExit', exited);
    if (process.env.VERBOSE) {
      page.on('console', (message) => console.log(message.text().slice(0, 500)));
    }
    const remote = (path) => ({ scheme: 'vscode-remote', authority: host, path });
    await page.route((url) => url.host === host && url.pathname === '/', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(
        /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/,
        (_, head, json) => {
          const configuration = JSON.parse(json.replace(/&quot;/g, '"').replace(/&amp;/g, '&'));
          configuration.developmentOptions = {
            ...configuration.developmentOptions,
            extensions: extensions.map(remote),
            extensionTestsPath: remote(tests),
          };
          return `${head}${JSON.stringify(configuration).replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"`;
        },
      );
      await route.fulfill({ response: answer, body });
    });
    await page.goto(`http://${host}/?${query}`, { waitUntil: 'domcontentloaded' });
    const late = new Promise((done) => setTimeout(() => done(124), options.timeout ?? 1_500_000));
    const ended = await Promise.race([exit, late]);
    if (ended !== 0 && process.env.SHOT) {
      await page.screenshot({ path: process.env.SHOT });
    }
    return ended;
  });
  return { code, output: await readFile(results, 'utf8') };
}

function finished(child) {
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`exit ${code}`))));
  });
}

async function answering(address) {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(address);
    } catch (error) {
      if (tries > 3000) {
        throw error;
      }
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}
