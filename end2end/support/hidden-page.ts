import type { Page } from '@playwright/test';

/** The page goes into the background, as when a phone changes to another app. */
export async function hides(page: Page): Promise<void> {
  await page.evaluate<void, DocumentVisibilityState>(become, 'hidden');
}

/** The page comes back from the background. */
export async function shows(page: Page): Promise<void> {
  await page.evaluate<void, DocumentVisibilityState>(become, 'visible');
}

function become(state: DocumentVisibilityState): void {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => state === 'hidden' });
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}
