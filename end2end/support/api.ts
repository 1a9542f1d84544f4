/** An item in the format of the HTTP API. */
export interface Item {
  id: string;
  shortdesc: string;
  longdesc: string | null;
  isdone: boolean;
  due: string | null;
  issection: boolean;
  position: string;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface ItemFields {
  id?: string;
  shortdesc?: string;
  longdesc?: string | null;
  isdone?: boolean;
  due?: string | null;
  issection?: boolean;
}

export interface ListOptions {
  title?: string;
  /** Open items, in order. */
  items?: readonly string[];
  /** Ticked items, after the open ones. */
  done?: readonly string[];
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`the server answered ${status}: ${body}`);
  }
}

/** A client of the HTTP API. */
export class Api {
  constructor(private readonly address: string) {}

  async send<T>(method: string, path: string, body?: unknown, socketId?: string): Promise<T> {
    const headers = new Headers({ accept: 'application/json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (socketId !== undefined) headers.set('x-pusher-socket-id', socketId);
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError(response.status, text);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async newList({ title, items = [], done = [] }: ListOptions): Promise<RemoteList> {
    const made = await this.send<{ token: string; view_token: string; title: string }>(
      'POST',
      '/api/lists',
      title === undefined ? undefined : { title },
    );
    const list = new RemoteList(this, made.token, made.view_token, made.title);
    for (const shortdesc of items) await list.add(shortdesc);
    for (const shortdesc of done) await list.add(shortdesc, { isdone: true });
    return list;
  }
}

/** A list, read and written over the HTTP API. */
export class RemoteList {
  constructor(
    private readonly api: Api,
    readonly token: string,
    readonly viewToken: string,
    readonly title: string,
  ) {}

  get path(): string {
    return `/${this.token}`;
  }

  private get url(): string {
    return `/api/lists/${this.token}`;
  }

  async items(): Promise<Item[]> {
    return this.api.send('GET', `${this.url}/items`);
  }

  /** Returns the items' titles, in list order. */
  async titles(): Promise<string[]> {
    return (await this.items()).map((item) => item.shortdesc);
  }

  async find(shortdesc: string): Promise<Item> {
    const item = (await this.items()).find((each) => each.shortdesc === shortdesc);
    if (!item) throw new Error(`the list has no "${shortdesc}"`);
    return item;
  }

  async add(shortdesc: string, fields: ItemFields = {}, socketId?: string): Promise<Item> {
    const item = await this.api.send<Item>('POST', `${this.url}/items`, { shortdesc, ...fields }, socketId);
    if (fields.isdone === undefined || item.isdone === fields.isdone) return item;
    return this.update(item.id, { isdone: fields.isdone }, socketId);
  }

  /** Adds items at the end, in as few batches as possible. */
  async addMany(titles: readonly string[]): Promise<void> {
    const mutations = titles.map((shortdesc, index) => ({
      seq: index + 1,
      op: { create: { id: crypto.randomUUID(), draft: { item: { shortdesc } }, place: 'end' } },
    }));
    const client_id = crypto.randomUUID();
    for (let from = 0; from < mutations.length; from += 1_000) {
      const push = { client_id, since: 0, mutations: mutations.slice(from, from + 1_000) };
      await this.api.send('POST', '/rpc/push', { token: this.token, socket_id: null, push });
    }
  }

  async update(id: string, fields: ItemFields, socketId?: string): Promise<Item> {
    return this.api.send('PATCH', `${this.url}/items/${id}`, fields, socketId);
  }

  async destroy(id: string, socketId?: string): Promise<void> {
    await this.api.send('DELETE', `${this.url}/items/${id}`, undefined, socketId);
  }

  async read(): Promise<{ title: string }> {
    return this.api.send('GET', this.url);
  }

  async rename(title: string): Promise<void> {
    await this.api.send('PATCH', this.url, { title });
  }

  async destroyList(): Promise<void> {
    await this.api.send('DELETE', this.url);
  }
}
