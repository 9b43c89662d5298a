// `npm run docs`: the course as pages, in a folder.
import { existsSync, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSiteBuilder } from './docs/build-site.ts';
import { serveFolder } from './docs/serve.ts';

const help = `Usage: npm run -s docs -- [options]

Builds the course, the written pages and the API reference as static pages in build/site/. They open from the folder,
without a server, and ask nothing of the network.

  --out FOLDER         where to (default build/site)
  --url URL            where the site will stand: canonical addresses, sitemap.xml, a 404 page that works anywhere
  --repository URL     address of the repository's pages, for links to files that are no page
  --serve              serves the site on the loopback interface until Ctrl-C
  --port N             port for --serve (default: a free one)
  --watch              builds again when a source changes
`;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const watched = [
  'notebooks',
  'docs',
  'exercises',
  'src',
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
].filter((name) => existsSync(join(root, name)));

function readArguments() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: join(root, 'build', 'site') },
      url: { type: 'string' },
      repository: { type: 'string' },
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      watch: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535)
    throw new RangeError(`\`--port\` must be an integer from 0 to 65535, got '${values.port}'`);
  return { ...values, port };
}

async function main(): Promise<void> {
  const options = readArguments();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const out = resolve(options.out);
  const builder = createSiteBuilder({ root, out, siteUrl: options.url, repositoryUrl: options.repository });
  const build = async () => {
    const { pages, seconds } = await builder.build();
    console.log(`${pages.length} pages in ${out}, ${seconds.toFixed(1)} s`);
  };
  await build();
  if (options.serve) console.log(`Open ${(await serveFolder(out, options.port)).url} (Ctrl-C ends)`);
  if (options.watch) watchSources(build);
}

/** One build at a time; what changes meanwhile is built after it. */
function watchSources(build: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let isStale = false;
  const run = async () => {
    if (running) {
      isStale = true;
      return;
    }
    running = true;
    try {
      await build();
    } catch (error) {
      console.error((error as Error).message);
    }
    running = false;
    if (isStale) {
      isStale = false;
      await run();
    }
  };
  for (const name of watched) {
    watch(join(root, name), { recursive: true }, () => {
      clearTimeout(timer);
      // An editor writes a file in several steps.
      timer = setTimeout(() => void run(), 80);
    }).on('error', (error) => console.error(error.message));
  }
  console.log('Watching for changes');
}

try {
  await main();
} catch (error) {
  const isUsage =
    error instanceof RangeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  if (!isUsage) throw error;
  console.error(`${(error as Error).message}\n\n${help}`);
  process.exitCode = 2;
}
