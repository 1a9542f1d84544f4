// The program goes on, whatever others do to its nodes, and whatever goes while somebody is in it.

import type { Page } from '@playwright/test';

import type { RemoteList } from '../support/api.ts';
import { paints } from '../support/frames.ts';
import { keeps } from '../support/kept.ts';
import type { ListPage } from '../support/list-page.ts';
import { Outage } from '../support/outage.ts';
import type { Person } from '../support/person.ts';
import { rewritePages, type Rewriting } from '../support/rewritten-page.ts';
import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

/** The program is there, and what is done on the page is saved. */
async function expectAlive(person: Person, list: ListPage, remote: RemoteList): Promise<void> {
  await expect(person.page.locator('.stopped')).toBeHidden();
  await expect(list.body).toHaveAttribute('data-hydrated');
  await list.live();
  await list.newTodo.fill('still here');
  await list.newTodo.press('Enter');
  await expect.poll(() => remote.titles()).toContain('still here');
  await expect(person.page.locator('.stopped')).toBeHidden();
}

test.describe('After takeover, others', () => {
  /** What an extension does to the page's nodes; and what the page can make of it afterwards. */
  const doings: Record<string, { act: () => void; isWhole?: false; isRebuilt?: true }> = {
    'put elements between, into and around everything': {
      act: () => {
        const other = () => Object.assign(document.createElement('x-extension'), { textContent: '' });
        for (const node of document.querySelectorAll('#app *:not(option, svg *)')) {
          node.before(other());
          if (!node.matches('input, img, br, hr, textarea, label, h1, h2')) node.prepend(other());
        }
        document.body.prepend(other());
        document.querySelector('#app')!.append(other());
      },
    },
    'join the texts, and take blank ones away': {
      act: () => {
        document.body.normalize();
        const walker = document.createTreeWalker(document.querySelector('#app')!, NodeFilter.SHOW_TEXT);
        const blank: Text[] = [];
        while (walker.nextNode()) if (!walker.currentNode.nodeValue?.trim()) blank.push(walker.currentNode as Text);
        for (const text of blank) text.remove();
      },
    },
    'wrap each row and each part of it': {
      act: () => {
        for (const node of document.querySelectorAll(
          '.todo-list > li .view, .todo-list > li .view > *, .footer, .new',
        )) {
          const wrapper = document.createElement('div');
          node.replaceWith(wrapper);
          wrapper.append(node);
        }
      },
    },
    'take the comments away': {
      act: () => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
        const comments: Comment[] = [];
        while (walker.nextNode()) comments.push(walker.currentNode as Comment);
        for (const comment of comments) comment.remove();
      },
      isRebuilt: true,
    },
    'take rows, buttons and notices away': {
      act: () => {
        for (const node of document.querySelectorAll(
          '.todo-list > li:first-child, .filters, .notices, .status, .bar > button',
        )) {
          node.remove();
        }
      },
      isRebuilt: true,
    },
    'take the list out of the page': { act: () => document.querySelector('.todo-list')!.remove(), isRebuilt: true },
    'put all of the list elsewhere': {
      act: () => {
        const shell = document.body.appendChild(document.createElement('section'));
        shell.append(...document.querySelector('.todo-list')!.childNodes);
        document.querySelector('.todo-list')!.append(...shell.childNodes);
        document.querySelector('.todo-list')!.append(...[...document.querySelectorAll('.todo-list > li')].reverse());
      },
      isWhole: false,
    },
  };
  for (const [what, { act, isWhole = true, isRebuilt = false }] of Object.entries(doings)) {
    test(`may ${what}`, async ({ tandem, alice }) => {
      const remote = await tandem.newList({ items: three, done: ['paid', 'called'] });
      const list = await alice.open(remote);
      await list.live();
      // A bundle for development says so where a new node has lost its neighbour.
      if (!isWhole || isRebuilt) alice.expects(/Non-fatal error/);
      await list.newTodo.pressSequentially('half');
      await alice.page.evaluate(act);

      const [milk, cat, doctor] = await Promise.all(three.map((title) => remote.find(title)));
      const isRight = isRebuilt ? alice.page.waitForEvent('load') : undefined;
      await remote.add('first of others');
      await isRight;
      await alice.hydrated();
      if (isWhole) await list.hasTitles([...three, 'paid', 'called', 'first of others']);
      if (isRebuilt) await expect(list.newTodo).toBeFocused();
      await expect(list.newTodo).toHaveValue('half');
      await list.newTodo.fill('');
      await remote.update(cat!.id, { shortdesc: 'feed two cats', isdone: true });
      await remote.rename('Chores');
      await expect(alice.page).toHaveTitle('Chores · Tandem');
      await remote.destroy(milk!.id);
      await remote.add('section', { issection: true });
      await remote.update(doctor!.id, { longdesc: 'at nine', due: '2027-01-02' });
      await list.live();
      for (const path of ['/active', '/trash', '/completed', '']) {
        await alice.page.evaluate((to) => {
          history.pushState(null, '', to);
          dispatchEvent(new PopStateEvent('popstate'));
        }, `${remote.path}${path}`);
        await list.live();
      }
      if (isWhole) {
        await list.hasTitles(['feed two cats', 'call the doctor', 'paid', 'called', 'first of others']);
        await list.item('call the doctor').tick();
        await expect.poll(async () => (await remote.find('call the doctor')).isdone).toBe(true);
        await list.item('feed two cats').rename('feed three cats');
        await expect.poll(() => remote.titles()).toContain('feed three cats');
        await list.item('paid').destroy();
        await expect.poll(() => remote.titles()).not.toContain('paid');
        await list.undo();
        await expect.poll(() => remote.titles()).toContain('paid');
      }
      for (const { id } of await remote.items()) await remote.destroy(id);
      await expectAlive(alice, list, remote);
    });
  }
});

