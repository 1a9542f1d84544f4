import type { Reporter, Suite, FullConfig, FullResult } from '@playwright/test/reporter';

/** Ends the run with a line for scripts: `41 passed, 0 failed`. */
export default class ClosingLine implements Reporter {
  private suite: Suite | undefined;
  private errorsOutsideOfTests = 0;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.suite = suite;
  }

  onError(): void {
    this.errorsOutsideOfTests += 1;
  }

  onEnd(result: FullResult): void {
    const tests = this.suite?.allTests() ?? [];
    const passed = tests.filter((test) => test.outcome() === 'expected').length;
    const failed = tests.filter((test) => test.outcome() === 'unexpected').length;
    // A run can fail without a failed test: a file does not load, or a worker dies.
    const broken = failed > 0 || result.status === 'passed' ? failed : Math.max(1, this.errorsOutsideOfTests);
    console.log(`${passed} passed, ${broken} failed`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
