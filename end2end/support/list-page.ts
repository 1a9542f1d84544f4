import { expect, type Locator, type Page } from '@playwright/test';

/** The page's sync state, from the body's attribute. */
export type SyncState = 'live' | 'catching-up' | 'offline' | 'pending';

/** The page of a list. */
export class ListPage {
  readonly body: Locator;
  readonly heading: Locator;
  readonly newTodo: Locator;
  readonly todoList: Locator;
  /** The rows. Their text is the title alone. */
  readonly items: Locator;
  readonly main: Locator;
  readonly footer: Locator;
  readonly count: Locator;
  readonly toggleAll: Locator;
  readonly filters: Locator;
  readonly clearCompleted: Locator;
  /** Messages to a person, such as refusals and deletions. */
  readonly messages: Locator;
  readonly shareButton: Locator;
  /** The headings of sections. */
  readonly sections: Locator;
  /** The notice about the latest action. */
  readonly notice: Locator;
  /** Announcements for screen readers. */
  readonly announcer: Locator;
  readonly details: Locator;
  readonly search: Locator;

  constructor(readonly page: Page) {
    this.body = page.locator('body');
    this.heading = page.getByRole('heading', { level: 1 });
    this.newTodo = page.getByPlaceholder('What needs to be done?');
    this.todoList = page.locator('.todo-list');
    this.items = page.getByTestId('todo-item');
    this.main = page.locator('.main');
    this.footer = page.locator('.footer');
    this.count = page.getByTestId('todo-count');
    this.toggleAll = page.getByLabel('Mark all as complete');
    this.filters = page.locator('.filters li a');
    this.clearCompleted = page.locator('.clear-completed');
    this.messages = page.locator('[role="alert"], [role="status"]');
    this.shareButton = page.getByRole('navigation').getByRole('button', { name: 'Share', exact: true });
    this.sections = page.getByTestId('todo-section');
    this.notice = page.locator('.notice');
    this.announcer = page.locator('main > .announcer[aria-live="polite"]');
    this.details = page.locator('dialog.details');
    this.search = page.getByRole('searchbox', { name: 'Search this list' });
  }

  /** The row with exactly this title. */
  item(title: string): ItemRow {
    const label = this.page.getByTestId('todo-title').getByText(title, { exact: true });
    return new ItemRow(this.items.filter({ has: label }));
  }

  /** The row at an index, from 0. Unlike `item`, it stays the same row when its title changes. */
  row(index: number): ItemRow {
    return new ItemRow(this.items.nth(index));
  }

  section(title: string): ItemRow {
    return new ItemRow(this.sections.filter({ has: this.page.getByRole('heading', { name: title, exact: true }) }));
  }

