import type { Page } from '@playwright/test';

import type { RemoteList } from '../support/api.ts';
import type { ListPage } from '../support/list-page.ts';
import { LateProgram } from '../support/late-program.ts';
import { Outage } from '../support/outage.ts';
import { Person } from '../support/person.ts';
import { rewritePages, type Rewriting } from '../support/rewritten-page.ts';
import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** The HTML between the start of the body and the page's data. */
function inBody(html: string, rewrite: Rewriting): string {
  const [start, end] = [html.indexOf('<body'), html.indexOf('<script type="application/json"')];
  return html.slice(0, start) + rewrite(html.slice(start, end)) + html.slice(end);
}

/** Checks that all of a list works, on this page and for others. */
async function expectWholePage(person: Person, list: ListPage, remote: RemoteList): Promise<void> {
  await person.hydrated();
  await list.live();
  await expect(list.heading).toHaveText(remote.title);
  await expect(person.page).toHaveTitle(`${remote.title} · Tandem`);
  await list.hasCount(3);

  await list.item('feed the cat').tick();
  await list.item('feed the cat').isDone();
  await expect.poll(async () => (await remote.find('feed the cat')).isdone).toBe(true);
  await expect.poll(async () => (await remote.find('buy milk')).isdone).toBe(false);
  await list.hasCount(2);

  await list.item('call the doctor').rename('call the dentist');
  await expect.poll(() => remote.titles()).toEqual(['buy milk', 'feed the cat', 'call the dentist']);
  await list.add('water the plants');
  await list.hasTitles(['buy milk', 'feed the cat', 'call the dentist', 'water the plants']);
  await list.hasCount(3);

  await remote.rename('Chores');
  await expect(list.heading).toHaveText('Chores');
  await expect(person.page).toHaveTitle('Chores · Tandem');
  await remote.destroy((await remote.find('buy milk')).id);
  await list.hasTitles(['feed the cat', 'call the dentist', 'water the plants']);
  await list.live();
}

test.describe('An unchanged page', () => {
  for (const [what, path] of [
    ['a list', ''],
    ['a filter', '/completed'],
    ['the trash', '/trash'],
  ] as const) {
    test(`is taken over with its nodes: ${what}`, async ({ tandem, alice }) => {
      const remote = await tandem.newList({ items: ['see https://tandem.example/x & <b>', ...three], done: ['paid'] });
      await remote.add('Kitchen', { issection: true });
      await remote.add('with all', { due: '2027-01-02', longdesc: 'notes' });
      await remote.destroy((await remote.find('buy milk')).id);
      const program = await LateProgram.of(alice.page);
      await alice.page.goto(`${remote.path}${path}`, { waitUntil: 'commit' });
      await expect(alice.page.locator('main.list')).toBeVisible();
      await alice.page.evaluate(() => {
        for (const node of document.querySelectorAll('#app *')) Object.assign(node, { isOfTheServer: true });
      });
      program.arrives();
      await alice.hydrated();
      const anew = await alice.page.evaluate(() => {
        const nodes = [...document.querySelectorAll('main.list, main.list > *, .todo-list > li, .deleted > li')];
        return nodes.filter((node) => !('isOfTheServer' in node)).map((node) => node.outerHTML.slice(0, 80));
      });
      expect(anew).toEqual([]);
    });
  }

  test('is taken over with its nodes: the front page, in German', async ({ browser, tandem }) => {
    const berta = await Person.arrives(browser, 'Berta', { locale: 'de-DE', baseURL: tandem.address });
    const program = await LateProgram.of(berta.page);
    await berta.page.goto('/', { waitUntil: 'commit' });
    await expect(berta.page.locator('html[lang=de] main.landing')).toBeVisible();
    await berta.page.evaluate(() => Object.assign(document.querySelector('main')!, { isOfTheServer: true }));
    program.arrives();
    await berta.hydrated();
    expect(await berta.page.evaluate(() => 'isOfTheServer' in document.querySelector('main')!)).toBe(true);
    await berta.leaves();
  });
});

