// Serves the built pages on loopback under the content policy of the real window, so that what it would stop there
// is stopped here.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = join(root, 'ui/dist');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.ogg': 'audio/ogg',
};

function policy() {
  const { csp } = JSON.parse(readFileSync(join(root, 'tauri.conf.json'), 'utf8')).app.security;
  return Object.entries(csp)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/** All files of the build, read once: another build may replace the folder while the tests run. */
function files() {
  if (!existsSync(join(dist, 'index.html')))
    throw new Error('ui/dist is missing: run `npm run build:ui` first');
  const found = new Map();
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    found.set(`/${relative(dist, file).replaceAll(sep, '/')}`, readFileSync(file));
  }
  return found;
}

/** @returns {Promise<{ url: string, close: () => Promise<void> }>} */
export async function serve() {
  const pages = files();
  const headers = { 'content-security-policy': policy() };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const path = pathname === '/' ? '/index.html' : decodeURIComponent(pathname);
    const body = pages.get(path);
    if (body === undefined) {
      response.writeHead(path === '/favicon.ico' ? 204 : 404, headers).end();
      return;
    }
    response.writeHead(200, {
      ...headers,
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
