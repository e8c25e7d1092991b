// A picture of where a place is, drawn from outlines that come with the app: no request tells a stranger where somebody
// looks. Natural Earth knows coasts and countries, no streets, so the picture shows a region, wide enough to recognise.
import type { FeatureCollection, MultiPolygon, Polygon, Position } from 'geojson';
import type { feature as Feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Coordinates } from './coordinates';

/** A country with what is needed to leave it out quickly. */
interface Country {
  name: string;
  /** Rings with their bounds in degrees. */
  rings: Ring[];
}

interface Ring {
  points: readonly Position[];
  west: number;
  east: number;
  south: number;
  north: number;
}

export interface World {
  countries: Country[];
  /** The same as GeoJSON, for the map that can be moved. */
  shapes: FeatureCollection<Polygon | MultiPolygon, { name: string }>;
}

/** Width and height of a picture, px. */
export interface Size {
  width: number;
  height: number;
}

export interface Label {
  text: string;
  x: number;
  y: number;
}

export interface MapPicture {
  /** One path of all land: filled it is the ground, drawn it is the coasts and the lines between countries. */
  land: string;
  /** Lines of latitude and longitude. */
  graticule: string;
  labels: Label[];
}

/** Degrees of latitude that the height of a picture may show, smallest first. */
const HEIGHTS_DEG = [2.5, 5, 10, 20, 40, 80] as const;
/** Lines of the globe are drawn at the first of these that gives at most about six of them. */
const STEPS_DEG = [0.5, 1, 2, 5, 10, 15, 30] as const;
/** Points closer than this on the picture are one, px. */
const CLOSE_PX = 0.4;
/** Near the poles a degree of longitude shrinks to nothing; the picture stops following there. */
const LEAST_COSINE = 0.12;
/** A place and the same place once around the globe. */
const TURNS: readonly number[] = [-360, 0, 360];
/** Rings smaller than this are left out, px. */
const SPECK_PX = 0.8;

let loaded: Promise<World> | null = null;

/** The outlines of all countries. Loaded once, when the first place is drawn. */
export function loadWorld(): Promise<World> {
  loaded ??= readWorld().catch((error: unknown) => {
    // The next place tries again.
    loaded = null;
    throw error;
  });
  return loaded;
}

async function readWorld(): Promise<World> {
  const [{ feature }, { default: file }] = await Promise.all([
    import('topojson-client'),
    import('world-atlas/countries-50m.json'),
  ]);
  return buildWorld(
    file as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>,
    feature,
  );
}

/** Unfolds the arcs that countries share. */
export function buildWorld(
  topology: Topology<{ countries: GeometryCollection<{ name: string }> }>,
  feature: typeof Feature,
): World {
  const round = feature(topology, topology.objects.countries) as World['shapes'];
  const features = round.features.map(({ geometry, properties }) => {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    const coordinates = polygons.map((rings) => rings.map(unrolled));
    return { type: 'Feature' as const, properties, geometry: { type: 'MultiPolygon' as const, coordinates } };
  });
  return {
    countries: features.map(({ geometry, properties }) => ({
      name: properties.name,
      rings: geometry.coordinates.flat().map(ringOf),
    })),
    shapes: { type: 'FeatureCollection', features },
  };
}

/**
 * A ring of the globe on a flat map: where it crosses the date line it goes on beyond 180° instead of jumping to the
 * other side, and one that goes around a pole is closed along it.
 */
function unrolled(ring: readonly Position[]): Position[] {
  let turn = 0;
  let last = ring[0]?.[0] ?? 0;
  const flat = ring.map(([x = 0, y = 0]): Position => {
    if (x - last > 180) turn -= 360;
    else if (x - last < -180) turn += 360;
    last = x;
    return [x + turn, y];
  });
  const [first, end] = [flat[0], flat.at(-1)];
  if (turn === 0 || !first || !end) return flat;
  const pole = (first[1] ?? 0) < 0 ? -90 : 90;
  return [...flat, [end[0] ?? 0, pole], [first[0] ?? 0, pole], first];
}

function ringOf(points: readonly Position[]): Ring {
  const ring: Ring = { points, west: Infinity, east: -Infinity, south: 90, north: -90 };
  for (const [x = 0, y = 0] of points) {
    ring.west = Math.min(ring.west, x);
    ring.east = Math.max(ring.east, x);
    ring.south = Math.min(ring.south, y);
    ring.north = Math.max(ring.north, y);
  }
  return ring;
}

