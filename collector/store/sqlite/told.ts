/**
 * Texts that cross to the writer thread once: afterwards a number stands for them.
 *
 * The caller's end gives numbers and sends along what is new; the writer's end keeps them in the same order. Messages
 * arrive in order, so both always agree. A list that grew too long begins anew, and what waits in the writer's queue
 * keeps the list that it was sent with.
 */

/** What is new since the last message: `texts` have the numbers from `from` on; 0 = the list begins anew. */
export type News = { readonly from: number; readonly texts: readonly string[] };

/** Texts may be long, each as long as a detail can be: so many characters in all, whatever their number. */
const MOST_CHARS = 2 ** 26;

/** The caller's end of a list: `tell` gives the next number. */
export class TellingEnd {
  private readonly most: number;
  private readonly mostChars: number;
  private chars = 0;
  private count = 0;
  private news: string[] = [];

  /** @param most After so many, or so many characters, the list may begin anew. */
  constructor(most: number, mostChars = MOST_CHARS) {
    this.most = most;
    this.mostChars = mostChars;
  }

  /** Whether it should begin anew before the next batch. */
  isFull(): boolean {
    return this.count >= this.most || this.chars >= this.mostChars;
  }

  begin(): void {
    this.count = 0;
    this.chars = 0;
    this.news = [];
  }

  /** @returns the number of a text that was not told before. */
  tell(text: string): number {
    this.news.push(text);
    this.count += 1;
    this.chars += text.length;
    return this.count - 1;
  }

  taken(): News {
    const { news } = this;
    this.news = [];
    return { from: this.count - news.length, texts: news };
  }
}

/** The writer's end: the list with what came. @param made What is kept of each text. */
export function heard<T>(list: T[], { from, texts }: News, made: (text: string) => T): T[] {
  const kept = from === 0 && list.length > 0 && texts.length > 0 ? [] : list;
  for (const text of texts) kept.push(made(text));
  return kept;
}
