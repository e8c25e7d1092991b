// Custom fields as a form has them and as they are kept.
import type { Field } from '~/ipc/bindings.gen';

/** What the platform keeps of a chat. */
export const FIELDS_MAX = 3;
export const NAME_MAX = 200;
export const DESCRIPTION_MAX = 1000;

/** The fields with a name and a value; of two with one name the later. */
export function keptFields(fields: readonly Field[]): Field[] {
  const kept = new Map<string, string>();
  for (const { name, value } of fields) {
    if (name.trim() !== '' && value.trim() !== '') kept.set(name.trim(), value.trim());
  }
  return [...kept].map(([name, value]) => ({ name, value }));
}

/** Whether both say the same, whatever the order. */
export function sameFields(a: readonly Field[], b: readonly Field[]): boolean {
  const one = new Map(keptFields(a).map((field) => [field.name, field.value]));
  const other = keptFields(b);
  return one.size === other.length && other.every((field) => one.get(field.name) === field.value);
}
