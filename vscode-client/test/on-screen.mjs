// What a user does with the keyboard, on a page that shows VS Code.

/** Types into VS Code's list of commands. */
export async function command(page, title) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await page.keyboard.press('Enter');
}

export async function openFile(page, name) {
  await page.keyboard.press('Control+p');
  await page.locator('.quick-input-widget input').fill(name);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** The text of the page inside the energy view: a frame in a frame. */
export async function energyFrame(page) {
  for (let tries = 0; tries < 1500; tries++) {
    for (const frame of page.frames()) {
      const shown = await frame.locator('main .source').count().catch(() => 0);
      if (shown > 0) {
        return frame;
      }
    }
    await page.waitForTimeout(100);
  }
  throw new Error('the energy view drew nothing');
}
