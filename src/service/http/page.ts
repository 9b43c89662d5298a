import { readFileSync } from 'node:fs';
import type { Env, Hono } from 'hono';

/** Nothing from elsewhere, no inline script, no frame around it. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** The chat page: three files beside this one, sent as they are. */
export function addPage<Environment extends Env>(app: Hono<Environment>): void {
  for (const [path, file, type] of [
    ['/', 'page.html', 'text/html'],
    ['/page.js', 'page.js', 'text/javascript'],
    ['/page.css', 'page.css', 'text/css'],
  ] as const) {
    const text = readFileSync(new URL(`./page/${file}`, import.meta.url), 'utf8');
    app.get(path, (context) =>
      context.body(text, 200, { ...headers, 'content-type': `${type}; charset=utf-8` }),
    );
  }
}
