import { expect, it } from 'vitest';
import type { Staging } from '~/ipc/bindings.gen';
import { pastedFiles, stageEach } from './pasted';

function clipboard(files: File[], texts: Record<string, string> = {}) {
  return {
    files: files as unknown as FileList,
    types: Object.keys(texts),
    getData: (type: string) => texts[type] ?? '',
  };
}

const picture = new File(['x'], 'image.png', { type: 'image/png' });

it('takes files', () => {
  expect(pastedFiles(clipboard([picture]))).toEqual([{ file: picture, name: 'image.png' }]);
});

it('leaves words to the field, even when a picture of them comes along', () => {
  expect(pastedFiles(clipboard([], { 'text/plain': 'hello' }))).toBeNull();
  expect(pastedFiles(clipboard([picture], { 'text/plain': '1\t2' }))).toBeNull();
});

it('asks the system when the webview tells nothing', () => {
  expect(pastedFiles(clipboard([]))).toBe('ask');
  expect(pastedFiles(null)).toBeNull();
});

it('hands one over after the other, whether or not one of them fails', async () => {
  const began: string[] = [];
  const answers = new Map<string, (fails: boolean) => void>();
  const coming = stageEach(
    ['a', 'b', 'c'].map((name) => ({ file: new Blob([name]), name })),
    10,
    ({ name }) => {
      began.push(name);
      return new Promise<Staging>((take, refuse) => {
        answers.set(name, (fails) => (fails ? refuse(new Error('disk')) : take({ staged: [], refused: [] })));
      });
    },
  );
  await Promise.resolve();
  expect(began).toEqual(['a']);
  answers.get('a')?.(true);
  await expect(coming[0]).rejects.toThrow('disk');
  await Promise.resolve();
  expect(began).toEqual(['a', 'b']);
  answers.get('b')?.(false);
  await coming[1];
  await Promise.resolve();
  expect(began).toEqual(['a', 'b', 'c']);
});

it('reads nothing that is too large', async () => {
  const [large] = stageEach([{ file: new Blob(['12345']), name: 'film.mp4' }], 4, () =>
    Promise.reject(new Error('it was read')),
  );
  expect(await large).toEqual({ staged: [], refused: [{ name: 'film.mp4', reason: 'tooLarge' }] });
});
