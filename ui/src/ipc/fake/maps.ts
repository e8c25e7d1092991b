// Sources of maps of the fake backend: what a file holds is said by its name.
import type { Backend } from '../backend';
import type { Memory } from './memory';

export function mapCommands(memory: Memory): Pick<Backend, 'chooseMap' | 'lookAtMap'> {
  return {
    chooseMap: () => memory.act(['chooseMap'], () => '/home/mira/Maps/alps.pmtiles'),

    lookAtMap: (source) =>
      memory.act(['lookAtMap', source], () => {
        if (/vector/u.test(source)) return 'noPictures';
        return /missing/u.test(source) ? 'unreadable' : 'pictures';
      }),
  };
}
