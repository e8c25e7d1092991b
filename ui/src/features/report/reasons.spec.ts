import { describe, expect, it } from 'vitest';
import { reportProblem, reportText, WORDS_MAX } from './reasons';

describe('a report', () => {
  it.each([
    [null, '', 'noReason'],
    [null, 'words', 'noReason'],
    ['other', '  ', 'noWords'],
    ['spam', 'x'.repeat(WORDS_MAX + 1), 'tooLong'],
    ['spam', '', null],
    ['other', 'Sells my photos', null],
    ['spam', '👍'.repeat(WORDS_MAX), null],
  ] as const)('of %s with “%.12s” lacks %s', (reason, words, problem) => {
    expect(reportProblem(reason, words)).toBe(problem);
  });

  it('says the kind first and then the words', () => {
    expect(reportText('spam', ' Ten links a day ')).toBe('Spam or advertising: Ten links a day');
    expect(reportText('spam', '')).toBe('Spam or advertising');
    expect(reportText('other', 'Sells my photos')).toBe('Sells my photos');
  });
});
