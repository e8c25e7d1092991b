// The size of the whole page.

/** Percent that one goes through, each a step that can be seen. */
export const ZOOMS = [50, 60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300] as const;

const OWN = 100;

/** The next size up or down; the same at either end. */
export function nextZoom(zoom: number, direction: 'larger' | 'smaller'): number {
  if (direction === 'larger') return ZOOMS.find((each) => each > zoom) ?? zoom;
  return ZOOMS.findLast((each) => each < zoom) ?? zoom;
}

/** The size that a shortcut asks for; null for a shortcut of anything else. */
export function zoomOfShortcut(id: string | null, zoom: number): number | null {
  if (id === 'zoomIn') return nextZoom(zoom, 'larger');
  if (id === 'zoomOut') return nextZoom(zoom, 'smaller');
  return id === 'zoomReset' ? OWN : null;
}
