/** Why a file could not be read or written, in words: what the system calls it stands nowhere where people look. Pure. */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EEXIST: "there is a file of that name",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it is too large",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links go round in a circle",
};

/** @param cause What was thrown; its code where it is known, else its own words. */
export function fileTrouble(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return REASONS[code] ?? (code || (cause instanceof Error ? cause.message : String(cause)));
}

/** Whether the same may succeed once somebody has made room. */
export function isFull(cause: unknown): boolean {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return /^(?:ENOSPC|EDQUOT)$/.test(code);
}
