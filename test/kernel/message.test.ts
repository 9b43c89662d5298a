import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, newHeader, type Message } from '../../kernel/wire/message.ts';

const message: Message = {
  identities: [Buffer.from('client')],
  header: newHeader('execute_request', 'session'),
  parent_header: {},
  metadata: { a: 1 },
  content: { code: '名字' },
  buffers: [Buffer.from([1, 2])],
};

describe('a message', () => {
  it('is read as it was written', () => {
    const read = decodeMessage('key', encodeMessage('key', message));
    expect({ ...read, identities: read.identities.map(String) }).toEqual({
      ...message,
      identities: ['client'],
    });
  });

  it('is not signed under an empty key', () => {
    const frames = encodeMessage('', message);
    expect(frames[2]?.length).toBe(0);
    expect(decodeMessage('', frames).content).toEqual(message.content);
  });

  it.each([
    ['signed with another key', encodeMessage('other', message), /wrong signature/],
    ['changed on its way', encodeMessage('key', message).with(6, Buffer.from('{}')), /wrong signature/],
    ['cut short', encodeMessage('key', message).slice(0, 5), /cut short: 2 of 4/],
    ['without a delimiter', [Buffer.from('x')], /without the delimiter/],
  ])('%s is refused', (_what, frames, reason) => {
    expect(() => decodeMessage('key', frames)).toThrow(reason);
  });

  it.each([
    ['not JSON', '{', /not JSON/],
    ['no object', '[]', /not an object/],
    ['without a type', '{"msg_id":"1"}', /no msg_type/],
  ])('whose header is %s is refused', (_what, header, reason) => {
    expect(() => decodeMessage('', encodeMessage('', message).with(3, Buffer.from(header)))).toThrow(reason);
  });
});
