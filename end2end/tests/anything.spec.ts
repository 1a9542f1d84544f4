import type { Person } from '../support/person.ts';
import { looksAround } from '../support/outage.ts';
import { expect, test } from '../support/test.ts';

/** First seed and number of seeds; `TANDEM_FROM` and `TANDEM_SEEDS` override them. */
const from = Number(process.env['TANDEM_FROM'] ?? 1);
const seeds = Number(process.env['TANDEM_SEEDS'] ?? 3);
const steps = 60;

for (let seed = from; seed < from + seeds; seed += 1) {
  test(`Three people acting at random, online and offline, end up with the same list: seed ${seed}`, async ({
    tandem,
    alice,
    bob,
    carol,
  }) => {
    const random = numbersOf(seed);
    const pick = (below: number) => Math.floor(random() * below);
    const remote = await tandem.newList({ items: ['one', 'two', 'three', 'four'], done: ['five'] });
    const people = [alice, bob, carol].map((person) => new Somebody(person));
    for (const { person } of people) await person.open(remote);
    const done: string[] = [];
    try {
      for (let step = 0; step < steps; step += 1) {
        const who = people[pick(people.length)]!;
        done.push(`${who.person.name} ${await who.does(pick, `${seed}-${step}`)}`);
      }
      for (const who of people) await who.comesToRest();
    } finally {
      await test.info().attach('what they did', { body: done.join('\n'), contentType: 'text/plain' });
    }

    const rows = async () => (await remote.items()).map((item) => `${item.isdone ? 'x' : ' '} ${item.shortdesc}`);
    for (const again of [false, true]) {
      for (const { person } of people) {
        if (again) await person.open(remote);
        await person.list.live();
      }
      // Nobody has anything left to send.
      const expected = await rows();
      for (const { person } of people) {
        await expect.poll(() => rowsOf(person), `what ${person.name} sees`).toEqual(expected);
      }
    }
  });
}

/** Returns what a person's page shows, in the format of the server's answers. */
async function rowsOf({ page }: Person): Promise<string[]> {
  return page
    .locator('.todo-list > li')
    .evaluateAll((rows) =>
      rows.map((row) => `${row.querySelector<HTMLInputElement>('.toggle')?.checked ? 'x' : ' '} ${row.textContent}`),
    );
}

class Somebody {
  private away = false;

  constructor(readonly person: Person) {}

  /** Performs a random action and returns its name. */
  async does(pick: (below: number) => number, name: string): Promise<string> {
    const { page, list } = this.person;
    const what = pick(17);
    switch (what) {
      case 0:
      case 1:
        await list.add(`added ${name}`);
        return `adds ${name}`;
      case 2:
      case 3:
        return `ticks ${await this.presses('.toggle', pick)}`;
      case 4:
        return `deletes ${await this.presses('.destroy', pick)}`;
      case 5:
      case 6: {
        const row = await this.presses('.edit-button', pick);
        if (row === 'nothing') return 'renames nothing';
        const field = page.locator('.edit');
        try {
          await field.fill(`renamed ${name}`, { timeout: 2_000 });
          await field.press('Enter', { timeout: 2_000 });
        } catch (error) {
          // Unless someone has just deleted it.
          if ((await list.todoList.getByText(row, { exact: true }).count()) > 0) throw error;
        }
        return `renames ${row} to ${name}`;
      }
      case 7:
      case 8: {
        const keys = pick(2) === 0 ? 'Alt+ArrowUp' : 'Alt+ArrowDown';
        const row = await this.focuses('.toggle', pick);
        for (let times = 0; times <= pick(3); times += 1) await page.keyboard.press(keys);
        return `moves ${row} by ${keys}`;
      }
      case 9:
      case 10:
        await this.looksUp();
        await list.undo();
        return 'takes back';
      case 11:
        await this.looksUp();
        await list.redo();
        return 'does it again';
      case 12:
        return `ticks all: ${await this.presses('.toggle-all', pick)}`;
      case 13:
        return `clears: ${await this.presses('.clear-completed', pick)}`;
      case 14: {
        await list.newTodo.focus();
        await list.paste(`# section ${name}\n- [x] pasted ${name}\n- and ${name}`);
        await page.locator('dialog.paste').getByRole('button', { name: /^Add/ }).click();
        return `pastes ${name}`;
      }
      case 15:
        this.away = !this.away;
        if (this.away) await this.person.goesOffline();
        else await this.person.comesBack();
        return this.away ? 'goes off line' : 'comes back';
      default:
        if (this.away) return 'waits';
        await page.reload();
        await this.person.hydrated();
        return 'reloads';
    }
  }

  async comesToRest(): Promise<void> {
    await this.person.comesBack();
    await looksAround(this.person.page);
  }

  /** Removes the focus. */
  private async looksUp(): Promise<void> {
    await this.person.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  }

  /** Presses one of these controls, if there is any. */
  private async presses(selector: string, pick: (below: number) => number): Promise<string> {
    return this.on(selector, 'click', pick);
  }

  private async focuses(selector: string, pick: (below: number) => number): Promise<string> {
    return this.on(selector, 'focus', pick);
  }

  private async on(selector: string, verb: 'click' | 'focus', pick: (below: number) => number): Promise<string> {
    const number = pick(1000);
    return this.person.page.evaluate(
      ([selector, verb, number]) => {
        const all = document.querySelectorAll<HTMLElement>(selector);
        const one = all[number % all.length];
        one?.[verb]();
        return one ? (one.closest('li')?.textContent ?? 'it') : 'nothing';
      },
      [selector, verb, number] as const,
    );
  }
}

/** A seeded random generator of numbers from 0 to 1: mulberry32. */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
