import { expect, it } from 'vitest';
import { isTileAddress } from './tileAddress';

const check = (text: string, right: boolean): void => expect(isTileAddress(text), text).toBe(right);

it('takes an address with each part of the place once', () => {
  check('https://tiles.example.org/{z}/{x}/{y}.png', true);
  check(' https://tiles.example.org/{z}/{y}/{x}?key=abc ', true);
  check('http://127.0.0.1:8080/{z}/{x}/{y}.png', true);
});

it('takes a PMTiles file, here or on a server', () => {
  check('/home/ann/Maps/alps.pmtiles', true);
  check('C:\\Maps\\alps.pmtiles', true);
  check('https://maps.example.org/alps.pmtiles?v=2', true);
  check('http://maps.example.org/alps.pmtiles', false);
  check('alps.pmtiles', false);
  check('file:///home/ann/alps.pmtiles', false);
  check('/home/ann/alps.png', false);
});

it('refuses everything else', () => {
  check('', false);
  check('tiles.example.org/{z}/{x}/{y}', false);
  check('https://tiles.example.org/{z}/{x}.png', false);
  check('https://tiles.example.org/{z}/{x}/{y}/{y}', false);
  check('https://{z}.example.org/{x}/{y}', false);
  check('http://tiles.example.org/{z}/{x}/{y}', false);
  check('https://me:secret@tiles.example.org/{z}/{x}/{y}', false);
  check('file:///{z}/{x}/{y}', false);
});
