// Coordinates as people read them and as other maps take them. What is no place on the earth is no coordinates.
// Reading what people write and paste is the engine's.
import { locale, m } from '~/i18n';

export interface Coordinates {
  /** Degrees, north is positive, −90 to 90. */
  latitude: number;
  /** Degrees, east is positive, −180 to 180. */
  longitude: number;
}

/** Four digits are about ten metres: enough to find a car park, and short enough to read out. */
const DIGITS = 4;

/** Six digits are about ten centimetres; more is noise of the receiver. */
const EXACT_DIGITS = 6;

/** Coordinates that exist, or null. */
export function coordinates(latitude: number, longitude: number): Coordinates | null {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return null;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { latitude, longitude };
}

/** “47.5412° N, 15.6820° E”. */
export function coordinateWords({ latitude, longitude }: Coordinates): string {
  const number = new Intl.NumberFormat(locale(), {
    minimumFractionDigits: DIGITS,
    maximumFractionDigits: DIGITS,
  });
  return m.location_coordinates({
    latitude: number.format(Math.abs(latitude)),
    northSouth: latitude < 0 ? m.location_south() : m.location_north(),
    longitude: number.format(Math.abs(longitude)),
    eastWest: longitude < 0 ? m.location_west() : m.location_east(),
  });
}

function exact(value: number): string {
  return String(Number(value.toFixed(EXACT_DIGITS)));
}

/** “47.5412, 15.682”: what any map takes from the clipboard. */
export function coordinateText({ latitude, longitude }: Coordinates): string {
  return `${exact(latitude)}, ${exact(longitude)}`;
}

/** The address of the place on a public map, for the browser of the person. */
export function mapAddress({ latitude, longitude }: Coordinates): string {
  const place = `${exact(latitude)}/${exact(longitude)}`;
  return `https://www.openstreetmap.org/?mlat=${exact(latitude)}&mlon=${exact(longitude)}#map=16/${place}`;
}
