// The map that can be moved: MapLibre with a style of its own, made of the outlines that come with the app. This file
// and the library are loaded only when such a map is opened. Nothing is requested unless a source of tiles is given.
import 'maplibre-gl/dist/maplibre-gl.css';
import type { Map as MapLibre, StyleSpecification } from 'maplibre-gl';
import type { Coordinates } from './coordinates';
import { loadWorld, type World } from './worldMap';

export interface LiveMapOptions {
  /** Drawn where the marker stands; its lower middle is the place. */
  pin: HTMLElement;
  begin: Coordinates;
  /** Whether to begin near it, or with much of the world. */
  near: boolean;
  /** Address of picture tiles by `{z}`, `{x}` and `{y}`. */
  tiles: string | null;
  onpick: ((at: Coordinates) => void) | undefined;
}

export interface LiveMap {
  /** Resolves once everything that was to be seen at first is drawn; until then it is all water. */
  drawn: Promise<void>;
  /** Puts the marker, or takes it away, and brings it into view. */
  mark(at: Coordinates | null): void;
  zoom(closer: boolean): void;
  destroy(): void;
}

/** Outlines are known to about a kilometre: closer they would only be straight lines. */
const MOST_ZOOM_OUTLINES = 9;
const MOST_ZOOM_TILES = 19;
const ZOOM = { world: 1.2, near: 4.5, tiles: 14 };
/** Lines of latitude and longitude, degrees apart. */
const GRATICULE_DEG = 10;

/** Draws into `node`; null where the webview has no WebGL. */
export async function openLiveMap(node: HTMLElement, options: LiveMapOptions): Promise<LiveMap | null> {
  if (!hasWebGl()) return null;
  const [maplibre, world, { default: worker }] = await Promise.all([
    import('maplibre-gl'),
    loadWorld(),
    import('maplibre-gl/dist/maplibre-gl-worker.mjs?url'),
  ]);
  // A file of the app's own: the content policy allows no worker made of text.
  maplibre.setWorkerUrl(new URL(worker, window.location.href).href);
  const { begin, near, tiles, onpick } = options;
  const nearZoom = tiles === null ? ZOOM.near : ZOOM.tiles;
  let map: MapLibre;
  try {
    map = new maplibre.Map({
      container: node,
      style: styleOf(world, tiles),
      center: [begin.longitude, begin.latitude],
      zoom: near ? nearZoom : ZOOM.world,
      maxZoom: tiles === null ? MOST_ZOOM_OUTLINES : MOST_ZOOM_TILES,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: reduced() ? 0 : 300,
      renderWorldCopies: true,
    });
  } catch (error) {
    console.warn('the map was not drawn', error);
    return null;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const marker = new maplibre.Marker({ element: options.pin, anchor: 'bottom' });
  let marked = near;
  if (near) marker.setLngLat([begin.longitude, begin.latitude]).addTo(map);

  /** What was pressed last: the map stays where it is then. */
  let pressed: Coordinates | null = null;
  const pick = (at: { lng: number; lat: number }): void => {
    pressed = {
      latitude: Math.max(-90, Math.min(90, at.lat)),
      longitude: ((((at.lng + 180) % 360) + 360) % 360) - 180,
    };
    onpick?.(pressed);
  };
  if (onpick) {
    map.getCanvas().style.cursor = 'crosshair';
    map.on('click', (event) => pick(event.lngLat));
    // At the keyboard the arrows move the map, and Enter takes its middle.
    map.getCanvas().addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      pick(map.getCenter());
    });
  }
  const theme = new MutationObserver(() => map.setStyle(styleOf(world, tiles)));
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });

  return {
    drawn: new Promise((resolve) => void map.once('idle', () => resolve())),
    mark(at) {
      if (at === null) {
        marker.remove();
        marked = false;
        return;
      }
      const place: [number, number] = [at.longitude, at.latitude];
      marker.setLngLat(place);
      if (!marked) marker.addTo(map);
      if (at !== pressed)
        map.easeTo({ center: place, zoom: Math.max(map.getZoom(), nearZoom), animate: !reduced() });
      marked = true;
    },
    zoom(closer) {
      if (closer) map.zoomIn({ animate: !reduced() });
      else map.zoomOut({ animate: !reduced() });
    },
    destroy() {
      theme.disconnect();
      map.remove();
    },
  };
}

function hasWebGl(): boolean {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
  // The context is given back at once: a webview has only a few.
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

function reduced(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function graticule(): GeoJSON.Feature<GeoJSON.MultiLineString> {
  const coordinates: GeoJSON.Position[][] = [];
  for (let lat = -80; lat <= 80; lat += GRATICULE_DEG) {
    coordinates.push([
      [-180, lat],
      [180, lat],
    ]);
  }
  for (let lon = -180; lon <= 180; lon += GRATICULE_DEG) {
    coordinates.push([
      [lon, -85],
      [lon, 85],
    ]);
  }
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates } };
}

/** The tokens of the theme as colours that MapLibre reads. */
function colours(): { land: string; water: string; line: string; grid: string } {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    land: token('--map-land'),
    water: token('--map-water'),
    line: token('--map-ink'),
    grid: token('--map-ink'),
  };
}

function styleOf(world: World, tiles: string | null): StyleSpecification {
  const { land, water, line, grid } = colours();
  return {
    version: 8,
    sources: {
      countries: { type: 'geojson', data: world.shapes },
      graticule: { type: 'geojson', data: graticule() },
      ...(tiles === null ? {} : { tiles: { type: 'raster', tiles: [tiles], tileSize: 256 } }),
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': water } },
      { id: 'land', type: 'fill', source: 'countries', paint: { 'fill-color': land } },
      {
        id: 'graticule',
        type: 'line',
        source: 'graticule',
        paint: { 'line-color': grid, 'line-opacity': 0.18, 'line-width': 0.6 },
      },
      {
        id: 'borders',
        type: 'line',
        source: 'countries',
        paint: { 'line-color': line, 'line-opacity': 0.5, 'line-width': 0.8 },
      },
      ...(tiles === null ? [] : [{ id: 'tiles', type: 'raster' as const, source: 'tiles' }]),
    ],
  };
}
