// The size of the whole page. Ctrl (Cmd on macOS) with +, - and 0, as in every program that shows pages.

/** Percent that one goes through, each a step that can be seen. */
export const ZOOMS = [50, 60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300] as const;

const OWN = 100;

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** The next size up or down; the same at either end. */
export function nextZoom(zoom: number, direction: 'larger' | 'smaller'): number {
  if (direction === 'larger') return ZOOMS.find((each) => each > zoom) ?? zoom;
  return ZOOMS.findLast((each) => each < zoom) ?? zoom;
}

/** The size that a key asks for; null for any other key. */
export function zoomOfKey(event: Keys, zoom: number, mac: boolean): number | null {
  const held = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!held || event.altKey) return null;
  // On most keyboards the plus is above the equals sign, and asking for both keys would be a third.
  if (['+', '='].includes(event.key) || event.code === 'NumpadAdd') return nextZoom(zoom, 'larger');
  if (['-', '_'].includes(event.key) || event.code === 'NumpadSubtract') return nextZoom(zoom, 'smaller');
  return event.key === '0' || event.code === 'Numpad0' ? OWN : null;
}
