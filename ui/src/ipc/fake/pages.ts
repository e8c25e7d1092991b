// The web of the browser's world: the few pages its people link to.
import type { LinkPreview } from '../bindings.gen';

const HUTS: LinkPreview = {
  url: 'https://alpine-huts.example/winter-rules',
  title: 'Winter rules for small huts',
  description: 'Ten people per booking from November, and why the wardens asked for it.',
  site: '',
  picture: { uid: 'photo-hut', width: 512, height: 180 },
};

const PAGES: readonly LinkPreview[] = [
  HUTS,
  {
    url: 'https://maps.example/r/93',
    title: 'Route 93: station to the lower car park',
    description: '',
    site: 'Maps',
    picture: { uid: 'photo-map', width: 180, height: 180 },
  },
  {
    url: 'https://words.example/',
    title: 'Words alone',
    description: 'A page without a picture.',
    site: 'Words',
    picture: null,
  },
];

/** What the page behind an address shows of itself; most show nothing. */
export function pageBehind(url: string): LinkPreview | null {
  return PAGES.find((page) => page.url === url) ?? null;
}
