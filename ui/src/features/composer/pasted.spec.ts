import { expect, it } from 'vitest';
import { pastedFiles } from './pasted';

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
