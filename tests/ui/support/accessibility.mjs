// The accessibility checks of axe on the page as it stands.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

/** @returns {Promise<string[]>} one line for each rule that is broken, with the elements that break it */
export async function violations(page) {
  // Through the debugger, not a script element: the content policy is the one of the real window.
  await page.evaluate(axe);
  const release = await settleColours(page);
  const result = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), RULES);
  await release();
  return result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join(' | ')}`,
  );
}

/**
 * Ends what moves, and lets nothing begin to fade until the returned function is called: what is half faded in or out
 * has a contrast that nobody is meant to read by, and a timer of the page may begin to hide something at any moment.
 */
async function settleColours(page) {
  await page.evaluate(() => {
    const still = new CSSStyleSheet();
    still.replaceSync('*, ::before, ::after { transition: none !important; }');
    document.adoptedStyleSheets.push(still);
    window.stillSheet = still;
    return Promise.allSettled(
      document
        .getAnimations()
        .filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime))
        .map((each) => each.finished),
    ).then(() => undefined);
  });
  return () =>
    page.evaluate(() => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== window.stillSheet);
      delete window.stillSheet;
    });
}
