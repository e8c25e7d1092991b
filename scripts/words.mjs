// npm run words: whether every language says everything, and what is missing where.
//
// The pipeline runs it, too; a finding fails it.

import { judgeAll, readWorkingCopy } from './lib/catalogues.mjs';
import { root } from './lib/steps.mjs';

const copy = readWorkingCopy(root);
const findings = judgeAll(copy);

for (const locale of ['', ...copy.catalogues.map((/** @type {{ locale: string }} */ each) => each.locale)]) {
  const own = findings.filter((finding) => finding.locale === locale);
  if (own.length === 0) continue;
  console.log(locale === '' ? 'Components' : `ui/messages/${locale}.json`);
  for (const { rule, key, detail } of own) console.log(`  ${rule.padEnd(12)} ${key}: ${detail}`);
}

const sentences = copy.base.entries.size;
const languages = copy.catalogues.length;
console.log(
  findings.length === 0
    ? `${sentences} sentences in ${languages} languages, nothing is missing.`
    : `${findings.length} findings.`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
