// Which square of a picture is taken: moved and enlarged by hand, and always inside the picture. Pure, in pixels of
// the picture; the sheet that draws it knows the screen.

export interface Size {
  width: number;
  height: number;
}

/** The taken square: its middle, and how many times smaller it is than the largest one. */
export interface Crop {
  x: number;
  y: number;
  zoom: number;
}

/** Smaller than this many pixels a face is no longer a face. */
const SMALLEST_SIDE = 96;
const ZOOM_MAX = 8;
/** More is thrown away by everybody who shows it. */
export const SIDE_MAX = 640;

/** The largest square, in the middle. */
export function wholeCrop(picture: Size): Crop {
  return { x: picture.width / 2, y: picture.height / 2, zoom: 1 };
}

/** How far a picture can be enlarged; 1 for one that is too small for it. */
export function zoomLimit(picture: Size): number {
  return Math.max(1, Math.min(ZOOM_MAX, Math.min(picture.width, picture.height) / SMALLEST_SIDE));
}

/** Edge of the taken square. */
export function sideOf(picture: Size, crop: Crop): number {
  return Math.min(picture.width, picture.height) / crop.zoom;
}

/** Edge of the picture that is sent, in whole pixels. */
export function outputSide(picture: Size, crop: Crop): number {
  return Math.max(1, Math.min(SIDE_MAX, Math.round(sideOf(picture, crop))));
}

function inside(picture: Size, crop: Crop): Crop {
  const zoom = Math.min(Math.max(crop.zoom, 1), zoomLimit(picture));
  const half = sideOf(picture, { ...crop, zoom }) / 2;
  return {
    x: Math.min(Math.max(crop.x, half), picture.width - half),
    y: Math.min(Math.max(crop.y, half), picture.height - half),
    zoom,
  };
}

/** Moves the picture under the frame: `right` and `down` are shares of the frame's edge. */
export function moved(picture: Size, crop: Crop, right: number, down: number): Crop {
  const side = sideOf(picture, crop);
  return inside(picture, { ...crop, x: crop.x - right * side, y: crop.y - down * side });
}

/** Enlarges to `zoom` and keeps what lies at the point, in shares of the frame's edge, where it is. */
export function zoomed(picture: Size, crop: Crop, zoom: number, at = { x: 0.5, y: 0.5 }): Crop {
  const limited = Math.min(Math.max(zoom, 1), zoomLimit(picture));
  const before = sideOf(picture, crop);
  const after = sideOf(picture, { ...crop, zoom: limited });
  return inside(picture, {
    x: crop.x + (at.x - 0.5) * (before - after),
    y: crop.y + (at.y - 0.5) * (before - after),
    zoom: limited,
  });
}

/** Evenly felt steps from the whole square to the limit. */
export function zoomSteps(picture: Size, count: number): number[] {
  const limit = zoomLimit(picture);
  return Array.from({ length: count }, (_, index) => limit ** (index / (count - 1)));
}
