// Why something is reported: a few kinds to choose from and words of one's own. What is sent is one text, because that
// is what the people who read reports see.
import { m } from '~/i18n';

export const REASONS = ['spam', 'insults', 'danger', 'pretends', 'other'] as const;
export type Reason = (typeof REASONS)[number];

/** The server keeps this much, in characters. */
export const WORDS_MAX = 1000;

export function reasonWords(reason: Reason): string {
  switch (reason) {
    case 'spam':
      return m.report_reason_spam();
    case 'insults':
      return m.report_reason_insults();
    case 'danger':
      return m.report_reason_danger();
    case 'pretends':
      return m.report_reason_pretends();
    case 'other':
      return m.report_reason_other();
  }
}

export type ReportProblem = 'noReason' | 'noWords' | 'tooLong';

/** null when it can be sent. “Something else” alone says nothing. */
export function reportProblem(reason: Reason | null, words: string): ReportProblem | null {
  if (reason === null) return 'noReason';
  if (Array.from(words.trim()).length > WORDS_MAX) return 'tooLong';
  return reason === 'other' && words.trim() === '' ? 'noWords' : null;
}

/** The text that is sent: the kind, then the words. */
export function reportText(reason: Reason, words: string): string {
  const own = words.trim();
  if (reason === 'other') return own;
  return own === '' ? reasonWords(reason) : `${reasonWords(reason)}: ${own}`;
}
