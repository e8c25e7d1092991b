// Whether an app that was started has come as far as its first picture.

import { createWriteStream } from 'node:fs';
import { StepFailed } from './steps.mjs';

/** The app says this on standard output once its window has painted, when CUBIST_REPORT_READY is set. */
const PAINTED = 'cubist: painted';
/** A debug build on a slow machine paints within some seconds; more means that it never will. */
const PAINT_LIMIT_MS = 90_000;

/**
 * Resolves when the app says that its window has painted.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} log
 */
export function painted(child, log) {
  const file = createWriteStream(log);
  return new Promise((resolve, reject) => {
    const fail = (message) => file.write('\n', () => reject(new StepFailed(message, { log })));
    const timer = setTimeout(
      () => fail(`The window has not painted within ${PAINT_LIMIT_MS / 1000} s.`),
      PAINT_LIMIT_MS,
    );
    let text = '';
    const heard = (chunk) => {
      file.write(chunk);
      text = (text + chunk.toString('utf8')).slice(-4096);
      if (text.includes(PAINTED)) {
        clearTimeout(timer);
        resolve(undefined);
      }
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    child.once('error', (error) => fail(`The app could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      fail(`The app ended with ${code ?? signal} before its window had painted.`);
    });
  });
}
