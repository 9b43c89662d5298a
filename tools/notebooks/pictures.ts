/**
 * What counts of a picture when two runs are compared: that it is there, of which kind, with which title and size. What it
 * draws are measured times as a rule.
 */
export function describePicture(mime: string, base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (mime === 'image/svg+xml') return describeSvg(bytes.toString('utf8'));
  if (mime === 'image/png' && bytes.length >= 24) {
    return `‹${mime} ${bytes.readUInt32BE(16)}×${bytes.readUInt32BE(20)}›`;
  }
  return `‹${mime}›`;
}

function describeSvg(svg: string): string {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0];
  if (root === undefined) return '‹image/svg+xml without <svg>›';
  const attribute = (name: string): string | undefined =>
    new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(root)?.[1];
  const size =
    attribute('width') !== undefined && attribute('height') !== undefined
      ? `${attribute('width')}×${attribute('height')}`
      : attribute('viewBox');
  const title = /<title\b[^>]*>([^<]*)<\/title>/.exec(svg)?.[1]?.trim();
  return `‹${['image/svg+xml', size, title && `«${title}»`].filter(Boolean).join(' ')}›`;
}
