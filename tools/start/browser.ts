import type { Children } from './children.ts';

/** Whether a browser can be shown: a desktop of this machine, or one that `BROWSER` names (an editor over SSH sets it). */
export function hasBrowser(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  if (env['CI']) return false;
  if (env['BROWSER']) return true;
  if (env['SSH_CONNECTION']) return false;
  if (platform === 'win32' || platform === 'darwin') return true;
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/** The program that opens an address in the reader's browser. */
export function browserCommand(
  url: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): { command: string; args: string[] } {
  const named = env['BROWSER']?.split(platform === 'win32' ? ';' : ':')[0];
  if (named) return { command: named, args: [url] };
  if (platform === 'darwin') return { command: 'open', args: [url] };
  // Not `start`: it would need a shell, which reads the & in an address.
  if (platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', url] };
  return { command: 'xdg-open', args: [url] };
}

/** Opens the address; false if no browser could be started. The browser stays when the start ends. */
export async function openBrowser(url: string, env: NodeJS.ProcessEnv, children: Children): Promise<boolean> {
  const { command, args } = browserCommand(url, env);
  const child = children.start(command, args, { env, stdio: 'ignore' });
  // A browser that is not left to itself within this time was not an opener but the browser itself.
  const settled = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(true), 3000);
    child.once('error', () => {
      clearTimeout(timer);
      resolve(false);
    });
    child.once('exit', (status) => {
      clearTimeout(timer);
      resolve(status === 0);
    });
  });
  children.leave(child);
  return settled;
}
