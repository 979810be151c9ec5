/**
 * Room for bytes that are needed until a transaction is written: pieces of a few large blocks that are used again and
 * again. A block of its own for each of thousands of tiles costs more than filling it.
 */
const BLOCK_BYTES = 1024 * 1024;
/** What stays for the next transaction. */
const BLOCKS_KEPT = 4;
/** Pieces begin where any typed array may. */
const BOUNDARY = 8;

export class Arena {
  private blocks: Uint8Array<ArrayBuffer>[] = [];
  private block = 0;
  private used = 0;

  /** A piece with whatever was in it before. */
  piece(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > BLOCK_BYTES) return new Uint8Array(bytes);
    if (this.used + bytes > BLOCK_BYTES) {
      this.block += 1;
      this.used = 0;
    }
    const block = this.blocks[this.block] ?? new Uint8Array(BLOCK_BYTES);
    this.blocks[this.block] = block;
    const piece = block.subarray(this.used, this.used + bytes);
    this.used = Math.ceil((this.used + bytes) / BOUNDARY) * BOUNDARY;
    return piece;
  }

  /** A piece of zeros. */
  zeros(bytes: number): Uint8Array<ArrayBuffer> {
    return this.piece(bytes).fill(0);
  }

  copy(of: Uint8Array): Uint8Array<ArrayBuffer> {
    const piece = this.piece(of.length);
    piece.set(of);
    return piece;
  }

  /** Nobody needs any piece any more. */
  clear(): void {
    this.blocks.length = Math.min(this.blocks.length, BLOCKS_KEPT);
    this.block = 0;
    this.used = 0;
  }
}
