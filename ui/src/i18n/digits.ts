// Numbers as the language writes them.
import { locale } from './language.svelte';

/** A formatter costs far more than using it, and a list needs hundreds of numbers. */
let format: { locale: string; numbers: Intl.NumberFormat } | null = null;

/** A number with the digits and the groups of the language: “12,480”, “١٢٬٤٨٠”. */
export function inDigits(value: number): string {
  if (format?.locale !== locale()) format = { locale: locale(), numbers: new Intl.NumberFormat(locale()) };
  return format.numbers.format(value);
}
