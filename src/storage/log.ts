// What storage says to the log. The shape is pino's, so that the application passes its own.

export interface Log {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** Says nothing: for scripts and tests. */
export const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };
