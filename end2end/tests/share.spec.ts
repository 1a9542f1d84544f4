import { type Page, devices } from '@playwright/test';
import jsQR from 'jsqr';

import { Person } from '../support/person.ts';
import { Tandem } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];
const panel = (page: Page) => page.getByRole('dialog', { name: 'Share this list' });
const field = (page: Page) => panel(page).getByRole('textbox', { name: 'Link' });
const suggestion = (page: Page) => page.locator('.notice').filter({ hasText: 'Only you have this list so far.' });

async function opensPanel(person: Person): Promise<void> {
  await person.list.shareButton.click();
  await expect(panel(person.page)).toBeVisible();
}

/** Reads the QR code on the screen, as a camera would. */
async function scanned(page: Page): Promise<string | undefined> {
  const code = panel(page).getByRole('img', { name: 'QR code of the link' });
  await code.scrollIntoViewIfNeeded();
  const picture = (await code.screenshot()).toString('base64');
  const { data, width, height } = await page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height);
    return { data: [...pixels.data], width: image.width, height: image.height };
  }, picture);
  return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
}

test.describe('The Share panel', () => {
  test('offers both links, each with what it allows, and a code that a camera reads', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await alice.open(remote, 'active');
    await opensPanel(alice);
    const { page } = alice;
    await expect(page.getByRole('radio', { name: 'Can edit' })).toBeChecked();
    await expect(panel(page)).toContainText('Anyone with this link can view and edit the list.');
    await expect(field(page)).toHaveValue(`${tandem.address}${remote.path}`);
    expect(await scanned(page)).toBe(`${tandem.address}${remote.path}`);

    await page.getByRole('radio', { name: 'View only' }).check({ force: true });
    await expect(panel(page)).toContainText('Anyone with this link can view the list live, but not change it.');
    await expect(field(page)).toHaveValue(`${tandem.address}/${remote.viewToken}`);
    expect(await scanned(page)).toBe(`${tandem.address}/${remote.viewToken}`);
  });

  test('copies the link that is chosen', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await alice.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: tandem.address });
    await alice.open(remote);
    const copied = () => alice.page.evaluate(() => navigator.clipboard.readText());
    await opensPanel(alice);
    await panel(alice.page).getByRole('button', { name: 'Copy link' }).click();
    await expect(panel(alice.page).getByRole('status')).toHaveText('Link copied');
    expect(await copied()).toBe(`${tandem.address}${remote.path}`);
    await alice.page.getByRole('radio', { name: 'View only' }).check({ force: true });
    await expect(panel(alice.page).getByRole('status')).toHaveText('');
    await panel(alice.page).getByRole('button', { name: 'Copy link' }).click();
    await expect.poll(copied).toBe(`${tandem.address}/${remote.viewToken}`);
  });

  test('selects the link where the browser does not let it be copied', async ({ tandem, alice }) => {
    await alice.page.addInitScript(() => {
      const clipboard = { writeText: () => Promise.reject(new Error('not allowed')) };
      Object.defineProperty(navigator, 'clipboard', { value: clipboard });
    });
    const remote = await tandem.newList();
    await alice.open(remote);
    await opensPanel(alice);
    await panel(alice.page).getByRole('button', { name: 'Copy link' }).click();
    await expect(panel(alice.page).getByRole('status')).toHaveText('Copy the link from the field above.');
    await expect(field(alice.page)).toBeFocused();
    expect(await alice.page.evaluate(() => getSelection()?.toString())).toBe(`${tandem.address}${remote.path}`);
  });

  test('has the public address, if the server has one', async ({ alice }) => {
    const tandem = await Tandem.start(['--public-url', 'https://tandem.example']);
    try {
      const remote = await tandem.newList();
      await alice.page.goto(`${tandem.address}${remote.path}`);
      await alice.hydrated();
      await opensPanel(alice);
      await expect(field(alice.page)).toHaveValue(`https://tandem.example${remote.path}`);
      expect(await scanned(alice.page)).toBe(`https://tandem.example${remote.path}`);
      // Otherwise the page would miss its server.
      await alice.page.goto('about:blank');
    } finally {
      await tandem.stop();
    }
  });

  test('passes the link to other apps where the browser can', async ({ tandem, alice, bob }) => {
    await alice.page.addInitScript(() => {
      const sent: unknown[] = [];
      Object.assign(window, { sent });
      navigator.share = (data) => {
        sent.push(data);
        return Promise.reject(new DOMException('Share canceled', 'AbortError'));
      };
    });
    await bob.page.addInitScript(() => Object.assign(navigator, { share: undefined }));
    const remote = await tandem.newList({ title: 'Groceries' });
    await alice.open(remote);
    await opensPanel(alice);
    await panel(alice.page).getByRole('button', { name: 'Send…' }).click();
    await expect
      .poll(() => alice.page.evaluate(() => (window as unknown as { sent: unknown[] }).sent))
      .toEqual([{ title: 'Groceries', url: `${tandem.address}${remote.path}` }]);
    await bob.open(remote);
    await opensPanel(bob);
    await expect(panel(bob.page).getByRole('button', { name: 'Send…' })).toHaveCount(0);
  });

  test('of a view-only page offers that link alone', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: three });
    await alice.visit(`/${remote.viewToken}`);
    await opensPanel(alice);
    await expect(field(alice.page)).toHaveValue(`${tandem.address}/${remote.viewToken}`);
    await expect(alice.page.getByRole('radio')).toHaveCount(0);
    await expect(panel(alice.page)).toContainText('Anyone with this link can view the list live');
    expect(await scanned(alice.page)).toBe(`${tandem.address}/${remote.viewToken}`);
    expect(await alice.page.content()).not.toContain(remote.token);
  });

  test('sends nothing to anyone', async ({ tandem, alice }) => {
    const asked: string[] = [];
    alice.context.on('request', (request) => asked.push(request.url()));
    await alice.open(await tandem.newList({ items: three }));
    await alice.list.live();
    asked.length = 0;
    await opensPanel(alice);
    await expect(panel(alice.page).getByRole('img')).toBeVisible();
    expect(asked.every((url) => url.startsWith(`${tandem.address}/pkg/`) || url.startsWith('data:'))).toBe(true);
  });

  test('works by keyboard, and gives the focus back', async ({ tandem, alice }) => {
    await alice.open(await tandem.newList({ items: three }));
    const { page, list } = alice;
    await list.shareButton.focus();
    await page.keyboard.press('Enter');
    await expect(panel(page).getByRole('button', { name: 'Copy link' })).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await expect(field(page)).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('radio', { name: 'View only' })).toBeChecked();
    await page.keyboard.press('Escape');
    await expect(panel(page)).toHaveCount(0);
    await expect(list.shareButton).toBeFocused();
  });

  test('and its button fit a small phone', async ({ tandem, browser }) => {
    const { defaultBrowserType: _, ...phone } = devices['Pixel 7']!;
    const walker = await Person.arrives(browser, 'a walker', { ...phone, viewport: { width: 320, height: 568 } });
    await walker.open(await tandem.newList({ items: three }));
    const { page, list } = walker;
    await expect(list.shareButton).toHaveText('Share');
    const box = (await list.shareButton.boundingBox())!;
    expect(box.height).toBeGreaterThanOrEqual(44);
    expect(box.x + box.width).toBeLessThanOrEqual(320);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await list.shareButton.tap();
    await expect(panel(page)).toBeVisible();
    const dialog = (await panel(page).boundingBox())!;
    expect(dialog.x).toBeGreaterThanOrEqual(0);
    expect(dialog.x + dialog.width).toBeLessThanOrEqual(320);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await walker.leaves();
  });
});

