import type { Page, Request, Route, WebSocketRoute } from '@playwright/test';

/** A frame of the Pusher protocol. */
export interface Frame {
  event: string;
  channel?: string;
  data?: unknown;
}

type Rewrite = (frame: Frame) => Frame[];

/** A proxy between a page and the server's socket. It can hold, mute, repeat and cut. */
export class Wire {
  /** All frames from the server, including those that were not passed on. */
  readonly arrived: Frame[] = [];
  private readonly open = new Set<{ page: WebSocketRoute; mute: boolean }>();
  private rewrite: Rewrite = (frame) => [frame];
  private gate: Promise<void> = Promise.resolve();
  private openGate: () => void = () => {};
  private attempts = 0;

  static async tap(page: Page): Promise<Wire> {
    const wire = new Wire();
    await page.routeWebSocket(/\/app\//, (socket) => wire.connect(socket));
    return wire;
  }

  private async connect(page: WebSocketRoute): Promise<void> {
    this.attempts += 1;
    await this.gate;
    const server = page.connectToServer();
    const link = { page, mute: false };
    this.open.add(link);
    page.onMessage((text) => {
      if (!link.mute) server.send(text);
    });
    server.onMessage((text) => {
      if (link.mute) return;
      const frame = JSON.parse(String(text)) as Frame;
      this.arrived.push(frame);
      for (const each of this.rewrite(frame)) page.send(JSON.stringify(each));
    });
    page.onClose((code, reason) => {
      this.open.delete(link);
      void server.close({ ...(code === undefined ? {} : { code }), ...(reason === undefined ? {} : { reason }) });
    });
    server.onClose((code, reason) => {
      this.open.delete(link);
      if (link.mute) return;
      void page.close({ ...(code === undefined ? {} : { code }), ...(reason === undefined ? {} : { reason }) });
    });
  }

  /** Number of sockets that the page has tried to open. */
  get tries(): number {
    return this.attempts;
  }

  /** New sockets do not open until `release`. */
  hold(): void {
    this.gate = new Promise((resolve) => (this.openGate = resolve));
  }

  release(): void {
    this.openGate();
    this.gate = Promise.resolve();
  }

  /** Keeps open sockets open, but passes nothing on any more, in either direction. */
  mute(): void {
    for (const link of this.open) link.mute = true;
  }

  /** Closes all open sockets, as the server would. */
  async cut(code: number): Promise<void> {
    await Promise.all([...this.open].map((link) => link.page.close({ code, reason: 'cut by a test' })));
  }

  /** Maps each frame that arrives to those that the page gets. */
  replace(rewrite: Rewrite): void {
    this.rewrite = rewrite;
  }
}

/** A change sent by a page. */
export interface Mutation {
  seq: number;
  op: {
    create?: { id: string; draft: Patch };
    update?: { id: string; patch: Patch };
    destroy?: { id: string };
  };
}

export interface Patch {
  item?: { shortdesc?: string; isdone?: boolean };
  list?: { title?: string };
}

interface PushBody {
  push: { client_id: string; since: number; mutations: Mutation[] };
}

const isPush = (request: Request): boolean =>
  request.method() === 'POST' && /\/rpc\/push$/.test(new URL(request.url()).pathname);

function bodyOf(request: Request): PushBody {
  return request.postDataJSON() as PushBody;
}

/** The pushes of a page that contained changes. Pulls are not counted. */
export class Pushes {
  readonly all: Mutation[][] = [];

  static of(page: Page): Pushes {
    const pushes = new Pushes();
    page.on('request', (request) => {
      if (!isPush(request)) return;
      const { mutations } = bodyOf(request).push;
      if (mutations.length > 0) pushes.all.push(mutations);
    });
    return pushes;
  }

  /** Returns the mutations, each once, however often it was sent. */
  get mutations(): Mutation[] {
    const bySeq = new Map(this.all.flat().map((mutation) => [mutation.seq, mutation]));
    return [...bySeq.values()];
  }

  get renames(): string[] {
    return this.mutations.flatMap(({ op }) => op.update?.patch.item?.shortdesc ?? []);
  }
}

/** Intercepts a page's pushes. The handler gets those with changes. */
export async function onPush(
  page: Page,
  handler: (route: Route, mutations: Mutation[]) => Promise<void>,
): Promise<void> {
  await page.route(/\/rpc\/push$/, async (route) => {
    const mutations = isPush(route.request()) ? bodyOf(route.request()).push.mutations : [];
    if (mutations.length === 0) await route.fallback();
    else await handler(route, mutations);
  });
}

/** Holds back a page's pushes of changes, until the returned function is called. */
export async function holdPushes(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await onPush(page, async (route) => {
    await released;
    await route.fallback();
  });
  return release;
}

/** Answers a push as if the server had refused all its changes. */
export async function refuse(route: Route, reason: { code: string } & Record<string, unknown>): Promise<void> {
  const { since, mutations } = bodyOf(route.request()).push;
  await route.fulfill({
    contentType: 'application/json',
    json: {
      acked: Math.max(...mutations.map((mutation) => mutation.seq)),
      rejected: mutations.map(({ seq }) => ({ seq, reason })),
      head: since,
      reset: false,
      changes: [],
    },
  });
}
