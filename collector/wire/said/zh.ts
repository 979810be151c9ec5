/** Chinese of every sentence, for the command line; pages take only the tables of what they show. */

import { translator } from "./translator.ts";
import { zhCollector } from "./zh-collector.ts";
import { zhMeasured } from "./zh-measured.ts";
import { zhPrograms } from "./zh-programs.ts";
import { zhTargets } from "./zh-targets.ts";
import { zhVerbs } from "./zh-verbs.ts";

/** Every table. */
export const ZH = { zhTargets, zhMeasured, zhCollector, zhVerbs, zhPrograms };

/** Any sentence of the product in Chinese; unchanged where none is known. */
export const inChinese: (text: string) => string = translator(...Object.values(ZH));
