import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { protocolVersion, type Content } from './wire/message.ts';

/** The content of every kernel_info_reply. Reads the version of TypeScript without loading it. */
export function kernelInfo(): Content {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string): string =>
    (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string })
      .version;
  const typescript = versionOf('typescript');
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'tslab',
    implementation_version: versionOf('tslab'),
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      codemirror_mode: 'typescript',
      pygments_lexer: 'typescript',
    },
    banner: `TypeScript ${typescript} on Node ${process.versions.node}`,
    debugger: false,
    supported_features: [],
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      {
        text: 'Node.js',
        url: `https://nodejs.org/docs/latest-v${process.versions.node.split('.')[0]}.x/api/`,
      },
      { text: 'tslab', url: 'https://github.com/yunabe/tslab' },
    ],
  };
}
