export function countdown(from: number, onClose: () => void): IterableIterator<number> {
  let left = from;
  let isOpen = true;
  const close = (value?: number) => {
    if (isOpen) onClose();
    isOpen = false;
    return { value: value, done: true } as const;
  };
  return {
    next: () => (isOpen && left > 0 ? { value: left--, done: false } : close()),
    return: (value?: number) => close(value),
    [Symbol.iterator]() {
      return this;
    },
  };
}
