/**
 * Passwords: scrypt, N = 2^15, r = 8, p = 3, 16 bytes of salt, 32 of hash, in one printable line.
 *
 * One derivation at a time: scrypt shares libuv's four threads with file and DNS calls. Whoever finds a long queue is
 * told to come back, so that a flood of logins cannot pile up memory.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { UnavailableError } from "../wire/errors.ts";

export type Passwords = {
  hash(password: string): Promise<string>;
  /** @param stored null = there is no such user; costs the same time, and is false. */
  verify(password: string, stored: string | null): Promise<boolean>;
};

const COST = 2 ** 15;
const BLOCK = 8;
const PARALLEL = 3;
const HASH_BYTES = 32;
const MAX_WAITING = 32;
const OPTIONS: ScryptOptions = { N: COST, r: BLOCK, p: PARALLEL, maxmem: 64 * 1024 * 1024 };

/** A queue of its own. @throws UnavailableError busy, when too many wait */
export function passwords(): Passwords {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const derive = (password: string, salt: Buffer): Promise<Buffer> => {
    if (waiting >= MAX_WAITING) {
      throw new UnavailableError("busy", `${waiting} logins are being checked; the limit is ${MAX_WAITING}`);
    }
    waiting += 1;
    const mine = last.then(() => derived(password, salt));
    last = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine.finally(() => {
      waiting -= 1;
    });
  };
  return {
    async hash(password) {
      const salt = randomBytes(16);
      const hash = await derive(password, salt);
      return ["scrypt", COST, BLOCK, PARALLEL, salt.toString("base64url"), hash.toString("base64url")].join(
        "$",
      );
    },
    async verify(password, stored) {
      const [kind, cost, block, parallel, salt = "", hash = ""] = (stored ?? "").split("$");
      const known = kind === "scrypt" && `${cost} ${block} ${parallel}` === `${COST} ${BLOCK} ${PARALLEL}`;
      const wanted = Buffer.from(hash, "base64url");
      const got = await derive(password, known ? Buffer.from(salt, "base64url") : Buffer.alloc(16));
      return known && wanted.length === HASH_BYTES && timingSafeEqual(got, wanted);
    },
  };
}

function derived(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // NFKC: the same password typed on another keyboard layout or system gives the same bytes.
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, OPTIONS, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
