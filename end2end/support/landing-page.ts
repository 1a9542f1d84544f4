import { expect, type Locator, type Page } from '@playwright/test';

import type { RemoteList } from './api.ts';

/** The front page. */
export class LandingPage {
  /** What the new list is to be called. */
  readonly title: Locator;
  /** The button that creates a list. */
  readonly newListButton: Locator;

  constructor(readonly page: Page) {
    this.title = page.getByRole('textbox', { name: 'List name (optional)' });
    this.newListButton = page.getByRole('main').getByRole('button', { name: /create list/i });
  }

  /** The link to a list that this device has opened before. */
  recent(list: RemoteList): Locator {
    return this.page.locator(`a[href="/${list.token}"], a[href$="/${list.token}"]`);
  }

  /** Creates a list with the button, and returns its token. */
  async makeList(): Promise<string> {
    await this.newListButton.click();
    await expect(this.page).toHaveURL(/\/[A-Za-z0-9_-]{8,}$/);
    return new URL(this.page.url()).pathname.slice(1);
  }
}
