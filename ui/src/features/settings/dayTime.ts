// Times of the day as fields write them: "21:30".

const two = (value: number): string => String(value).padStart(2, '0');

/** `minutes` after midnight, 0 to 1,439. */
export function timeOf(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Minutes after midnight, or null for what is no time. */
export function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^\s*(\d{1,2})[:.](\d{2})(?::\d{2})?\s*$/u.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const [h, m] = [Number(hours), Number(minutes)];
  return h < 24 && m < 60 ? h * 60 + m : null;
}
