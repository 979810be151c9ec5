/** Whether --lang names a language that anything is said in: one that is only nearly right would be passed over in silence. */
import { CarrierwatchError } from "./errors.ts";
import { isLanguage } from "./said/language.ts";

/** @throws CarrierwatchError code usage for a language that nothing is said in; zh_CN and en-GB are zh and en. */
export function mustBeLanguage(flag: string | undefined): void {
  if (flag === undefined || isLanguage(flag)) return;
  throw new CarrierwatchError("usage", `--lang ${JSON.stringify(flag)} is neither zh nor en`);
}
