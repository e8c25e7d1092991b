// Chooses the backend: the shell's commands inside the app, memory in a plain browser.
import type { Backend } from './backend';

export async function openBackend(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) {
    const { TauriBackend } = await import('./tauri');
    return new TauriBackend();
  }
  const { FakeBackend } = await import('./fake');
  return new FakeBackend(new URLSearchParams(window.location.search));
}
