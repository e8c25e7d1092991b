// The short form of a person's name, for previews and the composer.

/** The first word; a name of one word stays as it is. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/u)[0] ?? name;
}