/** Whether a ring goes around a place, on whichever side of the date line either is written down. */
function encloses(ring: Ring, { latitude, longitude }: Coordinates): boolean {
  return TURNS.some((turn) => around(ring, latitude, longitude + turn));
}

/** How often a line to the east crosses the ring tells whether it begins inside. */
function around({ points, west, east, south, north }: Ring, latitude: number, longitude: number): boolean {
  if (longitude < west || longitude > east || latitude < south || latitude > north) return false;
  let inside = false;
  let [x1 = 0, y1 = 0] = points.at(-1) ?? [];
  for (const [x2 = 0, y2 = 0] of points) {
    if (y2 > latitude !== y1 > latitude && longitude < ((x1 - x2) * (latitude - y2)) / (y1 - y2) + x2)
      inside = !inside;
    x1 = x2;
    y1 = y2;
  }
  return inside;
}

/** The country a place lies in; null at sea. */
export function countryAt(world: World, at: Coordinates): string | null {
  const found = world.countries.find(
    ({ rings }) => rings.filter((ring) => encloses(ring, at)).length % 2 === 1,
  );
  return found?.name ?? null;
}

/** Turns degrees into px, with the place in the middle. */
class View {
  readonly #perDegree: number;
  readonly #cosine: number;
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;

  constructor(
    readonly at: Coordinates,
    readonly size: Size,
    readonly heightDeg: number,
  ) {
    this.#perDegree = size.height / heightDeg;
    this.#cosine = Math.max(LEAST_COSINE, Math.cos((at.latitude * Math.PI) / 180));
    const half = size.width / 2 / (this.#perDegree * this.#cosine);
    this.west = at.longitude - half;
    this.east = at.longitude + half;
    this.south = at.latitude - heightDeg / 2;
    this.north = at.latitude + heightDeg / 2;
  }

  x(longitude: number): number {
    return this.size.width / 2 + (longitude - this.at.longitude) * this.#perDegree * this.#cosine;
  }

  y(latitude: number): number {
    return this.size.height / 2 - (latitude - this.at.latitude) * this.#perDegree;
  }

  /** By how many degrees a ring is moved so that it shows: across the date line it shows a second time. */
  turns(ring: Ring): number[] {
    if (ring.north < this.south || ring.south > this.north) return [];
    return TURNS.filter((turn) => ring.east + turn >= this.west && ring.west + turn <= this.east);
  }

  inside(x: number, y: number, margin: number): boolean {
    return x >= margin && x <= this.size.width - margin && y >= margin && y <= this.size.height - margin;
  }
}

function near(value: number): string {
  return value.toFixed(1);
}

/** The path of one ring, without points that nobody could tell apart; empty when it is a speck. */
function ringPath(view: View, ring: Ring, turn: number): string {
  const width = view.x(ring.east) - view.x(ring.west);
  const height = view.y(ring.south) - view.y(ring.north);
  if (width < SPECK_PX && height < SPECK_PX) return '';
  let path = '';
  let lastX = Number.NaN;
  let lastY = Number.NaN;
  for (const [longitude = 0, latitude = 0] of ring.points) {
    const x = view.x(longitude + turn);
    const y = view.y(latitude);
    if (Math.abs(x - lastX) < CLOSE_PX && Math.abs(y - lastY) < CLOSE_PX) continue;
    path += `${path === '' ? 'M' : 'L'}${near(x)} ${near(y)}`;
    lastX = x;
    lastY = y;
  }
  return path === '' ? '' : `${path}Z`;
}

/** Whether an outline crosses the inner part of the picture, so that the eye has something to hold on to. */
function recognisable(world: World, view: View): boolean {
  const margin = Math.min(view.size.width, view.size.height) * 0.06;
  let seen = 0;
  for (const { rings } of world.countries) {
    for (const ring of rings) {
      for (const turn of view.turns(ring)) {
        for (const [longitude = 0, latitude = 0] of ring.points) {
          if (view.inside(view.x(longitude + turn), view.y(latitude), margin)) seen += 1;
          if (seen >= RECOGNISED) return true;
        }
      }
    }
  }
  return false;
}

/** So many points of outlines make a shape rather than a stray line. */
const RECOGNISED = 24;

function viewFor(world: World, at: Coordinates, size: Size): View {
  let view = new View(at, size, HEIGHTS_DEG[0]);
  for (const height of HEIGHTS_DEG) {
    view = new View(at, size, height);
    if (recognisable(world, view)) break;
  }
  return view;
}

function graticuleOf(view: View): string {
  const step = STEPS_DEG.find((each) => view.heightDeg / each <= 4) ?? 30;
  let path = '';
  for (let lat = Math.ceil(view.south / step) * step; lat <= view.north; lat += step) {
    if (Math.abs(lat) <= 90) path += `M0 ${near(view.y(lat))}H${String(view.size.width)}`;
  }
  for (let lon = Math.ceil(view.west / step) * step; lon <= view.east; lon += step)
    path += `M${near(view.x(lon))} 0V${String(view.size.height)}`;
  return path;
}

/** Names are not drawn nearer to the edge than this, px. */
const LABEL_MARGIN = { x: 34, y: 12 };
/** Between two names, and around the marker, which stands above its place, px. */
const LABEL_ROOM = { x: 64, y: 16 };
const PIN_ROOM = { x: 48, y: 28, above: 18 };
const MOST_LABELS = 5;

/**
 * Where the names of countries stand: in the middle of what is seen of them, away from the marker and one another.
 * Sampled on a grid, which finds the middle of an odd shape better than its corners do.
 */
function labelsOf(world: World, view: View): Label[] {
  const { width, height } = view.size;
  const sums = new Map<string, { x: number; y: number; count: number }>();
  const points: { x: number; y: number; name: string }[] = [];
  const showing = world.countries
    .map((country) => ({ ...country, rings: country.rings.filter((ring) => view.turns(ring).length > 0) }))
    .filter((country) => country.rings.length > 0);
  for (let row = 0; row < 9; row += 1) {
    for (let column = 0; column < 17; column += 1) {
      const x = LABEL_MARGIN.x + ((width - 2 * LABEL_MARGIN.x) * column) / 16;
      const y = LABEL_MARGIN.y + ((height - 2 * LABEL_MARGIN.y) * row) / 8;
      let longitude = view.west + ((view.east - view.west) * x) / width;
      longitude = ((((longitude + 180) % 360) + 360) % 360) - 180;
      const latitude = view.north - ((view.north - view.south) * y) / height;
      const name = countryAt({ ...world, countries: showing }, { latitude, longitude });
      if (name === null) continue;
      points.push({ x, y, name });
      const sum = sums.get(name) ?? { x: 0, y: 0, count: 0 };
      sums.set(name, { x: sum.x + x, y: sum.y + y, count: sum.count + 1 });
    }
  }
  const labels: Label[] = [];
  const free = (x: number, y: number): boolean =>
    (Math.abs(width / 2 - x) >= PIN_ROOM.x || Math.abs(height / 2 - PIN_ROOM.above - y) >= PIN_ROOM.y) &&
    labels.every((other) => Math.abs(other.x - x) >= LABEL_ROOM.x || Math.abs(other.y - y) >= LABEL_ROOM.y);
  for (const [name, sum] of [...sums].sort(([, a], [, b]) => b.count - a.count)) {
    if (labels.length >= MOST_LABELS || sum.count < 4) break;
    const middle = { x: sum.x / sum.count, y: sum.y / sum.count };
    const spot = points
      .filter((point) => point.name === name && free(point.x, point.y))
      .sort(
        (a, b) => Math.hypot(a.x - middle.x, a.y - middle.y) - Math.hypot(b.x - middle.x, b.y - middle.y),
      )[0];
    if (spot) labels.push({ text: name, x: Math.round(spot.x), y: Math.round(spot.y) });
  }
  return labels;
}

/** Draws the region around a place; `heightDeg` degrees of latitude, or as many as it takes to recognise it. */
export function drawMap(world: World, at: Coordinates, size: Size, heightDeg?: number): MapPicture {
  const view = heightDeg === undefined ? viewFor(world, at, size) : new View(at, size, heightDeg);
  let land = '';
  for (const { rings } of world.countries) {
    for (const ring of rings) {
      for (const turn of view.turns(ring)) land += ringPath(view, ring, turn);
    }
  }
  return { land, graticule: graticuleOf(view), labels: labelsOf(world, view) };
}
