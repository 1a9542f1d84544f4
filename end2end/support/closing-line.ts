import type { Reporter, Suite, FullConfig, FullResult } from '@playwright/test/reporter';

/** Ends the run with one plain line that a script can read: `41 passed, 0 failed`. */
export default class ClosingLine implements Reporter {
  private suite: Suite | undefined;
  private brokenOutsideOfTests = 0;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.suite = suite;
  }

  /** A file that does not load, or a worker that dies, is a failure of no test. */
  onError(): void {
    this.brokenOutsideOfTests += 1;
  }

  onEnd(result: FullResult): void {
    const tests = this.suite?.allTests() ?? [];
    const passed = tests.filter((test) => test.outcome() === 'expected').length;
    const failed = tests.filter((test) => test.outcome() === 'unexpected').length;
    const unrun = tests.filter((test) => test.outcome() === 'skipped').length;
    const broken = failed + this.brokenOutsideOfTests + (result.status === 'passed' || failed ? 0 : unrun);
    console.log(`${passed} passed, ${broken} failed`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
