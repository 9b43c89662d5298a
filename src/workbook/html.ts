const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML or XML text or attribute value, so that nothing in it is markup. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Rows of plain text as an HTML table; numbers are set to the right. */
export function htmlTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cell = (value: string | number, tag: string) =>
    `<${tag} style="text-align:${typeof value === 'number' ? 'right' : 'left'};vertical-align:top">${escapeHtml(String(value))}</${tag}>`;
  return (
    `<table><thead><tr>${header.map((name) => cell(name, 'th')).join('')}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${row.map((value) => cell(value, 'td')).join('')}</tr>`).join('')}</tbody></table>`
  );
}
