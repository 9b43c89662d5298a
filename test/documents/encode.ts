/** Bytes of a text in an encoding that Node can only decode: found by decoding every one and two bytes once. */
export function encode(text: string, encoding: string): Buffer {
  let table = tables.get(encoding);
  if (table === undefined) tables.set(encoding, (table = tableOf(encoding)));
  const pieces: Buffer[] = [];
  for (const character of text) {
    const bytes = table.get(character);
    if (bytes === undefined) throw new Error(`${encoding} has no '${character}'`);
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

const tables = new Map<string, Map<string, Buffer>>();

function tableOf(encoding: string): Map<string, Buffer> {
  const table = new Map<string, Buffer>();
  const decoder = new TextDecoder(encoding, { fatal: true });
  const add = (bytes: Buffer) => {
    try {
      const character = decoder.decode(bytes);
      if (
        character.length === String.fromCodePoint(character.codePointAt(0) ?? 0).length &&
        !table.has(character)
      )
        table.set(character, bytes);
    } catch {
      // Not a character of this encoding.
    }
  };
  for (let first = 0; first < 256; first += 1) add(Buffer.from([first]));
  for (let first = 0x81; first < 0xff; first += 1)
    for (let second = 0x40; second < 0xff; second += 1) add(Buffer.from([first, second]));
  return table;
}
