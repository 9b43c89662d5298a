import { StartError } from './start-error.ts';

export interface StartArguments {
  /** The port that was asked for; undefined: 8888, or the next that is free. */
  port: number | undefined;
  browser: boolean;
  help: boolean;
  /** Everything else, for JupyterLab. */
  rest: string[];
}

/** Reads the arguments of `npm start -- …`. @throws StartError for a port that is none. */
export function readArguments(args: readonly string[]): StartArguments {
  const result: StartArguments = { port: undefined, browser: true, help: false, rest: [] };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--no-browser') result.browser = false;
    else if (arg === '--help' || arg === '-h') result.help = true;
    else if (arg === '--port') result.port = readPort(args[++index] ?? '');
    else if (arg.startsWith('--port=')) result.port = readPort(arg.slice('--port='.length));
    else result.rest.push(arg);
  }
  return result;
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new StartError(`\`--port\` takes a number from 1 to 65535, got '${text}'.`);
  }
  return port;
}