test.describe('A page that others have changed', () => {
  const rewritings: Record<string, Rewriting> = {
    'an element first in the body': (html) => html.replace(/<body[^>]*>/, '$&<div class="banner">Ad</div>'),
    'text first in the body': (html) => html.replace(/<body[^>]*>/, '$&some text'),
    'elements around the app and last': (html) =>
      html
        .replace('<div id="app"', '<div class="proxy"><p>Hi</p><div id="app"')
        .replace('</body>', '</div><i></i></body>'),
    'an element first in main': (html) => html.replace(/<main[^>]*>/, '$&<aside>Translate this page?</aside>'),
    'an element inside a row': (html) =>
      html.replace(/<li[^>]*data-testid="todo-item"[^>]*>/, '$&<span class="ext"></span>'),
    'an element inside the form': (html) =>
      html.replace(/<form[^>]*class="new"[^>]*>/, '$&<x-extension></x-extension>'),
    'comments stripped': (html) => inBody(html, (body) => body.replace(/<!--.*?-->|<!>/g, '')),
    'white space collapsed': (html) =>
      inBody(html, (body) => body.replace(/>\s+/g, '>').replace(/\s+</g, '<').replace(/\s+/g, ' ')),
    'texts in <font>': (html) =>
      inBody(html, (body) => body.replace(/>([^<>]*\p{L}[^<>]*)</gu, '><font style=""><font>$1</font></font><')),
    'attributes added': (html) => html.replace(/<(main|li|input|div|body)/g, '<$1 data-extension="1"'),
    'an element removed': (html) => html.replace(/<a[^>]*class="home".*?<\/a>/s, ''),
    'rows in another order': (html) =>
      html.replace(/(<li[^>]*todo-item.*?<\/li>)(<li[^>]*todo-item.*?<\/li>)/s, '$2$1'),
  };
  for (const [what, rewrite] of Object.entries(rewritings)) {
    test(`works: ${what}`, async ({ tandem, alice }) => {
      // The page's policy blocks styles that an extension adds.
      alice.expects(/Content Security Policy/);
      const remote = await tandem.newList({ title: 'Household', items: three });
      await rewritePages(alice.page, `**${remote.path}`, rewrite);
      await alice.page.goto(remote.path);
      await expectWholePage(alice, alice.list, remote);
    });
  }

  test('keeps foreign nodes around the app', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await rewritePages(alice.page, `**${remote.path}`, (html) =>
      html
        .replace(/<body[^>]*>/, '$&<div class="banner">Ad</div>')
        .replace(/<main[^>]*>/, '$&<aside>Ad</aside>')
        .replace('</body>', '<footer class="proxy">Served by a proxy</footer></body>'),
    );
    await alice.page.goto(remote.path);
    await alice.hydrated();
    await expect(alice.page.locator('.banner')).toHaveText('Ad');
    await expect(alice.page.locator('.proxy')).toHaveText('Served by a proxy');
    await alice.list.hasTitles(three);
  });

  test('keeps what is typed, the caret and the focus', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await rewritePages(alice.page, `**${remote.path}`, (html) => html.replace(/<main[^>]*>/, '$&<aside>Ad</aside>'));
    const program = await LateProgram.of(alice.page);
    await alice.page.goto(remote.path, { waitUntil: 'commit' });
    await alice.list.newTodo.fill('wter the plants');
    await alice.list.newTodo.evaluate((field: HTMLInputElement) => field.setSelectionRange(1, 1));
    program.arrives();
    await alice.hydrated();
    await expect(alice.page.locator('aside')).toHaveCount(0);
    await expect(alice.list.newTodo).toHaveValue('wter the plants');
    await expect(alice.list.newTodo).toBeFocused();
    await alice.page.keyboard.type('a');
    await alice.page.keyboard.press('Enter');
    await alice.list.hasTitles([...three, 'water the plants']);
    await expect.poll(() => remote.titles()).toEqual([...three, 'water the plants']);
  });

  test('keeps the focus on a row', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await rewritePages(alice.page, `**${remote.path}`, (html) => html.replace(/<main[^>]*>/, '$&<aside>Ad</aside>'));
    const program = await LateProgram.of(alice.page);
    await alice.page.goto(remote.path, { waitUntil: 'commit' });
    await alice.list.item('feed the cat').checkbox.focus();
    program.arrives();
    await alice.hydrated();
    await expect(alice.page.locator('aside')).toHaveCount(0);
    await expect(alice.list.item('feed the cat').checkbox).toBeFocused();
  });

  test('that only looks unchanged is rebuilt after one reload', async ({ tandem, alice }) => {
    alice.expects(/hydration|unreachable|RuntimeError/);
    const remote = await tandem.newList({ title: 'Household', items: three });
    // An element in the place of a comment goes unnoticed at first.
    await alice.page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        const main = document.querySelector('main');
        if (!main || history.state?.anew) return;
        const walker = document.createTreeWalker(main, NodeFilter.SHOW_COMMENT);
        const impostor = document.createElement('i');
        Object.defineProperty(impostor, 'nodeType', { value: Node.COMMENT_NODE });
        (walker.nextNode() as Comment).replaceWith(impostor);
      });
    });
    await alice.page.goto(remote.path);
    await expectWholePage(alice, alice.list, remote);
  });
});