test.describe('A page whose list someone takes out of it', () => {
  const takeOut = (page: Page) => page.evaluate(() => document.querySelector('.todo-list')!.remove());

  test('says that it has stopped if that happens again at once', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    await takeOut(alice.page);
    const rebuilt = alice.page.waitForEvent('load');
    await list.add('one');
    await rebuilt;
    await alice.hydrated();
    await list.hasTitles([...three, 'one']);
    await takeOut(alice.page);
    await remote.add('two');
    await expect(alice.page.locator('.stopped')).toContainText('This page has stopped working.');
    await alice.page.getByRole('button', { name: 'Reload' }).click();
    await alice.hydrated();
    await list.hasTitles([...three, 'one', 'two']);
  });

  test('says that it has stopped if it cannot be loaded, and loses nothing', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    const list = await alice.open(remote);
    await list.live();
    await alice.goesOffline();
    await takeOut(alice.page);
    await list.add('one');
    await expect(alice.page.locator('.stopped')).toContainText('This page has stopped working.');
    await alice.comesBack();
    await alice.page.getByRole('button', { name: 'Reload' }).click();
    await alice.hydrated();
    await list.hasTitles([...three, 'one']);
    await expect.poll(() => remote.titles()).toContain('one');
  });
});

test.describe('Removing an element that is in use stops nothing:', () => {
  /** Goes back to the trash, where the list was come from, while the focus stays where it is. */
  async function goesBackToTheTrash(page: Page): Promise<void> {
    await page.evaluate(() => history.back());
    await expect(page.locator('.trash')).toBeVisible();
  }

  /** Everybody else deletes all rows. */
  async function empties(remote: RemoteList): Promise<void> {
    for (const { id } of await remote.items()) await remote.destroy(id);
  }

  type Scene = (person: Person, list: ListPage, remote: RemoteList) => Promise<void>;
  const scenes: Record<string, Scene> = {
    'a row that is edited, as the last one is deleted': async (_, list, remote) => {
      const field = await list.item('feed the cat').startEditing();
      await field.pressSequentially(' and the dog');
      await empties(remote);
      await expect(list.todoList).toHaveCount(0);
    },
    'a row that is edited, as the page turns to the trash': async (person, list) => {
      const field = await list.item('feed the cat').startEditing();
      await field.pressSequentially(' and the dog');
      await goesBackToTheTrash(person.page);
    },
    'the notes of a row that is deleted': async (person, list, remote) => {
      await list.item('feed the cat').detailsButton.click();
      await person.page.locator('dialog.details textarea').pressSequentially('at nine');
      await remote.destroy((await remote.find('feed the cat')).id);
      await expect(person.page.locator('dialog.details')).toHaveCount(0);
    },
    'the date of a row, of which a part is typed, as all rows are deleted': async (person, list, remote) => {
      await list.item('feed the cat').detailsButton.click();
      const day = person.page.locator('dialog.details input[type=date]');
      await day.fill('2027-01-02');
      await day.press('ArrowUp');
      await empties(remote);
      await expect(person.page.locator('dialog.details')).toHaveCount(0);
    },
    'the title of a list, as the page turns to the trash': async (person, list) => {
      const field = await list.startRenaming();
      await field.pressSequentially('Chores');
      await goesBackToTheTrash(person.page);
    },
    'the field for new items': async (person, list) => {
      await list.newTodo.pressSequentially('half a thought');
      await goesBackToTheTrash(person.page);
    },
    'a search, as the last row is deleted': async (person, list, remote) => {
      await person.page.keyboard.press('Escape');
      await list.item('buy milk').checkbox.focus();
      await person.page.keyboard.press('/');
      await person.page.locator('.search input').pressSequentially('cat');
      await empties(remote);
      await expect(list.todoList).toHaveCount(0);
    },
    'lines that were pasted, and are asked about': async (person, list) => {
      await list.newTodo.focus();
      await list.paste('one\ntwo\nthree');
      await expect(person.page.locator('dialog.paste')).toBeVisible();
      await goesBackToTheTrash(person.page);
    },
    'a row that is dragged, as all rows are deleted': async (person, list, remote) => {
      await list.item('feed the cat').root.hover();
      const handle = await list.item('feed the cat').handle.boundingBox();
      await person.page.mouse.move(handle!.x + 4, handle!.y + 4);
      await person.page.mouse.down();
      await person.page.mouse.move(handle!.x + 4, handle!.y + 60, { steps: 4 });
      await empties(remote);
      await expect(list.todoList).toHaveCount(0);
      await person.page.mouse.move(handle!.x + 4, handle!.y + 90, { steps: 4 });
      await person.page.mouse.up();
    },
    'the question whether the list is to be deleted, as the page turns to the trash': async (person, list) => {
      await list.choose('Delete list…');
      await goesBackToTheTrash(person.page);
      await person.page.keyboard.press('Escape');
    },
  };
  for (const [what, happens] of Object.entries(scenes)) {
    test(what, async ({ tandem, alice }) => {
      const remote = await tandem.newList({ items: three });
      await alice.page.goto(`${remote.path}/trash`);
      await alice.hydrated();
      await alice.page.locator('.back a').click();
      const list = alice.list;
      await list.hasTitles(three);
      await list.live();
      await happens(alice, list, remote);
      // Fields that go may say so once more, and browsers differ in when.
      await paints(alice.page);
      if (await alice.page.locator('.trash').isVisible()) await alice.page.locator('.back a').click();
      await expectAlive(alice, list, remote);
    });
  }
});

