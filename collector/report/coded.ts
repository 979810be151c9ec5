/** Codes of the API in words: English keeps the code, as --json has it; Chinese says what the pages say. */
import { isKey, type Key, translate } from "../../dashboard/i18n/translate.ts";
import type { Text } from "../wire/said/text.ts";

const inChinese = translate("zh");

export function coded(code: string, key: Key): Text {
  return { en: code, zh: inChinese(key) };
}

/** The same for a code that a newer collector may know more of. */
export function maybeCoded(code: string, key: string): Text {
  return isKey(key) ? coded(code, key) : { en: code, zh: code };
}
