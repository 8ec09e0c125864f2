// What a user does with the keyboard, on a page that shows VS Code.

/** Runs a command out of VS Code's list of commands. */
export async function command(page, title) {
  await choose(page, 'F1', `>${title}`, title);
}

export async function openFile(page, name) {
  await choose(page, 'Control+p', name, name);
}

/**
 * Presses `keys`, types into the list that they open, and takes the first row with the text `shown`.
 *
 * Presses them again where the list went: a page that was just shown, such as a walkthrough, takes the focus a moment later,
 * and VS Code closes a list that loses it.
 */
async function choose(page, keys, typed, shown) {
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: shown }).first();
  for (let tries = 1; ; tries++) {
    await page.keyboard.press(keys);
    try {
      await page.locator('.quick-input-widget input').fill(typed, { timeout: 5_000 });
      await row.waitFor({ timeout: 5_000 });
      break;
    } catch (error) {
      if (tries === 30) {
        throw error;
      }
    }
  }
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
