import { describe, expect, it } from 'vitest';
import { explainInstallFailure } from '../../tools/start/install-failure.ts';

// In the words of pip and uv, shortened.
const cases: [string, string, RegExp][] = [
  [
    'pip without a network',
    "ERROR: Could not find a version that satisfies the requirement jupyterlab==4.6.6 (from versions: none)\nWARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(<HTTPSConnection>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')",
    /cannot be reached/,
  ],
  [
    'uv without a network',
    'error: Failed to fetch: `https://index.example/simple/anyio/`\n  cause: error sending request for url\n  cause: dns error',
    /cannot be reached/,
  ],
  [
    'a server that is down',
    "WARNING: Retrying after connection broken by 'NewConnectionError': [Errno 111] Connection refused",
    /cannot be reached/,
  ],
  [
    'an index that wants credentials',
    'ERROR: HTTP error 401 while getting http://127.0.0.1:1/simple/anyio/',
    /refuses this machine/,
  ],
  [
    'a proxy that refuses',
    "ERROR: Could not install packages due to an OSError: ProxyError('Tunnel connection failed: 403 Forbidden')",
    /refuses this machine/,
  ],
  [
    'a mirror that is behind',
    'ERROR: Could not find a version that satisfies the requirement anyio==4.16.0 (from versions: 4.1.0, 4.2.0)\nERROR: No matching distribution found for anyio==4.16.0',
    /does not have a version/,
  ],
  [
    'uv on a mirror that is behind',
    '  × No solution found when resolving dependencies:\n  ╰─▶ Because there is no version of anyio==4.16.0',
    /does not have a version/,
  ],
  [
    'an index that answers 403 to pip',
    'ERROR: Could not find a version that satisfies the requirement anyio==4.16.0 (from versions: none)',
    /shows none of the packages/,
  ],
  [
    'a full disk',
    'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    /disk is full/,
  ],
  [
    'a certificate of a company',
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain'))",
    /certificate that this machine does not trust/,
  ],
  [
    'a folder of somebody else',
    "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/x/.venv/lib'",
    /may not be written/,
  ],
  ['anything else', 'Segmentation fault', /The installer stopped/],
];

describe('a failed installation', () => {
  it.each(cases)('is explained: %s', (_, printed, expected) => {
    expect(explainInstallFailure(printed.split('\n'))).toMatch(expected);
  });

  it('is followed by the last words of the installer, four lines at most', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const said = explainInstallFailure(lines).split('\n');
    expect(said.slice(1).map((line) => line.trim())).toEqual(lines.slice(-4));
  });

  it('leaves out what says nothing about the failure', () => {
    const lines = [
      'Collecting anyio==4.16.0',
      "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'NewConnectionError'",
      "Ignoring tomli: markers 'python_full_version < \"3.11\"' don't match your environment",
      'ERROR: the last word',
      '[notice] A new release of pip is available',
    ];
    expect(explainInstallFailure(lines).split('\n').slice(1)).toEqual(['    ERROR: the last word']);
  });
});
