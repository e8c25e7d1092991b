// Which way a text runs, by its first strong letter: the rule of `dir="auto"`, for where layout has to know.

const STRONG =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]|\p{L}/u;
const RTL =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** null when the text has no letter at all, so that it follows what is around it. */
export function directionOf(text: string): 'ltr' | 'rtl' | null {
  const letter = STRONG.exec(text)?.[0];
  if (letter === undefined) return null;
  return RTL.test(letter) ? 'rtl' : 'ltr';
}