test.describe('A new list', () => {
  test('is suggested to be shared after its first item, once', async ({ alice }) => {
    await alice.visit('/');
    await alice.landing.makeList();
    await alice.hydrated();
    const { page, list } = alice;
    await list.live();
    await expect(suggestion(page)).toHaveCount(0);
    await list.add('bread');
    await suggestion(page).getByRole('button', { name: 'Share it' }).click();
    await expect(panel(page)).toBeVisible();
    await expect(suggestion(page)).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(list.shareButton).toBeFocused();
    await list.add('butter');
    await list.hasTitles(['bread', 'butter']);
    await list.live();
    await page.reload();
    await alice.hydrated();
    await list.add('milk');
    await list.hasTitles(['bread', 'butter', 'milk']);
    await expect(suggestion(page)).toHaveCount(0);
  });

  test('that somebody else has made is not', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList());
    await list.add('bread');
    await list.hasTitles(['bread']);
    await list.live();
    await expect(suggestion(alice.page)).toHaveCount(0);
  });
});

test('A link in a chat shows the title, a sentence and a picture, and keeps its token', async ({ tandem, request }) => {
  const remote = await tandem.newList({ title: 'Tom’s "list" & <more>', items: three });
  for (const path of [remote.path, `/${remote.viewToken}`]) {
    const html = await (await request.get(`${tandem.address}${path}`)).text();
    const metas = [...html.matchAll(/<meta property="(og:[\w:]+)" content="([^"]*)"/g)];
    const told = Object.fromEntries(metas.map(([, name, content]) => [name, content]));
    expect(told['og:title']).toBe('Tom’s &quot;list&quot; &amp; &lt;more&gt;');
    expect(told['og:description']).toBe('A shared to-do list. Open it to see every change live.');
    expect(told['og:url']).toBeUndefined();
    for (const content of Object.values(told)) {
      expect(content).not.toContain(remote.token);
      expect(content).not.toContain(remote.viewToken);
    }
    expect(told['og:image']).toMatch(new RegExp(`^${tandem.address}/`));
    const image = await request.get(told['og:image'] ?? '');
    expect(image.headers()['content-type']).toBe('image/png');
    const png = await image.body();
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 630]);
    expect([told['og:image:width'], told['og:image:height']]).toEqual(['1200', '630']);
  }
});
