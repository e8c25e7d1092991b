// Every figure of docs/performance.md: which series it is made of, what it should be, and what limits it.

import { summary } from './statistics.mjs';

/**
 * @typedef {object} Series
 * @property {string} unit
 * @property {number[]} samples
 *
 * @typedef {object} Figure
 * @property {string} title
 * @property {string} series name of what was measured
 * @property {string} [limit] name of the same work without our code, measured in the same run
 * @property {string} [limitTitle] what that is
 * @property {string} goal in words
 * @property {(own: Summary, limit: Summary | null) => boolean} [isMet]
 * @property {boolean} [moreIsBetter]
 * @property {string} limitedBy what keeps it from being better
 *
 * @typedef {{ median: number, p95: number, count: number }} Summary
 */

/** @type {Record<string, { title: string, about: string, figures: Figure[] }>} */
export const parts = {
  window: {
    title: 'The window',
    about:
      'Release build on a virtual display without a graphics card, profile with 2,000 chats and 100,000 messages, no ' +
      'network. Start is counted from the start of the process to the second frame after the list was drawn. The limit ' +
      'beside start and memory is the same program over an empty cache: what the web view and the toolkit need by ' +
      'themselves. Memory is PSS over all processes of the app, five seconds after the list was painted. ' +
      'WebKit tells the time in the page in whole milliseconds, so a sample of the move is the mean of 20 moves.',
    figures: [
      {
        title: 'Start to the painted list, warm',
        series: 'window.start',
        limit: 'window.start.empty',
        limitTitle: 'empty cache',
        goal: 'p95 ≤ 1,000 ms',
        isMet: (own) => own.p95 <= 1000,
        limitedBy:
          'starting the two web processes and running the page’s script; the cache adds the difference',
      },
      {
        title: 'The same, with the files put out of the page cache',
        series: 'window.start.cold',
        goal: 'p95 ≤ 1,000 ms',
        isMet: (own) => own.p95 <= 1000,
        limitedBy: 'reading the web view’s libraries (140 MB) from the disk',
      },
      {
        title: 'Memory with the list shown',
        series: 'window.memory',
        limit: 'window.memory.empty',
        limitTitle: 'empty cache',
        goal: '≤ 250 MB',
        isMet: (own) => own.p95 <= 250,
        limitedBy:
          'the libraries of WebKit (100 MB over three processes) and, without a graphics card, the rasteriser of Mesa ' +
          'with LLVM (40 MB); 2,000 rows of data are the difference to the empty cache',
      },
      {
        title: 'Memory after paging through a long chat',
        series: 'window.memory.used',
        goal: '≤ 250 MB',
        isMet: (own) => own.p95 <= 250,
        limitedBy: 'the web view’s heap, which grows before it collects; the page keeps 300 messages at most',
      },
      {
        title: 'A chat moves to the top of 2,000',
        series: 'window.move',
        limit: 'window.move.limit',
        limitTitle: 'the rows in view as plain boxes, moved by hand',
        goal: '≤ 2 ms',
        isMet: (own) => own.p95 <= 2,
        limitedBy: 'merging the sorted list and drawing the rows in view; rows out of view are not drawn',
      },
      {
        title: 'A page of 32 older messages, from the request to the painted frame',
        series: 'window.older',
        limit: 'window.older.limit',
        limitTitle: 'the same request and texts in a list of plain paragraphs',
        goal: '≤ 50 ms',
        isMet: (own) => own.p95 <= 50,
        limitedBy:
          'two frames of a scrolled view, each 25 ms and more where no graphics card draws them; then making 32 bubbles',
      },
    ],
  },
  engine: {
    title: 'The engine: messages that come in',
    about:
      'Batches of 256 as the engine takes them while it is busy, into an encrypted cache with 2,000 chats, each batch ' +
      'durable before the next. The limit beside it inserts the same rows (message, words, owed marker) with bare ' +
      'SQLite, the same key and settings, and none of the upkeep: no dialog row, no unread count, no known range of ' +
      'history, no description of the change for the screen. The cost of a message is looked at over 10,000 messages, ' +
      'batch by batch, when that many are in the cache already.',
    figures: [
      {
        title: 'Incoming messages stored',
        series: 'incoming.stored',
        limit: 'incoming.stored.limit',
        limitTitle: 'bare batched inserts',
        goal: '≥ ½ of the limit',
        isMet: (own, limit) => limit !== null && own.median >= limit.median / 2,
        moreIsBetter: true,
        limitedBy:
          'the index of words, then the row of the dialog and reading back what changed for the event',
      },
      ...['10000', '100000', '1000000'].map((size) => ({
        title: `Cost of a message, ${Number(size).toLocaleString('en')} in the cache`,
        series: `incoming.cost.${size}`,
        limit: `incoming.cost.limit.${size}`,
        limitTitle: 'bare batched inserts',
        goal: 'flat',
        limitedBy: 'as above; now and then a batch pays for merging the index of words',
      })),
    ],
  },
  search: {
    title: 'The engine: search in 1,000,000 messages',
    about:
      'The newest 50 hits with their messages, chats and names, as the screen wants them; 50 different queries of each ' +
      'kind, six times. The limit is the bare query of FTS5 on the same file, which gives row numbers alone; the line below ' +
      'each is the bare query joined with the messages it found.',
    figures: [
      ['rare', 'A rare word'],
      ['common', 'A common word'],
      ['prefix', 'The first three letters of a word'],
      ['two_words', 'A common and a less common word'],
    ].flatMap(([name, title]) => [
      {
        title,
        series: `search.${name}`,
        limit: `search.${name}.limit`,
        limitTitle: 'bare FTS5 query',
        goal: 'p95 ≤ 50 ms and ≤ 2 × the limit',
        isMet: (own, limit) => own.p95 <= 50 && limit !== null && own.p95 <= 2 * limit.p95,
        limitedBy: 'decrypting the pages of the index, and of the messages found, which lie far apart',
      },
      {
        title: `${title}: bare FTS5 query with the messages found`,
        series: `search.${name}.messages`,
        goal: '—',
        limitedBy: 'the same, without anything of ours',
      },
    ]),
  },
  send: {
    title: 'The engine: from send to acknowledgement',
    about:
      'One message at a time over TLS on loopback to the local backend as a process of its own, recipient away. The ' +
      'limit is an echo of as many bytes over TLS plus one durable commit of one message with bare SQLite.',
    figures: [
      {
        title: 'Stanza out to acknowledgement in, on the engine’s connection',
        series: 'send.ack',
        limit: 'send.limit',
        limitTitle: 'echo + one commit',
        goal: '≤ 2 × the limit',
        isMet: (own, limit) => limit !== null && own.median <= 2 * limit.median,
        limitedBy: 'the flush of the backend’s commit',
      },
      {
        title: 'Call to one tick on the screen’s side (three commits, one after the other)',
        series: 'send.tick',
        limit: 'send.limit',
        limitTitle: 'echo + one commit',
        goal: '≤ 2 × the limit',
        isMet: (own, limit) => limit !== null && own.median <= 2 * limit.median,
        limitedBy:
          'three flushes in a row, none of which can be left out: the intent here, the message at the backend, the tick here',
      },
      {
        title: 'Call to the bubble with a clock (the intent is on disk)',
        series: 'send.queued',
        limit: 'send.limit.commit',
        limitTitle: 'one commit',
        goal: '—',
        limitedBy: 'the flush of one commit',
      },
    ],
  },
  files: {
    title: 'The engine: a file of 100 MB, out and in',
    about:
      'From one engine to another through the local backend, a process of its own, over TLS on loopback. Both engines are ' +
      'in the measuring process, one after the other at work. Memory is how much the process grew at its highest above ' +
      'what it had before; a file that was held in memory anywhere would show as 100 MB.',
    figures: [
      ['staged', 'Chosen: copied and sealed', 'encryption, and the flush of the copy'],
      [
        'upload',
        'Uploaded, from “send” to one tick',
        'encryption (of the copy, of TLS and of the sender’s cache)',
      ],
      ['download', 'Downloaded into the sealed cache', 'encryption, and the flush of the file'],
    ]
      .flatMap(([part, title, limitedBy]) => [
        {
          title: `${title}: memory`,
          series: `files.${part}.memory`,
          goal: '≤ 25 MB',
          isMet: (own) => own.p95 <= 25,
          limitedBy: 'the portions on their way (64 kB each) and what the allocator keeps',
        },
        { title: `${title}: speed`, series: `files.${part}.speed`, goal: '—', moreIsBetter: true, limitedBy },
      ])
      .concat(
        [
          ['taken', 'The backend while it takes the file'],
          ['given', 'The backend while it gives the file'],
        ].map(([part, title]) => ({
          title: `${title}: memory`,
          series: `files.${part}.memory`,
          goal: '≤ 25 MB',
          isMet: (own) => own.p95 <= 25,
          limitedBy: 'the portions on their way and what the allocator keeps',
        })),
      ),
  },
  backend: {
    title: 'The backend, beside Prosody',
    about:
      'Both as processes of their own, over TLS, with stream management, through the same client code, in turns; client ' +
      'and server share the machine. One person sends with at most 128 messages unacknowledged; the figure counts ' +
      'messages until every device has all of them and the sender has every acknowledgement. Our acknowledgement means ' +
      'that the message is in the history and flushed to the disk. Prosody keeps its archive in files (two entries per ' +
      'message, one for each person) and acknowledges without a flush.',
    figures: [
      ...['10', '100'].map((devices) => ({
        title: `Durable fan-out to ${devices} devices`,
        series: `fan_out.${devices}.cubist`,
        limit: `fan_out.${devices}.prosody`,
        limitTitle: 'Prosody 0.12 with its archive',
        goal: '≥ Prosody',
        isMet: (own, limit) => limit !== null && own.median >= limit.median,
        moreIsBetter: true,
        limitedBy: 'encryption and system calls, once per device; the commits are shared',
      })),
      {
        title: 'Memory of one more idle connection',
        series: 'idle.cubist',
        limit: 'idle.prosody',
        limitTitle: 'Prosody 0.12',
        goal: '≤ Prosody',
        isMet: (own, limit) => limit !== null && own.median <= limit.median,
        limitedBy: 'the buffers of TLS and the reader',
      },
      {
        title: 'Memory of the process with one connection',
        series: 'idle.base.cubist',
        limit: 'idle.base.prosody',
        limitTitle: 'Prosody 0.12',
        goal: '—',
        limitedBy: 'the program itself and SQLite’s caches',
      },
    ],
  },
};

/**
 * A row of the table: what was measured, beside goal and limit. Null where the series is missing.
 *
 * @param {Figure} figure
 * @param {Record<string, Series>} series
 */
export function row(figure, series) {
  const measured = series[figure.series];
  if (measured === undefined) return null;
  const beside = figure.limit === undefined ? undefined : series[figure.limit];
  const own = summary(measured.samples, figure.moreIsBetter);
  const limit = beside === undefined ? null : summary(beside.samples, figure.moreIsBetter);
  return {
    title: figure.title,
    own: { ...own, unit: measured.unit },
    limit: limit && beside ? { ...limit, unit: beside.unit, title: figure.limitTitle ?? '' } : null,
    goal: figure.goal,
    isMet: figure.isMet?.(own, limit) ?? null,
    limitedBy: figure.limitedBy,
  };
}

/**
 * Three digits that mean something.
 *
 * @param {number} value
 */
export function shown(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString('en', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}
