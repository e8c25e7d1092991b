import { describe, expect, it } from 'vitest';
import { linkedHere, messageLink, pieces, shownHost } from './links';

describe('links in what people wrote', () => {
  const check = (text: string, expected: string[]): void => {
    const found = pieces(text);
    expect(
      found.map((piece) => (piece.kind === 'link' ? `<${piece.shown}=${piece.href}>` : piece.text)),
    ).toEqual(expected);
    expect(found.map((piece) => piece.text).join('')).toBe(text);
  };

  it('keeps plain words whole', () => check('two 7:10 buses, and so on.', ['two 7:10 buses, and so on.']));
  it('finds an address and leaves the full stop outside', () =>
    check('See https://a.example/b?c=1. Then go', [
      'See ',
      '<https://a.example/b?c=1=https://a.example/b?c=1>',
      '. Then go',
    ]));
  it('makes a bare host a secure link', () =>
    check('www.example.com', ['<www.example.com=https://www.example.com/>']));
  it('links mail and telephone, with nothing but whom to reach', () => {
    check('ask a@b.org now', ['ask ', '<a@b.org=mailto:a@b.org>', ' now']);
    check('mailto:a@b.example?attach=/etc/passwd', [
      '<mailto:a@b.example?attach=/etc/passwd=mailto:a@b.example>',
    ]);
    check('call tel:+49-30-123 today', ['call ', '<tel:+49-30-123=tel:+49-30-123>', ' today']);
    check('motel:12345 or tel:', ['motel:12345 or tel:']);
  });
  it('links messages of this messenger', () => {
    const link = messageLink('5c094c0ce588ce6856f87422');
    check(`see ${link}`, ['see ', `<${link}=${link}>`]);
    expect(linkedHere(link)).toEqual({ type: 'message', payload: '5c094c0ce588ce6856f87422' });
    check('cubist:message/x and cubist:delete/5c094c0ce588ce6856f87422', [
      'cubist:message/x and cubist:delete/5c094c0ce588ce6856f87422',
    ]);
  });
  it('links people and chats of this messenger, too', () => {
    check('cubist:user/4448514', ['<cubist:user/4448514=cubist:user/4448514>']);
    expect(linkedHere('cubist:user/4448514')).toEqual({ type: 'user', payload: 4_448_514 });
    const dialog = 'cubist:dialog/5C094C0CE588CE6856F87422';
    expect(linkedHere(dialog)).toEqual({ type: 'dialog', payload: '5c094c0ce588ce6856f87422' });
    for (const none of [
      'cubist:user/0',
      'cubist:user/-1',
      'cubist:user/9007199254740993',
      'cubist:user/1/2',
    ]) {
      expect(linkedHere(none), none).toBeNull();
    }
  });
  it.each([
    'javascript:alert(1) file:///etc/passwd ftp://a.example/x',
    'https://bank.example@thief.example/login',
    'https://user:pw@thief.example/',
    'https://a.example/\u202egpj.exe',
    'https://a.example\u200b.thief.example/',
    'data:text/html;base64,AAAA',
  ])('does not link %s', (text) => {
    const dangerous = pieces(text).filter((piece) => piece.kind === 'link');
    expect(dangerous).toEqual([]);
  });
  it('shows a host that looks like another one as it is', () => {
    check('https://\u0430\u0440\u0440\u04cf\u0435.com/id', [
      '<https://xn--80ak6aa92e.com/id=https://xn--80ak6aa92e.com/id>',
    ]);
    check('p\u0430ypal.com', ['<xn--pypal-4ve.com=https://xn--pypal-4ve.com/>']);
    check('münchen.de/a', ['<münchen.de/a=https://xn--mnchen-3ya.de/a>']);
  });
  it('never makes markup of what looks like it', () => check('<b>1.2</b>', ['<b>1.2</b>']));
  it('gives nothing for nothing', () => check('', []));

  it.each([
    ['https://www.Example.org/x', 'example.org'],
    ['huts.org', 'huts.org'],
    ['http://a.example:8080?x', 'a.example'],
  ])('the host of %s is %s', (shown, host) => {
    expect(shownHost(shown)).toBe(host);
  });
});
