// npm run icons: the icons of all systems and sizes, drawn anew from icons/mark.svg.
//
// What Linux desktops take as drawings (icons/mark.svg, icons/symbolic.svg) is packed as it is.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moduleScript } from './lib/nodeModules.mjs';
import { explain, root, Steps } from './lib/steps.mjs';

/** Edges in px: those that desktops ask for in `hicolor`, and what a picture of the app is made of. */
const EDGES = [16, 24, 32, 48, 64, 128, 256, 512];
const FOLDER = join(root, 'icons');

const steps = new Steps('test-output/icons');
const drawn = mkdtempSync(join(tmpdir(), 'cubist-icons-'));
try {
  const draw = (name, ...args) =>
    steps.run(name, process.execPath, [
      moduleScript('@tauri-apps/cli/tauri.js'),
      'icon',
      join(FOLDER, 'mark.svg'),
      '--output',
      join(drawn, name),
      ...args,
    ]);
  await draw('png', '--png', EDGES.join(','));
  for (const edge of EDGES)
    copyFileSync(join(drawn, 'png', `${edge}x${edge}.png`), join(FOLDER, `${edge}x${edge}.png`));
  // Windows and macOS keep several sizes in one file.
  await draw('systems');
  for (const name of ['icon.ico', 'icon.icns'])
    copyFileSync(join(drawn, 'systems', name), join(FOLDER, name));
} catch (error) {
  explain(error);
  process.exitCode = 1;
} finally {
  rmSync(drawn, { recursive: true, force: true });
}
