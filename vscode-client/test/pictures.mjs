// The pictures of the documentation, made by the extension on the screen: `npm run pictures` after `npm run package`.
// They go to docs/pictures.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { command, energyFrame, openFile } from './on-screen.mjs';
import { folderWith, python, requireEditors, root, withWorkbench } from './workbench.mjs';

const MEAN = 'def mean(values):\n    return sum(values) / len(value)\n';

const PAIR = `def pair(line):
    key, separator, value = line.partition("=")
    if not separator:
        raise ValueError("there is no = in the line")
    return key.strip(), key.strip()
`;

const CONTRACTS = `import deal


@deal.pre(lambda low, high: low <= high)
@deal.ensure(lambda low, high, result: low <= result <= high)
def middle(low: int, high: int) -> int:
    return (low + high) // 2


@deal.pre(lambda values: len(values) > 0)
@deal.ensure(lambda values, result: result >= values[0])
def largest(values: list[int]) -> int:
    found = values[0]
    for value in values:
        if value < found:
            found = value
    return found
`;

const pictures = join(root, '../docs/pictures');
await requireEditors();
await mkdir(pictures, { recursive: true });
const folder = await folderWith({ 'pyproject.toml': '[tool.groundstate]\n', 'mean.py': MEAN, 'pair.py': PAIR, 'contracts.py': CONTRACTS });
const settings = {
  'groundstate.interpreter': python,
  'workbench.layoutControl.enabled': false,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'editor.fontSize': 15,
};
await withWorkbench({ vsix: join(root, 'groundstate.vsix'), settings }, async (page, host) => {
  page.setDefaultTimeout(150_000);
  await page.setViewportSize({ width: 1000, height: 620 });
  const picture = (name, height, from = 0) =>
    page.screenshot({ path: join(pictures, `${name}.png`), clip: { x: 0, y: from, width: 1000, height: height - from } });
  await page.goto(`http://${host}/?folder=${folder}`, { waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor();
  await command(page, 'View: Toggle Primary Side Bar Visibility');

  await openFile(page, 'mean.py');
  await page.locator('.monaco-editor .squiggly-error').first().waitFor();
  await page.locator('.view-line', { hasText: 'return' }).click();
  await page.keyboard.press('F8');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row').first().waitFor();
  await picture('quick-fix', 300);
  await page.keyboard.press('Escape');

  await page.locator('.view-line', { hasText: 'return' }).getByText('value', { exact: true }).last().hover();
  await page.locator('.monaco-hover-content', { hasText: 'ΔE' }).first().waitFor();
  await page.waitForTimeout(500);
  await picture('hover', 360);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: /Editor Language Status/ }).first().click();
  await page.locator('.hover-language-status', { hasText: 'groundstate' }).first().waitFor();
  await page.waitForTimeout(500);
  await picture('status', 620, 400);
  await page.keyboard.press('Escape');

  await openFile(page, 'contracts.py');
  await page.locator('.codelens-decoration', { hasText: 'verified' }).first().waitFor();
  await page.locator('.codelens-decoration', { hasText: 'refuted' }).first().waitFor();
  await page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning').first().waitFor();
  await page.waitForTimeout(500);
  await picture('contracts', 520);

  await page.setViewportSize({ width: 1000, height: 820 });
  await openFile(page, 'pair.py');
  await page.locator('.view-line', { hasText: 'return' }).click();
  await command(page, 'groundstate: Show Energy of Function');
  await energyFrame(page);
  await command(page, 'View: Toggle Maximized Panel');
  await page.waitForTimeout(1000);
  await picture('energy-view', 560);
});
await rm(folder, { recursive: true, force: true });
console.log(`pictures are in ${pictures}`);