test.describe('After a translation in the page', () => {
  /** Replaces each text node by new elements, as translators do. */
  async function translate(page: Page): Promise<void> {
    await page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      for (const text of texts) {
        if (!text.data.trim() || text.parentElement!.closest('script')) continue;
        const [outer, inner] = [document.createElement('font'), document.createElement('font')];
        inner.textContent = `»${text.data}«`;
        outer.append(inner);
        text.replaceWith(outer);
      }
    });
  }

  test('counter, title, state and texts stay current', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ title: 'Household', items: three });
    const list = await alice.open(remote);
    await list.live();
    await translate(alice.page);
    await list.item('»buy milk«').tick();
    await list.hasCount(2);
    await remote.add('water the plants');
    await list.hasCount(3);
    await remote.rename('Chores');
    await expect(list.heading).toHaveText('Chores');
    await expect(alice.page).toHaveTitle('Chores · Tandem');
    await remote.update((await remote.find('feed the cat')).id, { shortdesc: 'feed two cats' });
    await expect(list.row(1).title).toHaveText('feed two cats');
    await list.live();
    const status = alice.page.locator('.status .words');
    const outage = await Outage.begins(alice);
    await alice.goesOffline();
    await list.says('offline');
    await expect(status).toContainText('Offline');
    await alice.comesBack();
    await outage.ends();
    await list.live();
    await expect(status).not.toContainText('Offline');
  });

  test('the counter is not to be translated', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await expect(list.count).toHaveAttribute('translate', 'no');
    await expect(alice.page.locator('title')).toHaveAttribute('translate', 'no');
  });
});

test.describe('Events that other programs dispatch', () => {
  // Password managers, text expanders and the browser's own suggestions send events that lack most of
  // what their names promise.
  const types = ['keydown', 'keyup', 'beforeinput', 'input', 'change', 'paste', 'pointerdown', 'click', 'dblclick'];

  async function strike(page: Page, selector: string): Promise<void> {
    await page
      .locator(selector)
      .first()
      .evaluate((element, all) => {
        for (const type of all) element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
      }, types);
  }

  test('do not stop the page, even if they name no key', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    for (const selector of ['body', '.new-todo', '.todo-list > li', '.handle']) await strike(alice.page, selector);
    await list.startRenaming();
    await strike(alice.page, '.edit-title');
    await alice.page.keyboard.press('Escape');
    await list.item('feed the cat').startEditing();
    await strike(alice.page, '.edit');
    await alice.page.keyboard.press('Escape');
    await list.choose('Search');
    await strike(alice.page, '.search input');
    await list.search.press('Escape');
    await list.item('feed the cat').detailsButton.click();
    await strike(alice.page, 'dialog.details textarea');
    await strike(alice.page, 'dialog.details input');
    await alice.page.keyboard.press('Escape');
    await list.add('water the plants');
    await expect.poll(() => remote.titles()).toEqual([...three, 'water the plants']);
    await expect(list.body).toHaveAttribute('data-hydrated');
    await list.live();
  });
});
