import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const repository = path.resolve(import.meta.dirname, '../..');

/** A custom WASM section without meaning, which changes the module's hash. */
const customSection = [0x00, 0x06, 0x05, ...Buffer.from('build')];

/** Creates a site as the next build would: with a new script and a new module. */
export class Build {
  private constructor(
    private readonly folder: string,
    /** The site's folder. */
    readonly site: string,
  ) {}

  static async another(): Promise<Build> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tandem-build-'));
    const work = path.join(folder, 'work');
    const site = path.join(folder, 'site');
    await cp(path.join(repository, 'target/front/work'), work, { recursive: true });
    await appendFile(path.join(work, 'tandem.js'), "\nglobalThis.tandemBuild = 'another';\n");
    await appendFile(path.join(work, 'tandem_bg.wasm'), Buffer.from(customSection));
    await promisify(execFile)('node', ['frontend/site.mjs', 'dev', work, site], { cwd: repository });
    return new Build(folder, site);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
