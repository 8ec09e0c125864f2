// What a user does, on the screen: install the vsix, see the squiggle, press Ctrl+., take the fix, see the text changed;
// then the energy view. Screenshots go to test/out/. `npm run test:screen` after `npm run package`.

import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { command, energyFrame, openFile } from './on-screen.mjs';
import { folderWith, python, requireEditors, root, withWorkbench } from './workbench.mjs';

const BUG = 'def mean(values):\n    return sum(values) / len(value)\n';
const MENDED = BUG.replace('len(value)', 'len(values)');
const vsix = join(root, 'groundstate.vsix');
const out = join(root, 'test/out');
let passed = 0;
let failed = 0;

async function step(name, page, body) {
  const started = Date.now();
  try {
    await body();
    passed += 1;
    console.log(`ok   ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
  await page.screenshot({ path: join(out, `${passed + failed}.png`) });
}

await requireEditors();
await access(vsix).catch(() => {
  console.error('NOT RUN: groundstate.vsix is not there. Run npm run package first.');
  process.exit(1);
});
await mkdir(out, { recursive: true });
const folder = await folderWith({ 'pyproject.toml': '[tool.groundstate]\n', 'mean.py': BUG });
await withWorkbench({ vsix, trust: true, settings: { 'groundstate.interpreter': python } }, async (page, host) => {
  page.setDefaultTimeout(150_000);
  const problems = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text()) && /energy\.(js|css)|groundstate/.test(message.text())) {
      problems.push(message.text());
    }
  });
  await page.goto(`http://${host}/?folder=${folder}`, { waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor();
  await step('the vsix installs; a file opened shows its squiggle', page, async () => {
    await openFile(page, 'mean.py');
    const opened = Date.now();
    await page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning').first().waitFor();
    console.log(`     first squiggle ${Date.now() - opened} ms after the file was opened, with nothing running before`);
  });
  await step('Ctrl+. on the squiggle lists the repair first and the ignores', page, async () => {
    await page.locator('.view-line', { hasText: 'return' }).click();
    await page.keyboard.press('F8');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget .action-list-item-title, .action-widget .action .title').first().waitFor();
    const rows = await page.locator('.action-widget .monaco-list-row').allInnerTexts();
    const titles = rows.filter((row) => /value|Ignore/.test(row));
    if (!/values/.test(titles[0] ?? '') || !titles.some((row) => /Ignore GS102/.test(row))) {
      throw new Error(`the list is ${JSON.stringify(rows)}`);
    }
  });
  await step('Enter makes the edit, the squiggle goes, and saving writes it', page, async () => {
    await page.keyboard.press('Enter');
    await page.locator('.view-line', { hasText: 'len(values)' }).waitFor();
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Control+s');
    for (let tries = 0; (await readFile(join(folder, 'mean.py'), 'utf8')) !== MENDED; tries++) {
      if (tries > 2000) {
        throw new Error(await readFile(join(folder, 'mean.py'), 'utf8'));
      }
      await page.waitForTimeout(50);
    }
  });
  await step('the energy view draws the function, within its content policy', page, async () => {
    await command(page, 'groundstate: Show Energy of Function');
    const frame = await energyFrame(page);
    const heading = await frame.locator('h1').innerText();
    if (!/mean, lines 1 to 2/.test(heading)) {
      throw new Error(heading);
    }
    const policy = await frame.locator('meta[http-equiv]').getAttribute('content');
    if (!policy?.startsWith("default-src 'none'") || policy.includes('unsafe')) {
      throw new Error(policy);
    }
    if (problems.length) {
      throw new Error(problems.join('\n'));
    }
    const colours = await frame.locator('[class^="heat"]').evaluateAll((pieces) =>
      pieces.filter((piece) => getComputedStyle(piece).backgroundColor !== 'rgba(0, 0, 0, 0)').length);
    if (colours === 0) {
      throw new Error('no token is coloured');
    }
  });
  await step('an edit of the energy view changes the text', page, async () => {
    const frame = await energyFrame(page);
    await frame.locator('button', { hasText: 'Apply' }).first().click();
    await page.waitForFunction((text) => !document.querySelector('.view-lines')?.textContent?.replace(/\u00a0/g, ' ').includes(text), 'return sum(values) / len(values)');
  });
  await step('the walkthrough has its three steps', page, async () => {
    await command(page, 'Welcome: Open Walkthrough');
    await page.locator('.quick-input-widget input').fill('groundstate');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get started with groundstate' }).first().waitFor();
    await page.keyboard.press('Enter');
    for (const title of ['Have a server', 'Mend a finding', 'See the energy of a function']) {
      await page.locator('.getting-started-step', { hasText: title }).first().waitFor();
    }
  });
  await step('trusting the workspace starts the server again', page, async () => {
    await command(page, 'Workspaces: Manage Workspace Trust');
    await page.locator('.workspace-trust-editor').getByRole('button', { name: /^Trust$/ }).first().click();
    await command(page, 'groundstate: Show Logs');
    await page.locator('.view-line', { hasText: 'the workspace is trusted now' }).first().waitFor();
  });
});
await rm(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
