import { devices, type Locator, type Page } from '@playwright/test';

import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const three = ['buy milk', 'feed the cat', 'call the doctor'];

test.describe('By keyboard alone', () => {
  test('a row is ticked, edited and deleted', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk', 'feed the cat'] }));
    const { keyboard } = alice.page;
    await tabTo(alice.page, list.row(0).checkbox);
    await keyboard.press('Space');
    await list.row(0).isDone();

    await tabTo(alice.page, list.row(0).editButton);
    await keyboard.press('Enter');
    await expect(list.row(0).editField).toBeFocused();
    await keyboard.press('End');
    await keyboard.type(' and honey');
    await keyboard.press('Enter');
    await list.hasTitles(['buy milk and honey', 'feed the cat']);

    await tabTo(alice.page, list.row(0).destroyButton);
    await keyboard.press('Enter');
    await list.hasTitles(['feed the cat']);
  });

  test('everything else is reachable, with a visible focus', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['open'], done: ['done'] }));
    for (const control of [
      list.newTodo,
      list.toggleAll,
      list.row(0).checkbox,
      list.row(0).editButton,
      list.row(0).destroyButton,
      list.filter('Active'),
      list.clearCompleted,
      list.shareButton,
    ]) {
      await tabTo(alice.page, control);
      expect(await showsFocus(control), `the focus on ${control}`).toBe(true);
    }
  });

  test('each control has a name', async ({ tandem, alice }) => {
    await alice.open(await tandem.newList({ items: ['buy milk'], done: ['done'] }));
    const controls = alice.page.locator('button, a[href], input, select, textarea').filter({ visible: true });
    for (const control of await controls.all()) await expect(control).toHaveAccessibleName(/\S/);
    await expect(alice.list.row(0).destroyButton).toHaveAccessibleName(/delete|remove/i);
    await expect(alice.list.row(0).checkbox).toHaveAccessibleName(/buy milk/);
  });
});

test.describe('By touch', () => {
  const { defaultBrowserType: _, ...phone } = devices['Pixel 7']!;

  test('a row is ticked, edited and deleted', async ({ tandem, browser }) => {
    const walker = await Person.arrives(browser, 'a walker', phone);
    const list = await walker.open(await tandem.newList({ items: ['buy milk', 'feed the cat'] }));
    await list.row(0).checkbox.tap();
    await list.row(0).isDone();
    await list.row(0).editButton.tap();
    await expect(list.row(0).editField).toBeFocused();
    await list.row(0).editField.fill('buy oat milk');
    await list.row(0).editField.press('Enter');
    await list.hasTitles(['buy oat milk', 'feed the cat']);
    await list.row(0).destroyButton.tap();
    await list.hasTitles(['feed the cat']);
    await walker.leaves();
  });

  for (const [device, options] of [
    ['a phone', phone],
    ['a desktop', {}],
  ] as const) {
    test(`everything is large enough on ${device}`, async ({ tandem, browser }) => {
      const walker = await Person.arrives(browser, 'a walker', options);
      const list = await walker.open(await tandem.newList({ items: ['buy milk'], done: ['done'] }));
      expect(await smallTargets(walker.page)).toEqual([]);
      await list.row(0).editButton.click();
      await expect(list.row(0).editField).toBeFocused();
      expect(await smallTargets(walker.page)).toEqual([]);
      await walker.visit('/');
      expect(await smallTargets(walker.page)).toEqual([]);
      await walker.leaves();
    });
  }

  test('nothing is hidden until hover', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk'] }));
    await alice.page.mouse.move(0, 0);
    for (const control of [list.row(0).editButton, list.row(0).destroyButton]) {
      await expect(control).toBeVisible();
      const opacity = await control.evaluate((element) => {
        let product = 1;
        for (let each: Element | null = element; each; each = each.parentElement) {
          product *= Number(getComputedStyle(each).opacity);
        }
        return product;
      });
      expect(opacity).toBeGreaterThan(0.3);
    }
  });
});

