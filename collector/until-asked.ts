/** Waits until somebody asks the process to end: SIGTERM, SIGINT; the second time it ends at once. */
export function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    // Signal listeners do not keep a process alive; the servers it runs do.
    const ask = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on("SIGTERM", ask);
    process.on("SIGINT", ask);
  });
}