  /** Chooses an entry of the menu. */
  async choose(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'More', exact: true }).click();
    const menu = this.page.locator('.menu');
    await menu
      .getByRole('button', { name, exact: true })
      .or(menu.getByRole('link', { name, exact: true }))
      .click();
  }

  /** Pastes a text into the focused element. */
  async paste(text: string): Promise<void> {
    await this.page.evaluate((data) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', data);
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(event);
    }, text);
  }

  /** Undoes the latest action, by keys. */
  async undo(): Promise<void> {
    await this.page.keyboard.press('Control+z');
  }

  async redo(): Promise<void> {
    await this.page.keyboard.press('Control+Shift+z');
  }

  /** Expects these items and sections, in order. */
  async hasRows(titles: readonly string[]): Promise<void> {
    await expect(this.todoList.locator('> li')).toHaveText([...titles]);
  }

  filter(name: 'All' | 'Active' | 'Completed'): Locator {
    return this.filters.getByText(name, { exact: true });
  }

  /** Types items, each with Enter. */
  async add(...titles: readonly string[]): Promise<void> {
    for (const title of titles) {
      await this.newTodo.fill(title);
      await this.newTodo.press('Enter');
    }
  }

  /** Waits until the page is online and has nothing left to send. */
  async live(): Promise<void> {
    await this.says('live');
  }

  async says(...states: readonly SyncState[]): Promise<void> {
    await expect(this.body).toHaveAttribute('data-sync', new RegExp(`^(${states.join('|')})$`));
  }

  async hasTitles(titles: readonly string[]): Promise<void> {
    await expect(this.items).toHaveText([...titles]);
  }

  /** Returns the exact titles, including white space. */
  async exactTitles(): Promise<string[]> {
    return this.items.allTextContents();
  }

  async hasCount(number: number): Promise<void> {
    await expect(this.count).toHaveText(number === 1 ? '1 item left' : `${number} items left`);
  }

  /** Waits for a message. */
  async tells(text: RegExp): Promise<void> {
    await expect(this.messages.filter({ hasText: text, visible: true }).first()).toBeVisible();
  }

  /** Waits until a text appears on the page or in one of its fields. */
  async stillHas(text: string): Promise<void> {
    await expect.poll(() => this.textsOnScreen(), `what can be read on the page`).toContain(text);
  }

  private async textsOnScreen(): Promise<string> {
    return this.page.evaluate(() => {
      const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')];
      const values = fields.filter((field) => field.checkVisibility()).map((field) => field.value);
      return [document.body.innerText, ...values].join('\n');
    });
  }

  /** Renames the list in place. */
  async rename(title: string): Promise<void> {
    const field = await this.startRenaming();
    await field.fill(title);
    await field.press('Enter');
  }

  /** Starts to edit the list's title. */
  async startRenaming(): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Rename the list' }).click();
    const field = this.page.getByRole('textbox', { name: "The list's title" });
    await expect(field).toBeFocused();
    return field;
  }

  /** Deletes the list, and answers the confirmation. */
  async deleteList(answer: 'confirm' | 'cancel'): Promise<void> {
    await this.choose('Delete list…');
    const question = this.page.getByRole('dialog').or(this.page.getByRole('alertdialog'));
    await expect(question).toBeVisible();
    await question.getByRole('button', { name: answer === 'confirm' ? /delete/i : /cancel|keep/i }).click();
  }

  /** Starts to count the rows on the screen in every frame. */
  async watchRows(): Promise<RowWatch> {
    await this.page.evaluate(() => {
      const seen = { most: 0, fewest: Number.POSITIVE_INFINITY };
      const look = () => {
        const rows = document.querySelectorAll('.todo-list > li').length;
        seen.most = Math.max(seen.most, rows);
        seen.fewest = Math.min(seen.fewest, rows);
      };
      look();
      new MutationObserver(look).observe(document, { childList: true, subtree: true });
      Object.assign(window, { rowsSeen: seen });
    });
    return new RowWatch(this.page);
  }
}

/** The largest and smallest number of rows ever on the screen. */
export class RowWatch {
  constructor(private readonly page: Page) {}

  private async seen(): Promise<{ most: number; fewest: number }> {
    return this.page.evaluate(() => (window as unknown as { rowsSeen: { most: number; fewest: number } }).rowsSeen);
  }

  async most(): Promise<number> {
    return (await this.seen()).most;
  }

  async fewest(): Promise<number> {
    return (await this.seen()).fewest;
  }
}

/** One row. */
export class ItemRow {
  readonly title: Locator;
  readonly checkbox: Locator;
  readonly editField: Locator;
  readonly editButton: Locator;
  readonly destroyButton: Locator;
  readonly detailsButton: Locator;
  readonly handle: Locator;
  /** Its due date. */
  readonly due: Locator;

  constructor(readonly root: Locator) {
    this.title = root.getByTestId('todo-title');
    this.checkbox = root.locator('.toggle');
    this.editField = root.locator('.edit');
    this.editButton = root.getByRole('button', { name: /edit/i });
    this.destroyButton = root.locator('.destroy');
    this.detailsButton = root.locator('.details-button');
    this.handle = root.locator('.handle');
    this.due = root.locator('.due');
  }

  async tick(): Promise<void> {
    await this.checkbox.check();
  }

  async untick(): Promise<void> {
    await this.checkbox.uncheck();
  }

  /** Starts to edit the row with a double click. */
  async startEditing(): Promise<Locator> {
    await this.title.dblclick();
    await expect(this.editField).toBeFocused();
    return this.editField;
  }

  async rename(title: string): Promise<void> {
    // The row is found by its title, so its field is located before the title changes.
    const field = await this.startEditing();
    await field.fill(title);
    await field.press('Enter');
  }

  async destroy(): Promise<void> {
    await this.destroyButton.click();
  }

  async isDone(): Promise<void> {
    await expect(this.root).toHaveClass(/(^| )completed( |$)/);
    await expect(this.checkbox).toBeChecked();
  }

  async isOpen(): Promise<void> {
    await expect(this.root).not.toHaveClass(/(^| )completed( |$)/);
    await expect(this.checkbox).not.toBeChecked();
  }
}