test.describe('Looks', () => {
  test('are light or dark as the system is, and readable in both', async ({ tandem, alice }) => {
    const list = await alice.open(await tandem.newList({ items: ['buy milk'], done: ['done'] }));
    const backgrounds: number[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await alice.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const text of [list.heading, list.row(0).title, list.count, list.clearCompleted]) {
        const { ink, paper } = await colours(text);
        const [light, dark] = [Math.max(ink, paper), Math.min(ink, paper)];
        expect((light + 0.05) / (dark + 0.05), `the contrast of ${text} in ${colorScheme}`).toBeGreaterThan(4.5);
      }
      backgrounds.push((await colours(list.row(0).title)).paper);
    }
    const [light, dark] = backgrounds;
    expect(light).toBeGreaterThan(0.7);
    expect(dark).toBeLessThan(0.1);
  });

  test('do not move for people who prefer reduced motion', async ({ tandem, alice }) => {
    await alice.page.emulateMedia({ reducedMotion: 'reduce' });
    const list = await alice.open(await tandem.newList({ items: three }));
    await list.row(0).tick();
    await list.add('one more');
    const longest = await alice.page.evaluate(() => {
      const spans = [...document.querySelectorAll('*')].flatMap((element) =>
        ['', '::before', '::after'].flatMap((part) => {
          const style = getComputedStyle(element, part || null);
          const animated = style.animationName === 'none' ? '0s' : style.animationDuration;
          return `${animated},${style.transitionDuration}`.split(',').map((text) => Number.parseFloat(text));
        }),
      );
      return Math.max(...spans);
    });
    expect(longest).toBeLessThanOrEqual(0.01);
  });

  test('fit a phone, with nothing cut off at the side', async ({ tandem, browser }) => {
    const walker = await Person.arrives(browser, 'a walker', { viewport: { width: 320, height: 640 } });
    for (const path of ['/', (await tandem.newList({ items: three, done: ['done'] })).path]) {
      await walker.visit(path);
      const [inner, whole] = await walker.page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
      expect(whole).toBeLessThanOrEqual(inner ?? 0);
    }
    await walker.leaves();
  });
});

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${control}`);
}

/** Whether the focused control, or its label, has a visible focus. */
async function showsFocus(control: Locator): Promise<boolean> {
  return control.evaluate((element) => {
    const marked = (each: Element | null | undefined, part?: string): boolean => {
      if (!each) return false;
      const style = getComputedStyle(each, part);
      return (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    };
    const labels = [...((element as HTMLInputElement).labels ?? [])];
    return [element, element.parentElement, element.nextElementSibling, ...labels].some(
      (each) => marked(each) || marked(each, '::before') || marked(each, '::after'),
    );
  });
}

/** Returns the controls whose touch target is smaller than 44 px. */
async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // Points are rounded to whole pixels, so a pixel is left out on each side.
    const half = 21;
    const lands = (control: HTMLElement, x: number, y: number): boolean => {
      const hit = document.elementFromPoint(x, y);
      if (!hit) return false;
      const labels = [...((control as HTMLInputElement).labels ?? [])];
      return [control, ...labels].some((each) => each.contains(hit));
    };
    const small: string[] = [];
    for (const control of document.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, summary')) {
      // If a label replaces a hidden control, the label is the target.
      const label = (control as HTMLInputElement).labels?.[0];
      const { width, height } = control.getBoundingClientRect();
      const target = label && label.checkVisibility() && (width < 44 || height < 44) ? label : control;
      if (!target.checkVisibility({ visibilityProperty: true }) || target.getBoundingClientRect().width < 2) continue;
      target.scrollIntoView({ block: 'center', behavior: 'instant' });
      const box = target.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const around = [
        [0, 0],
        [half, 0],
        [-half, 0],
        [0, half],
        [0, -half],
      ] as const;
      if (!around.every(([dx, dy]) => lands(control, x + dx, y + dy))) {
        small.push(`${control.outerHTML.slice(0, 120)} is ${box.width} x ${box.height}`);
      }
    }
    return small;
  });
}

/** Returns the relative luminance of a text and its background, from 0 to 1. */
async function colours(text: Locator): Promise<{ ink: number; paper: number }> {
  return text.evaluate((element) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
    const luminance = (): number => {
      const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
        const part = byte / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const paint = (colour: string) => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    };
    const ancestors: Element[] = [];
    for (let each: Element | null = element; each; each = each.parentElement) ancestors.unshift(each);
    paint('white');
    for (const each of ancestors) paint(getComputedStyle(each).backgroundColor);
    const paper = luminance();
    paint(getComputedStyle(element).color);
    return { ink: luminance(), paper };
  });
}
