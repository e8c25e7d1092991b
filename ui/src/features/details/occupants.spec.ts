import { describe, expect, it } from 'vitest';
import type { OccupantPage, User } from '~/ipc/bindings.gen';
import { OccupantPages } from './occupants.svelte';

function person(id: number, name = `Person ${String(id)}`): User {
  return { id, name, login: null, email: null, phone: null, website: null, avatar: null };
}

/** A server with so many people; notes what it was asked. */
function server(people: User[]) {
  const asked: [number, number][] = [];
  const page = (skip: number, limit: number): Promise<OccupantPage> => {
    asked.push([skip, limit]);
    const items = people.slice(skip, skip + limit);
    return Promise.resolve({ items, more: skip + limit < people.length });
  };
  return { asked, page, people };
}

const crowd = (count: number): User[] => Array.from({ length: count }, (_, index) => person(index + 1));

describe('the people of a public chat', () => {
  it('come page by page, only as far as they are looked at', async () => {
    const { asked, page } = server(crowd(1000));
    const pages = new OccupantPages(page);
    await pages.reload();
    expect(pages.users).toHaveLength(60);
    await pages.loadMore();
    expect(pages.users).toHaveLength(120);
    expect(asked).toEqual([
      [0, 60],
      [60, 60],
    ]);
  });

  it('end with the last page', async () => {
    const pages = new OccupantPages(server(crowd(70)).page);
    await pages.reload();
    await pages.loadMore();
    await pages.loadMore();
    expect(pages.users).toHaveLength(70);
    expect(pages.more).toBe(false);
  });

  it('are shown once, though somebody who came moved them to the next page', async () => {
    const { page, people } = server(crowd(100));
    const pages = new OccupantPages(page);
    await pages.reload();
    people.unshift(person(999, 'New'));
    await pages.loadMore();
    expect(new Set(pages.users.map((user) => user.id)).size).toBe(pages.users.length);
  });

  it('are all looked through for a name', async () => {
    const people = crowd(900);
    people[850] = person(851, 'Zoë Winter');
    const { page } = server(people);
    const pages = new OccupantPages(page);
    await pages.reload();
    await pages.search('zoe');
    expect(pages.shown.map((user) => user.name)).toEqual(['Zoë Winter']);
  });

  it('are no longer looked through once the name was given up', async () => {
    const { asked, page } = server(crowd(5000));
    const pages = new OccupantPages(page);
    await pages.reload();
    const searching = pages.search('nobody');
    await pages.search('');
    await searching;
    expect(asked.length).toBeLessThan(4);
    expect(pages.shown).toHaveLength(pages.users.length);
  });

  it('stay on the screen when a page fails, with a way to go on', async () => {
    const { page } = server(crowd(200));
    let fails = false;
    const pages = new OccupantPages((skip, limit) =>
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the shape of this border
      fails ? Promise.reject({ kind: 'offline' }) : page(skip, limit),
    );
    await pages.reload();
    fails = true;
    await pages.loadMore();
    expect(pages.error?.kind).toBe('offline');
    expect(pages.users).toHaveLength(60);
    fails = false;
    await pages.retry();
    expect(pages.users).toHaveLength(120);
  });
});
