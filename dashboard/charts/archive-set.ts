/** A target's archives as the text people type, for pages, which take wire by type only. */
import { archivesOfText, archivesText } from "../../collector/wire/archives-text.ts";

/** The set that a text means; null when it means none. */
export const setOfText = archivesOfText;

/** The text of a set, finest archive first. */
export const textOfSet = archivesText;
