// Time comes in through this door only, so that tests can stop it.

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is set. */
export function fixedClock(iso: string): Clock & { set(iso: string): void } {
  let millis = Date.parse(iso);
  return {
    now: () => millis,
    set: (next) => {
      millis = Date.parse(next);
    },
  };
}
