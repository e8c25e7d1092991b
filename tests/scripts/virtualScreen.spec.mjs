import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { VirtualScreen } from '../../scripts/lib/screen.mjs';

test('a virtual screen shows itself as a picture of its size', { timeout: 30_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cubist-test-'));
  const screen = await VirtualScreen.start({ width: 320, height: 200 });
  try {
    assert.match(screen.display, /^:\d+$/);
    const path = join(folder, 'screen.png');
    screen.capture(path);
    const png = readFileSync(path);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [320, 200]);
  } finally {
    await screen.stop();
    rmSync(folder, { recursive: true });
  }
});
