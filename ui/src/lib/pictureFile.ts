// Reads a picture that a person chose, and writes the part of it they want. The page's policy allows no address of a
// file, so a picture goes straight from its bytes to a canvas.
import { outputSide, sideOf, type Crop } from './crop';

/** Larger files are photographs from a press agency, not portraits. */
export const FILE_MAX_MB = 20;
const BYTES_PER_MB = 1_000_000;
const JPEG_QUALITY = 0.9;
const OPAQUE = 255;

export type PictureProblem = 'tooLarge' | 'unreadable';

/** Rejects with a `PictureProblem` in `cause`. */
export async function readPicture(file: Blob): Promise<ImageBitmap> {
  if (file.size > FILE_MAX_MB * BYTES_PER_MB) throw new Error('too large', { cause: 'tooLarge' });
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Error('not a picture', { cause: 'unreadable' });
  }
}

/** The taken square as a canvas of its own, at most 640 px. */
export function cut(picture: ImageBitmap, crop: Crop): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const out = outputSide(picture, crop);
  canvas.width = out;
  canvas.height = out;
  const side = sideOf(picture, crop);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, crop.x - side / 2, crop.y - side / 2, side, side, 0, 0, out, out);
  return canvas;
}

/** Base64 of the encoded picture: JPEG, or PNG where something is see-through. */
export async function encode(canvas: HTMLCanvasElement): Promise<string> {
  const type = seeThrough(canvas) ? 'image/png' : 'image/jpeg';
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, type, JPEG_QUALITY);
  });
  if (blob === null) throw new Error('the picture was not encoded');
  return base64(new Uint8Array(await blob.arrayBuffer()));
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this window cannot draw');
  return context;
}

function seeThrough(canvas: HTMLCanvasElement): boolean {
  const { data } = contextOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 3; at < data.length; at += 4) if (data[at] !== OPAQUE) return true;
  return false;
}

/** In pieces: one call with all bytes as arguments is more than an engine takes. */
function base64(bytes: Uint8Array): string {
  const PIECE = 0x8000;
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(text);
}
