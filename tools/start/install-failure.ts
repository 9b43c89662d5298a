/** What went wrong in an installer's own words, and what to do about it. */
const knownFailures: readonly { words: RegExp; say: string }[] = [
  {
    words: /no space left on device|os error 28|ENOSPC|disk quota exceeded/i,
    say: 'The disk is full: JupyterLab needs about 200 MB in this folder.',
  },
  {
    words: /CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer|self[- ]signed certificate/i,
    say: 'The package index shows a certificate that this machine does not trust: name the certificate file in PIP_CERT (pip) or SSL_CERT_FILE (uv).',
  },
  {
    words:
      /(HTTP error|status code) \(?(401|403|407)|\b(401|403|407) (client error|proxy)|unauthorized|forbidden|authentication required/i,
    say: 'The package index refuses this machine: check the index address and credentials (PIP_INDEX_URL, UV_DEFAULT_INDEX, or pip.conf), and the proxy (HTTPS_PROXY).',
  },
  {
    words:
      /name resolution|name or service not known|getaddrinfo|nodename nor servname|dns error|connection refused|connection reset|connection (to \S+ )?timed out|connecttimeout|read timed out|network is unreachable|no route to host|proxyerror|cannot connect to proxy|tcp connect error|error sending request|operation timed out/i,
    say: 'The package index cannot be reached: connect to the network, or name a mirror in PIP_INDEX_URL (pip) or UV_DEFAULT_INDEX (uv), then run `npm start` again.',
  },
  {
    // pip says no more than this when an index answers every page with 403 or 404.
    words: /from versions: none\)/i,
    say: 'The package index shows none of the packages: check its address and credentials (PIP_INDEX_URL, or pip.conf), and the proxy (HTTPS_PROXY).',
  },
  {
    words:
      /no matching distribution|could not find a version|no solution found|there is no version of|no versions of/i,
    say: 'The package index does not have a version that requirements.txt pins. If it is a mirror it may be behind: use another one (PIP_INDEX_URL, UV_DEFAULT_INDEX).',
  },
  {
    words: /permission denied|read-only file system|access is denied|operation not permitted/i,
    say: 'A folder may not be written: make the checkout your own (its `.venv` may belong to another user).',
  },
];

/** One sentence for what an installer printed, followed by its own last words. */
export function explainInstallFailure(lines: readonly string[]): string {
  const text = lines.join('\n');
  const known = knownFailures.find(({ words }) => words.test(text));
  const last = lines.filter((line) => line.trim() !== '' && !noise.test(line)).slice(-4);
  return [
    known?.say ?? 'The installer stopped.',
    ...last.map((line) => `    ${line.trim().slice(0, 200)}`),
  ].join('\n');
}

/** What pip prints of packages for other machines, of its own newer versions, and at each further try. */
const noise = /^Ignoring |^Collecting |^\[notice\]|Retrying \(Retry\(total=[1-9]/;
