import type { Page } from '@playwright/test';

import { keep, keeps, kept } from '../support/kept.ts';
import { looksAround, Outage } from '../support/outage.ts';
import { anotherTab } from '../support/person.ts';
import { expect, test } from '../support/test.ts';
import { onPush, refuse, Wire, type Frame } from '../support/wire.ts';

/** Counts a page's requests to the server, with or without changes. */
function asks(page: Page): { count: number } {
  const asked = { count: 0 };
  page.on('request', (request) => {
    if (/\/rpc\/push$/.test(request.url())) asked.count += 1;
  });
  return asked;
}

test.describe('A page of the previous version', () => {
  test('skips events that it does not know', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const wire = await Wire.tap(alice.page);
    wire.replace((frame) => {
      const text = String(frame.data);
      if (frame.event === 'created' && text.includes('a later kind')) return [{ ...frame, event: 'note:created' }];
      return [frame];
    });
    const list = await alice.open(remote);
    await list.live();
    const asked = asks(alice.page);
    await remote.add('a later kind');
    await remote.add('bread');
    await list.hasTitles(['milk', 'bread']);
    await remote.add('eggs');
    await list.hasTitles(['milk', 'bread', 'eggs']);
    await list.live();
    expect(asked.count, 'no gap shows').toBe(0);
    await list.add('butter');
    await expect.poll(async () => (await remote.titles()).includes('butter')).toBe(true);
    await list.live();
  });

  test('catches up in spite of unknown events', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const wire = await Wire.tap(alice.page);
    wire.replace((frame: Frame) => {
      if (frame.event !== 'pusher_internal:subscription_succeeded') return [frame];
      const caughtUp = JSON.parse(String(frame.data)) as { changes: unknown[] };
      caughtUp.changes.unshift({ event: 'note:updated', data: { version: 2, of: ['what', 1] } });
      return [{ ...frame, data: JSON.stringify(caughtUp) }];
    });
    const list = await alice.open(remote);
    await list.live();
    await list.add('bread');
    await list.hasTitles(['milk', 'bread']);
    await list.live();
    expect(await remote.titles()).toEqual(['milk', 'bread']);
  });

  test('shows an unknown refusal with the typed text, also after a reload', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const list = await alice.open(remote);
    await list.live();
    await onPush(alice.page, (route) => refuse(route, { code: 'on_a_later_day', limit: 'noon' }));
    await list.add('bread');
    await expect(list.notice.locator('textarea')).toHaveValue('bread');
    await list.live();
    await alice.page.unrouteAll();
    await alice.page.reload();
    await alice.hydrated();
    await expect(list.notice.locator('textarea')).toHaveValue('bread');
  });

  test('asks for a reload if it cannot read an answer, and loses nothing', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const list = await alice.open(remote);
    await list.live();
    await onPush(alice.page, (route) => route.fulfill({ contentType: 'application/json', json: { later: true } }));
    await list.add('bread');
    await expect(list.notice).toContainText('out of date');
    await list.hasTitles(['milk', 'bread']);
    await keeps(alice.page, 1);
    await alice.page.unrouteAll();
    await list.notice.getByRole('button', { name: 'Reload' }).click();
    await alice.hydrated();
    await list.hasTitles(['milk', 'bread']);
    await list.live();
    expect(await remote.titles()).toEqual(['milk', 'bread']);
  });

  test('asks for a reload if it cannot read a change', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const wire = await Wire.tap(alice.page);
    wire.replace((frame) => {
      if (frame.event !== 'updated') return [frame];
      const row = JSON.parse(String(frame.data)) as object;
      return [{ ...frame, data: JSON.stringify({ ...row, isdone: 'half' }) }];
    });
    const list = await alice.open(remote);
    await list.live();
    await remote.update((await remote.find('milk')).id, { isdone: true });
    await expect(list.notice).toContainText('out of date');
    await expect(list.notice.getByRole('button', { name: 'Reload' })).toBeVisible();
  });

  test('keeps changes that only a later version can send, and sends the rest', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const list = await alice.open(remote);
    await list.live();
    const outage = await Outage.begins(alice);
    await list.add('bread');
    await keeps(alice.page, 1);
    const client = '01890000-0000-7000-8000-000000000001';
    const odd = `${remote.token}:${client}:00000000000000000001`;
    const mutation = { seq: 1, op: { merge: { id: client, with: [1] } } };
    await keep(alice.page, odd, JSON.stringify([client, { mutation, at: 1 }]));
    const other = `${remote.token}:a later form:00000000000000000001`;
    await keep(alice.page, other, JSON.stringify({ form: 2 }));
    await alice.page.reload();
    await alice.hydrated();
    await outage.ends();
    await list.hasTitles(['milk', 'bread']);
    await list.live();
    expect(await remote.titles()).toEqual(['milk', 'bread']);
    await expect
      .poll(async () => (await kept(alice.page, 'outboxes')).sort(), 'what is unsent')
      .toEqual([odd, other].sort());
  });
});

test.describe('Two tabs of one person, both offline', () => {
  test('the later edit wins, even if the other tab sends it', async ({ tandem, alice }) => {
    const remote = await tandem.newList({ items: ['milk'] });
    const first = await alice.open(remote);
    await first.live();
    const second = await anotherTab(alice, remote.path);
    await second.live();
    const outage = await Outage.begins(alice);
    await first.item('milk').rename('oat milk');
    await keeps(second.page, 1);
    await second.item('milk').rename('soy milk');
    await keeps(second.page, 2);
    // The second tab is closed: the first sends its latest edit.
    await second.page.close();
    await looksAround(first.page);
    await first.hasTitles(['soy milk']);
    await outage.ends();
    await first.live();
    await expect.poll(() => remote.titles()).toEqual(['soy milk']);
  });
});
