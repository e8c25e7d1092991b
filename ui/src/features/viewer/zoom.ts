// How large a picture stands in the viewer and which part of it is seen. Offsets are of its middle from the middle of
// the window, in CSS px; a scale of 1 is the picture as a whole. Pure, so that the corners can be tested.

export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };

/** One step of a key or a button. */
export const STEP = 1.5;
/** Pixels of a picture are drawn at most this large, CSS px. */
const LARGEST_PIXEL = 4;

/** How a picture fits into the window as a whole; never larger than it is. */
export function fitted(picture: Size, room: Size): Size {
  if (picture.width <= 0 || picture.height <= 0) return { width: 0, height: 0 };
  const by = Math.min(1, room.width / picture.width, room.height / picture.height);
  return { width: picture.width * by, height: picture.height * by };
}

/** The largest scale: pixels become squares one can count, and even a small picture can be doubled. */
export function largest(picture: Size, room: Size): number {
  const { width } = fitted(picture, room);
  return width === 0 ? 1 : Math.max(2, (picture.width * LARGEST_PIXEL) / width);
}

/** Keeps the picture where something of it is seen: its edge stays at the edge of the window, or in the middle. */
export function held(zoom: Zoom, picture: Size, room: Size): Zoom {
  const whole = fitted(picture, room);
  const within = (offset: number, side: number, space: number): number => {
    const most = Math.max(0, (side * zoom.scale - space) / 2);
    return Math.max(-most, Math.min(most, offset)) + 0;
  };
  return {
    scale: zoom.scale,
    x: within(zoom.x, whole.width, room.width),
    y: within(zoom.y, whole.height, room.height),
  };
}

/** Makes it larger or smaller by a factor; what is under the point (from the middle of the window) stays there. */
export function zoomed(
  zoom: Zoom,
  factor: number,
  point: { x: number; y: number },
  picture: Size,
  room: Size,
): Zoom {
  const scale = Math.max(1, Math.min(largest(picture, room), zoom.scale * factor));
  const by = scale / zoom.scale;
  return held(
    { scale, x: point.x - (point.x - zoom.x) * by, y: point.y - (point.y - zoom.y) * by },
    picture,
    room,
  );
}
