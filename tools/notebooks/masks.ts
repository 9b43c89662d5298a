import type { Output } from '../../kernel/client/output-area.ts';
import type { CellSettings } from './notebook-file.ts';
import { describePicture } from './pictures.ts';

interface Mask {
  readonly pattern: RegExp;
  readonly shown: string;
}

/** What varies from run to run and from machine to machine in any chapter. Each shows what it hides. */
const everywhere: readonly Mask[] = [
  {
    pattern: /[ \t]*\b\d+(?:[.,]\d+)*[ \u00A0]?(?:ms|µs|μs|ns|s|seconds?|秒|毫秒)(?![\w/])/g,
    shown: ' ‹time›',
  },
  { pattern: /[ \t]*\b\d+(?:[.,]\d+)*[ \u00A0]?(?:[KMG]i?B|kB)(?![\w])/g, shown: ' ‹size›' },
  { pattern: /[ \t]*\b\d+(?:[.,]\d+)*[ \u00A0]?(?:\p{L}+\/s)(?!\p{L})/gu, shown: ' ‹rate›' },
  { pattern: /\b(127\.0\.0\.1|localhost|\[::1\]):\d+/g, shown: '$1:‹port›' },
];

const dataUri = /data:([\w.+-]+\/[\w.+-]+)(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=]+)/g;

/**
 * The outputs of a cell as text that is the same for two runs that differ in nothing that matters. What is masked stays visible
 * as ‹…›.
 */
export function comparableOutputs(outputs: readonly Output[], settings: CellSettings, root: string): string {
  const own = (settings.masks ?? []).map((source): Mask => ({ pattern: maskPattern(source), shown: '‹…›' }));
  const checkout = root.replaceAll('\\', '/');
  const mask = (text: string): string => {
    let masked = text.replaceAll('\r\n', '\n').replaceAll(checkout, '‹checkout›');
    if (settings.images !== 'exact') {
      masked = masked.replace(dataUri, (_whole, mime: string, base64: string) =>
        describePicture(mime, base64),
      );
    }
    for (const { pattern, shown } of [...own, ...everywhere]) masked = masked.replace(pattern, shown);
    return masked;
  };
  return outputs.map((output) => describeOutput(output, mask, settings)).join('\n');
}

/** @throws RangeError if an author's mask is no regular expression, or matches the empty text (and so everything). */
export function maskPattern(source: string): RegExp {
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, 'gu');
  } catch (cause) {
    throw new RangeError(`The mask ${JSON.stringify(source)} is no regular expression`, { cause });
  }
  if (''.match(pattern) !== null)
    throw new RangeError(`The mask ${JSON.stringify(source)} matches empty text`);
  return pattern;
}

function describeOutput(output: Output, mask: (text: string) => string, settings: CellSettings): string {
  if (output.output_type === 'stream') return `[${output.name}]\n${mask(output.text)}`;
  if (output.output_type === 'error') return `[error]\n${mask(output.traceback.join('\n'))}`;
  const parts = Object.entries(output.data)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([mime, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1);
      if (mime.startsWith('image/') && settings.images !== 'exact') {
        const base64 = mime === 'image/svg+xml' ? Buffer.from(text).toString('base64') : text;
        return `[${output.output_type} ${mime}]\n${describePicture(mime, base64)}`;
      }
      return `[${output.output_type} ${mime}]\n${mask(text)}`;
    });
  return parts.join('\n');
}
