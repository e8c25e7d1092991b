// Which skin this person's emoji have, kept by the page itself over restarts.

const KEY = 'cubist.skin-tone';

/** 0 is the yellow one, 1 to 5 go from light to dark. */
export type SkinTone = 0 | 1 | 2 | 3 | 4 | 5;

export const SKIN_TONES: readonly SkinTone[] = [0, 1, 2, 3, 4, 5];

type Store = Pick<Storage, 'getItem' | 'setItem'>;

export function skinTone(store: Store = localStorage): SkinTone {
  try {
    const kept = Number(store.getItem(KEY) ?? '0');
    return SKIN_TONES.find((tone) => tone === kept) ?? 0;
  } catch {
    return 0;
  }
}

export function keepSkinTone(tone: SkinTone, store: Store = localStorage): void {
  try {
    store.setItem(KEY, String(tone));
  } catch {
    // It is chosen again next time.
  }
}

/** An emoji with this skin; one without skins as it is. */
export function withSkin(emoji: { unicode: string; skins: readonly string[] }, tone: SkinTone): string {
  return (tone === 0 ? undefined : emoji.skins[tone - 1]) ?? emoji.unicode;
}
