import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { Api, type ListOptions, type RemoteList } from './api.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const binary = path.resolve(process.env['TANDEM_BIN'] ?? path.join(repository, 'target/debug/tandem'));

/** Length of the token of a link, which has letters and digits only. */
const tokenLength = 24;

/** Returns whatever in a text has the form of a token, also within longer words. */
function* likeTokens(text: string): Generator<string> {
  for (const [word] of text.matchAll(/[A-Za-z0-9]{24,}/g)) {
    for (let at = 0; at + tokenLength <= word.length; at++) yield word.slice(at, at + tokenLength);
  }
}

/** Ends a server that a test has put in Tandem's place. It accepts no new connection while the old ones end. */
export async function closes(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** How long a server may take to start, and to stop, in ms. */
const startTimeout = 30_000;
const stopTimeout = 5_000;

/** A Tandem server for tests: one process, with an SQLite file in a folder of its own. */
export class Tandem {
  /** The end of its log, for the report of a failure. */
  readonly log: string[] = [];
  /** What has the form of a token in its log, with the line that shows it first. */
  private readonly logged = new Map<string, string>();
  /** What has the form of a token in a database that was thrown away. */
  private readonly stored = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly flags: string[],
    private readonly logLevel: string,
    private process: ChildProcess,
    /** Such as `http://127.0.0.1:40123`, without a slash at the end. */
    public address: string,
  ) {}

  static async start(flags: string[] = [], logLevel = 'info,server=debug'): Promise<Tandem> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tandem-end2end-'));
    const tandem = new Tandem(folder, flags, logLevel, undefined as never, '');
    await tandem.run('127.0.0.1:0');
    return tandem;
  }

  /** Starts a server, with the site in a folder if one is given. */
  private async run(listen: string, site?: string): Promise<void> {
    if (!existsSync(binary)) {
      throw new Error(`There is no server at ${binary}: build it first, or set TANDEM_BIN.`);
    }
    const { DATABASE_URL: _, NATS_URL: __, TANDEM_LISTEN: ___, ...environment } = process.env;
    const database = `sqlite://${path.join(this.folder, 'tandem.db')}`;
    const folder = site === undefined ? [] : ['--site', site];
    const child = spawn(binary, ['--listen', listen, '--database-url', database, ...folder, ...this.flags], {
      cwd: repository,
      // Colours would stand between words.
      env: { RUST_LOG: this.logLevel, ...environment, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', (code, signal) => {
      process.off('exit', killWithUs);
      this.log.push(`The server ended: ${signal ?? code}.`);
    });

    this.address = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`The server has not said where it is in time.\n${this.log.join('\n')}`));
      }, startTimeout);
      const hear = (line: string) => {
        this.log.push(line);
        if (this.log.length > 200) this.log.shift();
        for (const word of likeTokens(line)) if (!this.logged.has(word)) this.logged.set(word, line);
        const address = /Tandem is at (http:\/\/[^\s/]+)/.exec(line)?.[1];
        if (address) {
          clearTimeout(timer);
          resolve(address);
        }
      };
      createInterface(child.stdout).on('line', hear);
      createInterface(child.stderr).on('line', hear);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`The server ended at once (${signal ?? code}).\n${this.log.join('\n')}`));
      });
    });
  }

  private get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    // Not its exit, after which the end of its log may still come.
    const ended = once(this.process, 'close');
    this.process.kill(signal);
    const timer = setTimeout(() => this.process.kill('SIGKILL'), stopTimeout);
    await ended;
    clearTimeout(timer);
  }

  /** Kills the server without a warning. */
  async crash(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Restarts the server at the same address, with the same database, and with another site if one is given. */
  async restart(site?: string): Promise<void> {
    await this.run(new URL(this.address).host, site);
  }

  /** Restarts the server on an empty database, as with a wrong volume. */
  async restartEmpty(): Promise<void> {
    await this.crash();
    await rename(this.folder, this.away);
    await mkdir(this.folder);
    await this.restart();
  }

  /** Restarts the server on its previous database. */
  async restartWhole(): Promise<void> {
    await this.crash();
    await this.remove(this.folder);
    await rename(this.away, this.folder);
    await this.restart();
  }

  private get away(): string {
    return `${this.folder}-away`;
  }

  /** Lets the server accept connections, but answer nothing. */
  freeze(): void {
    this.process.kill('SIGSTOP');
  }

  thaw(): void {
    this.process.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.end('SIGTERM');
    for (const folder of [this.folder, this.away]) await this.remove(folder);
    const leaks = [...this.logged].filter(([word]) => this.stored.has(word)).map(([, line]) => line);
    if (leaks.length > 0) throw new Error(`The log shows a link:\n${leaks.join('\n')}`);
  }

  /** Removes a folder, and remembers what has the form of a token in its database: the file holds them as text. */
  private async remove(folder: string): Promise<void> {
    if (!existsSync(folder)) return;
    const database = path.join(folder, 'tandem.db');
    for (const file of [database, `${database}-wal`]) {
      // Without the database itself, no leak could be found.
      if (file !== database && !existsSync(file)) continue;
      for (const word of likeTokens(await readFile(file, 'latin1'))) this.stored.add(word);
    }
    await rm(folder, { recursive: true });
  }

  get api(): Api {
    return new Api(this.address);
  }

  /** Creates a list over the HTTP API. */
  async newList(options: ListOptions = {}): Promise<RemoteList> {
    return this.api.newList(options);
  }

  /** Returns the number of commits so far, which the server records every two seconds. */
  async commits(): Promise<number> {
    const marker = await readFile(path.join(this.folder, 'tandem.db-epoch'), 'utf8');
    return Number(marker.split(' ')[1]);
  }
}
