/** Whether a host name means this machine alone. */
export const isLoopback = (name: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/iu.test(name);

/** The name in a Host header, without its port. */
export const nameOf = (hostHeader = ''): string => hostHeader.replace(/:\d+$/u, '');
