import { expect } from '@playwright/test';

import type { RemoteList } from './api.ts';
import type { ListPage } from './list-page.ts';

/** What someone may do before the program has arrived, and what is to come of it. */
export interface EarlyAction {
  does: string;
  done?: readonly string[];
  act: (list: ListPage) => Promise<void>;
  /** The page once the program has arrived. */
  shows: (list: ListPage) => Promise<void>;
  /** The mutations that the server has accepted, in order. */
  sends: readonly string[];
  stores: (list: RemoteList) => Promise<void>;
}

const three = ['buy milk', 'feed the cat', 'call the doctor'];

const titles =
  (...expected: readonly string[]) =>
  async (list: RemoteList) =>
    expect(await list.titles()).toEqual(expected);
const done = (title: string, isdone: boolean) => async (list: RemoteList) =>
  expect((await list.find(title)).isdone).toBe(isdone);

/** What a test does on a list of `three`, each in a test of its own. */
export const earlyActions: EarlyAction[] = [
  {
    does: 'a tick',
    act: (list) => list.item('feed the cat').checkbox.check(),
    shows: (list) => list.item('feed the cat').isDone(),
    sends: ['update'],
    stores: done('feed the cat', true),
  },
  {
    does: 'a tick that is taken away',
    done: ['bread'],
    act: (list) => list.item('bread').checkbox.uncheck(),
    shows: (list) => list.item('bread').isOpen(),
    sends: ['update'],
    stores: done('bread', false),
  },
  {
    does: 'a tick, and another thought',
    act: async (list) => {
      await list.item('feed the cat').checkbox.check();
      await list.item('feed the cat').checkbox.uncheck();
    },
    shows: (list) => list.item('feed the cat').isOpen(),
    sends: ['update', 'update'],
    stores: done('feed the cat', false),
  },
  {
    does: 'a deletion',
    act: (list) => list.item('feed the cat').destroyButton.click(),
    shows: (list) => list.hasTitles(['buy milk', 'call the doctor']),
    sends: ['destroy'],
    stores: titles('buy milk', 'call the doctor'),
  },
  {
    does: 'a deletion that is taken back',
    act: async (list) => {
      await list.item('feed the cat').destroyButton.click();
      await list.page.keyboard.press('Control+z');
    },
    shows: (list) => list.hasTitles(three),
    sends: ['destroy', 'restore'],
    stores: titles(...three),
  },
  {
    does: 'a press on the button that edits',
    act: (list) => list.item('feed the cat').editButton.click(),
    shows: async (list) => {
      await expect(list.row(1).editField).toBeFocused();
      await expect(list.row(1).editField).toHaveValue('feed the cat');
    },
    sends: [],
    stores: titles(...three),
  },
  {
    does: 'a double click',
    act: (list) => list.item('feed the cat').title.dblclick(),
    shows: (list) => expect(list.row(1).editField).toBeFocused(),
    sends: [],
    stores: titles(...three),
  },
  {
    does: 'a press on the details',
    act: (list) => list.item('feed the cat').detailsButton.click(),
    shows: (list) => expect(list.details).toBeVisible(),
    sends: [],
    stores: titles(...three),
  },
  {
    does: 'another filter',
    done: ['bread'],
    act: (list) => list.filter('Completed').click(),
    shows: async (list) => {
      await list.hasTitles(['bread']);
      await expect(list.page).toHaveURL(/\/completed$/);
    },
    sends: [],
    stores: titles(...three, 'bread'),
  },
  {
    does: 'another filter, and a tick of what it does not show',
    done: ['bread'],
    act: async (list) => {
      await list.filter('Completed').click();
      await list.item('buy milk').checkbox.check();
    },
    shows: (list) => list.hasTitles(['buy milk', 'bread']),
    sends: ['update'],
    stores: done('buy milk', true),
  },
  {
    does: 'what stands in the menu',
    done: ['bread', 'butter'],
    act: (list) => list.choose('Untick all'),
    shows: async (list) => {
      await list.item('bread').isOpen();
      await list.item('butter').isOpen();
    },
    sends: ['update', 'update'],
    stores: done('butter', false),
  },
  {
    does: 'a dialog of the menu',
    act: (list) => list.choose('Keyboard shortcuts'),
    shows: (list) => expect(list.page.locator('dialog.help')).toBeVisible(),
    sends: [],
    stores: titles(...three),
  },
  {
    does: 'the box that ticks all',
    act: (list) => list.page.locator('label[for="toggle-all"]').click(),
    shows: async (list) => {
      for (const title of three) await list.item(title).isDone();
    },
    sends: ['update', 'update', 'update'],
    stores: done('buy milk', true),
  },
  {
    does: 'clearing what is completed',
    done: ['bread', 'butter'],
    act: (list) => list.clearCompleted.click(),
    shows: (list) => list.hasTitles(three),
    sends: ['destroy', 'destroy'],
    stores: titles(...three),
  },
  {
    does: 'keys on a row',
    act: async (list) => {
      await list.item('buy milk').checkbox.focus();
      await list.page.keyboard.press('j');
      await list.page.keyboard.press('x');
    },
    shows: (list) => list.item('feed the cat').isDone(),
    sends: ['update'],
    stores: done('feed the cat', true),
  },
  {
    does: 'one item by Enter',
    act: (list) => list.add('water the plants'),
    shows: (list) => list.hasTitles([...three, 'water the plants']),
    sends: ['create'],
    stores: titles(...three, 'water the plants'),
  },
  {
    does: 'several items by Enter, and the beginning of another',
    act: async (list) => {
      await list.add('one', 'two', 'three');
      await list.newTodo.pressSequentially('fou');
    },
    shows: async (list) => {
      await list.hasTitles([...three, 'one', 'two', 'three']);
      await expect(list.newTodo).toHaveValue('fou');
      await expect(list.newTodo).toBeFocused();
      await list.newTodo.pressSequentially('r');
      await expect(list.newTodo).toHaveValue('four');
    },
    sends: ['create', 'create', 'create'],
    stores: titles(...three, 'one', 'two', 'three'),
  },
  {
    does: 'lines that are pasted',
    act: async (list) => {
      await list.newTodo.focus();
      await list.paste('one\ntwo');
    },
    shows: (list) => expect(list.page.getByRole('dialog', { name: 'Add 2 items?' })).toBeVisible(),
    sends: [],
    stores: titles(...three),
  },
  {
    does: 'lines that a phone puts in from its clipboard',
    act: async (list) => {
      await list.newTodo.focus();
      await list.page.evaluate(() => {
        const init = { data: 'one\u2028two', inputType: 'insertText', bubbles: true, cancelable: true };
        document.activeElement?.dispatchEvent(new InputEvent('beforeinput', init));
      });
    },
    shows: (list) => expect(list.page.getByRole('dialog', { name: 'Add 2 items?' })).toBeVisible(),
    sends: [],
    stores: titles(...three),
  },
  {
    does: 'much at once, in order',
    act: async (list) => {
      await list.item('buy milk').checkbox.check();
      await list.item('feed the cat').destroyButton.click();
      await list.add('one');
      await list.item('buy milk').checkbox.uncheck();
      await list.add('two');
      await list.item('call the doctor').checkbox.check();
    },
    shows: async (list) => {
      await list.hasTitles(['buy milk', 'call the doctor', 'one', 'two']);
      await list.item('buy milk').isOpen();
      await list.item('call the doctor').isDone();
    },
    sends: ['update', 'destroy', 'create', 'update', 'create', 'update'],
    stores: titles('buy milk', 'call the doctor', 'one', 'two'),
  },
];