test.describe('A page without its data', () => {
  const rewritings: Record<string, Rewriting> = {
    missing: (html) => html.replace(/<script type="application\/json".*?<\/script>/s, ''),
    'cut off': (html) => html.replace(/(<script type="application\/json"[^>]*>.{40}).*?(<\/script>)/s, '$1$2'),
    'of another kind': (html) => html.replace(/(<script type="application\/json"[^>]*>).*?(<\/script>)/s, '$1{}$2'),
  };
  for (const [what, rewrite] of Object.entries(rewritings)) {
    test(`offers a reload, and loses nothing: ${what}`, async ({ tandem, alice }) => {
      alice.expects(/the data of the page is missing/);
      const remote = await tandem.newList({ items: three });
      const list = await alice.open(remote);
      await list.live();
      const outage = await Outage.begins(alice);
      await list.add('made offline');
      await keeps(alice.page, 1);
      await rewritePages(alice.page, `**${remote.path}`, rewrite);
      await alice.page.reload();
      const again = alice.page.locator('main.message').getByRole('link', { name: 'Try again' });
      await expect(again).toBeVisible();
      await expect(list.todoList).toHaveCount(0);
      await alice.page.unroute(`**${remote.path}`);
      await outage.ends();
      await again.click();
      await alice.hydrated();
      await list.hasTitles([...three, 'made offline']);
      await expect.poll(() => remote.titles()).toEqual([...three, 'made offline']);
    });
  }
});
