import type { Page } from 'playwright-core';

/** Opens the palette by its key, on a page that is there, and types into it. */
export async function typeInPalette(page: Page, text: string): Promise<void> {
  // Before the page is there, nobody hears the key; before the field has the focus, nobody hears the letters.
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  await page.locator('[role="dialog"] input:focus').waitFor();
  await page.keyboard.type(text);
}

/** Takes the line of the palette that is marked, once it is the one with this text. */
export async function takeFromPalette(page: Page, text: string): Promise<void> {
  await page.locator('[role="dialog"] [data-selected]', { hasText: text }).waitFor();
  await page.keyboard.press('Enter');
}
