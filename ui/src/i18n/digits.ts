// Numbers as the language writes them.
import { locale } from './language.svelte';

/** By the digits they write at least: a formatter costs far more than using it, and a list needs hundreds of numbers. */
const formats = new Map<number, { locale: string; numbers: Intl.NumberFormat }>();

/** A number with the digits and the groups of the language: “12,480”, “١٢٬٤٨٠”. With zeros in front up to `atLeast` digits. */
export function inDigits(value: number, atLeast = 1): string {
  let format = formats.get(atLeast);
  if (format?.locale !== locale()) {
    const numbers = new Intl.NumberFormat(locale(), { minimumIntegerDigits: atLeast });
    format = { locale: locale(), numbers };
    formats.set(atLeast, format);
  }
  return format.numbers.format(value);
}
