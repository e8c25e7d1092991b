// Puts a mark of plain text around what is selected, or takes it away again.

export interface Edited {
  text: string;
  /** The selection afterwards. */
  from: number;
  to: number;
}

export function toggled(text: string, from: number, to: number, mark: string): Edited {
  const chosen = text.slice(from, to);
  if (text.slice(from - 1, from) === mark && text.slice(to, to + 1) === mark) {
    return { text: text.slice(0, from - 1) + chosen + text.slice(to + 1), from: from - 1, to: to - 1 };
  }
  return { text: text.slice(0, from) + mark + chosen + mark + text.slice(to), from: from + 1, to: to + 1 };
}
