/**
 * Keys of vantages and the single-use secrets that are exchanged for them.
 *
 * A key is `cwp_<vantage>_<secret>`, kept as sha256. Two may be valid while a key is being rotated: the first use of the
 * newer one ends the older. A join secret works once, for an hour.
 */

export type VantageKeys = {
  /** A new key; an older one stays valid until this one is first used. Shown once. */
  issue(vantage: string): Promise<string>;
  /** The vantage a key belongs to; null = not a valid key. */
  verify(key: string): Promise<string | null>;
  /** Every key and join secret of it stops working. */
  revoke(vantage: string): Promise<void>;
  /** A join secret; older unused ones of the vantage stop working. */
  createJoin(vantage: string): Promise<{ secret: string; expiresMs: number }>;
  /** Uses a join secret up. @returns The vantage; null = unknown, used or expired. */
  redeemJoin(secret: string): Promise<string | null>;
  /** Whether it ever had a key. */
  joined(vantage: string): Promise<boolean>;
};
