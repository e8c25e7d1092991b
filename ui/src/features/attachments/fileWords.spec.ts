import { describe, expect, it } from 'vitest';
import { playTime, progressWords, remainingWords, sizeWords, typeWord } from './fileWords';

const MB = 1024 * 1024;

describe('sizes', () => {
  const check = (bytes: number, words: string): void => expect(sizeWords(bytes)).toBe(words);

  it('of nothing', () => check(0, '0 B'));
  it('in bytes', () => check(999, '999 B'));
  it('in kilobytes', () => check(240 * 1024 + 300, '240 KB'));
  it('in megabytes with one digit', () => check(1.94 * MB, '1.9 MB'));
  it('without digits where they say nothing', () => check(84 * MB, '84 MB'));
  it('never a thousand of a unit', () => check(999.7 * 1024, '1 MB'));
  it('in gigabytes', () => check(2.5 * 1024 * MB, '2.5 GB'));
});

describe('progress', () => {
  const check = (done: number, total: number, words: string): void =>
    expect(progressWords(done, total)).toBe(words);

  it('has one unit', () => check(1.2 * MB, 1.9 * MB, '1.2 of 1.9 MB'));
  it('begins at zero', () => check(0, 84 * MB, '0 of 84 MB'));
  it('does not pass the end', () => check(3 * MB, 1.9 * MB, '1.9 of 1.9 MB'));
});

describe('what is left', () => {
  const check = (seconds: number, words: string): void => expect(remainingWords(seconds)).toBe(words);

  it('in seconds', () => check(2.4, '3 s left'));
  it('is never nothing', () => check(0, '1 s left'));
  it('in minutes', () => check(61, '2 min left'));
  it('in hours', () => check(7201, '3 h left'));
});

describe('the time of a sound', () => {
  const check = (millis: number, words: string): void => expect(playTime(millis)).toBe(words);

  it('has two digits of seconds', () => check(14_400, '0:14'));
  it('has minutes', () => check(220_000, '3:40'));
  it('has hours when needed', () => check(3_753_000, '1:02:33'));
  it('is never below zero', () => check(-5, '0:00'));
});

describe('the kind of a file', () => {
  const check = (name: string, type: string, word: string): void => expect(typeWord(name, type)).toBe(word);

  it('comes from the name', () => check('Route_v3.gpx', 'application/octet-stream', 'GPX'));
  it('comes from the type without an ending', () => check('minutes', 'application/pdf', 'PDF'));
  it('leaves out what is no ending', () => check('read.me please', 'application/octet-stream', ''));
  it('leaves out what is too long', () => check('a.verylong', 'application/octet-stream', ''));
});
