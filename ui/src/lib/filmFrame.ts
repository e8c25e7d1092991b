// Draws what is seen of a film before anybody plays it. The engine has no decoder of films; the webview has one.
import { contextOf, encode } from './pictureFile';

/** Where is looked, in seconds, one after another: many films begin black. */
const MOMENTS = [0.1, 1, 3];
/** Largest side of the frame, px; the engine makes it no larger. */
const SIDE = 720;
/** Brightness of a frame on which there is nothing to see yet, of 255. */
const DARK = 20;
/** For all of it, ms. A film that cannot be decoded may say so never. */
const PATIENCE_MS = 10_000;
/** A frame of so many pixels is enough to tell whether it is dark. */
const SAMPLE = { width: 32, height: 18 };

/** One of the first frames of a film as Base64 of a picture; null where the webview cannot draw it. */
export async function filmFrame(url: string): Promise<string | null> {
  const film = document.createElement('video');
  // Another origin's pixels may only be read where that origin says so.
  film.crossOrigin = 'anonymous';
  film.muted = true;
  film.preload = 'auto';
  const over = new AbortController();
  const patience = setTimeout(() => over.abort(), PATIENCE_MS);
  film.addEventListener('error', () => over.abort(), { once: true });
  try {
    const loaded = next(film, 'loadeddata', over.signal);
    film.src = url;
    await loaded;
    // Where there is a decoder for its sound only, it has no size.
    if (film.videoWidth === 0) return null;
    // What is written while it is sent says no length.
    const last = Number.isFinite(film.duration) ? film.duration / 2 : 0;
    for (const [at, moment] of MOMENTS.entries()) {
      if (at > 0 && moment > last) break;
      const shown = next(film, 'seeked', over.signal);
      film.currentTime = Math.min(moment, last);
      await shown;
      if (brightness(film) >= DARK) break;
    }
    return await encode(drawn(film, sizeOf(film)));
  } catch (error) {
    // The film is sent without it.
    console.debug('no frame of a film', error);
    return null;
  } finally {
    clearTimeout(patience);
    // An element without an address lets go of its connection and its decoder.
    film.removeAttribute('src');
    film.load();
  }
}

/** The next event of this name; rejects when it is all over. */
function next(film: HTMLVideoElement, name: string, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`no ${name}`));
    if (over.aborted) fail();
    over.addEventListener('abort', fail, { once: true });
    film.addEventListener(name, () => resolve(), { once: true });
  });
}

function sizeOf({ videoWidth, videoHeight }: HTMLVideoElement): { width: number; height: number } {
  const scale = Math.min(1, SIDE / Math.max(videoWidth, videoHeight));
  return {
    width: Math.max(1, Math.round(videoWidth * scale)),
    height: Math.max(1, Math.round(videoHeight * scale)),
  };
}

function drawn(
  film: HTMLVideoElement,
  { width, height }: { width: number; height: number },
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  contextOf(canvas).drawImage(film, 0, 0, width, height);
  return canvas;
}

/** Mean of the lightest colour of each pixel, 0 to 255. */
function brightness(film: HTMLVideoElement): number {
  const sample = drawn(film, SAMPLE);
  const { data } = contextOf(sample).getImageData(0, 0, SAMPLE.width, SAMPLE.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4)
    sum += Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
  return sum / (data.length / 4);
}
