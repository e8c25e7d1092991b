// Chooses the backend: the shell's commands inside the app, memory in a plain browser.
import type { Backend } from './backend';
import { dropFrom } from './drops';
import { drawFrom } from './pictures';

export async function openBackend(): Promise<Backend> {
  const backend = await choose();
  drawFrom(backend);
  dropFrom(backend);
  return backend;
}

async function choose(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) {
    const { tauriBackend } = await import('./tauri');
    return tauriBackend();
  }
  const { openFake } = await import('./fake');
  return openFake(new URLSearchParams(window.location.search));
}
