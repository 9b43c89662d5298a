/** What one UTF-16 unit means to a chunker. */
export const unitClass = {
  ordinary: 0,
  space: 1,
  newline: 2,
  /** Ends a sentence when a space follows: `.` also stands in numbers. */
  terminator: 3,
  /** Ends a sentence by itself. */
  wideTerminator: 4,
  /** Ends a clause by itself. */
  wideClause: 5,
  /** Written without spaces: a border may stand on either side. */
  ideograph: 6,
  closer: 7,
  opener: 8,
  /** Belongs to the character before it: no border in front of it. */
  joined: 9,
} as const;

/** One byte for each UTF-16 unit: a table look-up is several times faster than comparing or a regular expression. */
export const classes = new Uint8Array(0x1_0000);

function set(value: number, ...ranges: (string | readonly [number, number])[]): void {
  for (const range of ranges) {
    if (typeof range === 'string') for (const character of range) classes[character.charCodeAt(0)] = value;
    else classes.fill(value, range[0], range[1] + 1);
  }
}

set(unitClass.ideograph, [0x2e80, 0x2fdf], [0x3041, 0x30ff], [0x3105, 0x312f], [0x31f0, 0x31ff]);
set(unitClass.ideograph, [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xf900, 0xfaff], [0xff66, 0xff9d]);
// The first halves of the pairs that hold the ideographs beyond the first plane.
set(unitClass.ideograph, [0xd840, 0xd88d]);
set(unitClass.space, ' \t\u1680\u205f\u3000', [0x2000, 0x2006], [0x2008, 0x200b]);
set(unitClass.newline, '\n\r\v\f\u0085\u2028\u2029');
set(unitClass.terminator, '.!?…؟۔।॥');
set(unitClass.wideTerminator, '。！？｡．');
set(unitClass.wideClause, '，、；：､');
set(unitClass.closer, '"\')]}»”’›」』】）》〉〕］｝〗〙〛｣');
set(unitClass.opener, '([{«“‘‹「『【（《〈〔［｛〖〘〚｢');
set(unitClass.joined, [0x0300, 0x036f], [0x1ab0, 0x1aff], [0x1dc0, 0x1dff], [0x200c, 0x200d]);
set(unitClass.joined, [0x20d0, 0x20ff], [0x3099, 0x309a], [0xfe00, 0xfe0f], [0xfe20, 0xfe2f]);
set(unitClass.joined, [0xdc00, 0xdfff], 'ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ');

export function isBlank(unit: number): boolean {
  const kind = classes[unit]!;
  return kind === unitClass.space || kind === unitClass.newline || unit === 0xa0 || unit === 0xfeff;
}

export function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

export function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}

/** Whether a cut at `position` would part a surrogate pair or a CRLF. */
export function partsCharacter(text: string, position: number): boolean {
  if (position <= 0 || position >= text.length) return false;
  const before = text.charCodeAt(position - 1);
  const after = text.charCodeAt(position);
  return (isHighSurrogate(before) && isLowSurrogate(after)) || (before === 0x0d && after === 0x0a);
}
