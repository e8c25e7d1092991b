// How the pictures of one message lie side by side. Everything follows from the number of pictures and the sizes that
// the message itself names, so that a bubble has its final size before a byte of them is loaded.

/** What is known of a picture; a side that the sender did not name is null. */
export interface Sides {
  width: number | null;
  height: number | null;
}

/** A box in CSS px. It may be drawn smaller where the column is narrow, in the same proportion. */
export interface Box {
  width: number;
  height: number;
}

export interface AlbumRow {
  /** Width of each picture in proportion to the others of its row. */
  columns: number[];
  /** Width by height of the whole row. */
  ratio: number;
}

/** Widest a picture or an album is drawn, px. */
export const PICTURE_WIDTH = 360;
/** Highest a single picture is drawn, px. */
const PICTURE_HEIGHT = 420;
/** The least a single picture is drawn, so that it can be pressed, px. */
const LEAST: Box = { width: 120, height: 80 };
/** The least with words below it, which are no wider than it is, px. */
const LEAST_CAPTIONED = 240;
/** Between the pictures of an album, px. */
export const ALBUM_GAP = 2;
/** A row of an album is not lower, and not higher, px. */
const ROW_HEIGHT = { least: 88, most: 160 };
/** What a picture without sizes is taken for. */
const USUAL_RATIO = 4 / 3;

/** Width by height; nothing that a sender writes leads to a box of no size. */
export function ratioOf({ width, height }: Sides): number {
  if (width === null || height === null || width <= 0 || height <= 0) return USUAL_RATIO;
  return width / height;
}

/** The box of a picture that stands alone, with words below it or not. What does not fit its ratio is cut by the box. */
export function pictureBox(sides: Sides, captioned = false): Box {
  const least = captioned ? LEAST_CAPTIONED : LEAST.width;
  const ratio = ratioOf(sides);
  const known = sides.width !== null && sides.height !== null && sides.width > 0 && sides.height > 0;
  // A small picture stays small; without sizes it is taken for a large one.
  const natural = known ? (sides.width ?? PICTURE_WIDTH) : PICTURE_WIDTH;
  const width = Math.min(PICTURE_WIDTH, PICTURE_HEIGHT * ratio, natural);
  const height = width / ratio;
  return {
    width: Math.round(Math.max(least, Math.min(PICTURE_WIDTH, width))),
    height: Math.round(Math.max(LEAST.height, Math.min(PICTURE_HEIGHT, height))),
  };
}

/** How many pictures each row has: two by two up to four, then rows of three, and never one alone at the end. */
export function rowCounts(count: number): number[] {
  if (count <= 3) return count > 0 ? [count] : [];
  if (count === 4) return [2, 2];
  const rows = Array.from({ length: Math.floor(count / 3) }, () => 3);
  const left = count % 3;
  if (left === 2) return [...rows, 2];
  return left === 1 ? [...rows.slice(1), 2, 2] : rows;
}

/** The rows of an album of several pictures. */
export function albumRows(pictures: readonly Sides[]): AlbumRow[] {
  let from = 0;
  return rowCounts(pictures.length).map((count) => {
    const row = pictures.slice(from, from + count);
    from += count;
    const wide = row.reduce((sum, each) => sum + ratioOf(each), 0);
    const height = Math.max(ROW_HEIGHT.least, Math.min(ROW_HEIGHT.most, PICTURE_WIDTH / wide));
    // Three alone are led by the first; everywhere else the pictures are equals.
    const columns = pictures.length === 3 ? [1.45, 1, 1] : row.map(() => 1);
    return { columns, ratio: PICTURE_WIDTH / height };
  });
}
