// The accessibility checks of axe on the page as it stands.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

/** @returns {Promise<string[]>} one line for each rule that is broken, with the elements that break it */
export async function violations(page) {
  // Through the debugger, not a script element: the content policy is the one of the real window.
  await page.evaluate(axe);
  // What is half faded in has a contrast that nobody is meant to read by.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime))
        .map((each) => each.finished),
    ).then(() => undefined),
  );
  const result = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), RULES);
  return result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join(' | ')}`,
  );
}
